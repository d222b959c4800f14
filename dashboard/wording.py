"""Figures and findings in words. Pure functions; what they return is plain text, never markup."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from storage.records import Agreement, Answer, AskedAnswer

DEFINITIONS = {
    "choices": "Among how many equally likely pieces it would be as undecided: e to the power of the entropy of its full "
    "distribution.",
    "lead": "How many times as likely the first piece is as the second: e to the power of the top-1 margin, ln p1 - ln p2.",
    "word_mass": "The share of its probability that goes to pieces that start a word; the rest goes to pieces that "
    "continue one, such as ##ing.",
    "latency": "From handing the prompt to the checkpoint until its answer was there; from the log: the time of the look-up.",
    "overlap": "Words that stand in both lists, of the length of the lists. At most as many can be as the other checkpoint can "
    "say in one mask.",
    "jaccard": "Words that stand in both lists, divided by the words that stand in either.",
    "rbo": "Rank-biased overlap with p = 0.9 (Webber, Moffat and Zobel 2010): how alike the two rankings are, where the "
    "first ranks count most. 1 is the same order, 0 is no word in common.",
    "rbo_minimum": "What RBO is at least, however the lists go on: between this and RBO lies what so short lists cannot tell.",
    "jsd": "Jensen-Shannon divergence (Lin 1991) of the two full distributions, over the words that both can say and one "
    "bucket for the rest: 0 bit is the same, 1 bit is nothing in common. The true divergence is at least this.",
    "coverage": "The probability that a checkpoint puts on the words that both can say. Where one of the two is under "
    "50 %, the divergence says little and is marked.",
    "top1": "Whether both put the same word first.",
    "probability": "The probability of the word at the mask. A word of one piece: from the full distribution, summed over "
    "the pieces that stand for it. Of several pieces: left to right inside the word, with one mask for each.",
    "rank": "Place among all pieces of the vocabulary, 1 is the most probable. A word of several pieces has none.",
    "rank_shared": "Place among the words that all checkpoints of this run can say, so that places can be compared.",
}
"""One plain sentence or two for each figure on the pages; see docs/metrics.md for formulas."""

SOURCES = {
    "bundled": ("bundled", "Small weights that come with Maskboard."),
    "hub": ("hub", "The published weights, from the hub's cache on this machine."),
    "folder": ("folder", "Weights in a folder that a person named."),
    "import": ("imported", "Answers that were made elsewhere and imported."),
}
"""Where weights were read from: the word for it, and what it means."""

ELSEWHERE = ("elsewhere", "Weights from a place that this version does not know.")
"""A source that is none of these."""


def percent(share: float) -> str:
    """A share as people read it.

    >>> percent(0.4312), percent(0.00042), percent(0.0000001)
    ('43.1 %', '0.042 %', 'under 0.001 %')
    """
    if share <= 0:
        return "0 %"
    if share < 0.00001:
        return "under 0.001 %"
    if share < 0.001:
        return f"{share * 100:.2g} %"
    return f"{share * 100:.1f} %"


def about(number: float) -> str:
    """A number that is not meant to the last digit.

    >>> about(1.04), about(12.7), about(1234.5)
    ('1.0', '13', '1,230')
    """
    if number < 9.95:
        return f"{number:.1f}"
    digits = max(0, math.floor(math.log10(number)) - 2)
    return f"{round(number, -digits):,.0f}"


def about_count(number: int) -> str:
    """A large count.

    >>> about_count(950), about_count(5_362_000), about_count(109_514_298)
    ('950', '5.4 million', '110 million')
    """
    return f"{number:,}" if number < 100_000 else f"{about(number / 1e6)} million"


def milliseconds(amount: float) -> str:
    """A duration.

    >>> milliseconds(0.42), milliseconds(12.4), milliseconds(2345)
    ('0.4 ms', '12 ms', '2.3 s')
    """
    if amount < 1:
        return f"{amount:.1f} ms"
    return f"{amount:.0f} ms" if amount < 1000 else f"{amount / 1000:.1f} s"


def duration(seconds: float) -> str:
    """A longer duration, rounded.

    >>> duration(12.3), duration(95), duration(7300)
    ('12 s', '2 min', '2.0 h')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"


def moment(when: datetime) -> str:
    """A time in UTC.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 3, 7, 9, 5, tzinfo=UTC))
    '7 Mar 2026, 09:05 UTC'
    """
    return f"{when.day} {when:%b %Y, %H:%M} UTC"


def count(number: int, noun: str) -> str:
    """
    >>> count(1, "prompt"), count(3, "answer"), count(1200, "run")
    ('1 prompt', '3 answers', '1,200 runs')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(items: Sequence[str]) -> str:
    """
    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def choices(answer: Answer) -> str:
    """Among how many pieces it chooses; a dash where the full distribution is not known."""
    return "-" if answer.effective_choices is None else f"~{about(answer.effective_choices)}"


def lead(answer: Answer) -> str:
    """How far the first piece is ahead of the second."""
    return "-" if answer.top1_margin is None else f"{about(math.exp(min(answer.top1_margin, 700)))} ×"


def agreement_in_words(answers: Sequence[AskedAnswer], agreements: Sequence[Agreement]) -> str:
    """The agreement at one mask in one sentence, such as "2 of 3 say paris first; a and b share 4 of 5 words."."""
    firsts: dict[str, list[str]] = {}
    for asked in answers:
        if asked.answer.predictions:
            firsts.setdefault(asked.answer.predictions[0].word, []).append(asked.answer.checkpoint.name)
    parts = [_first_words(firsts, len(answers))] if firsts else []
    if agreements:
        parts.append(_shared_words(agreements))
    return "; ".join(parts) + "." if parts else ""


def _first_words(firsts: dict[str, list[str]], asked: int) -> str:
    word, names = max(firsts.items(), key=lambda item: len(item[1]))
    if asked == 1:
        return f"{names[0]} says “{word}” first"
    if len(names) == asked:
        return f"{'Both' if asked == 2 else f'All {asked}'} say “{word}” first"
    if len(names) > 1:
        return f"{len(names)} of {asked} say “{word}” first"
    return "Each says another word first: " + ", ".join(f"“{each}”" for each in firsts)


def _shared_words(agreements: Sequence[Agreement]) -> str:
    shared = [round(each.overlap * each.depth) for each in agreements]
    most = max(shared)
    best = agreements[shared.index(most)]
    if most == 0:
        return "the two lists share no word" if len(agreements) == 1 else "no two lists share a word"
    if len(agreements) == 1:
        return f"the two lists share {most} of {best.depth} words"
    if shared.count(most) > 1:
        return f"no two lists share more than {most} of {best.depth} words"
    return f"{best.checkpoint_a.name} and {best.checkpoint_b.name} share the most, {most} of {best.depth} words"
