"""Records -> Arrow tables: the data of a chart or of a table on a page. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import zip_longest

import pyarrow as pa

from dashboard.palette import NOT_SHARED, family_colour
from dashboard.wording import percent
from pipelines.agreement import Bounds
from storage.records import Agreement, Answer, AskedAnswer, Filling, Prediction

MOST_WORDS_IN_LIST = 50
"""Bars that one answer is drawn with; a table shows the rest."""
MOST_WORDS_IN_HEAT_MAP = 30
NO_SCORE = "no score"
"""In place of a probability that was not published with its rank."""
RELIABLE_COVERAGE = 0.5
"""Under this share of probability on shared words a divergence over them says little."""

_PREDICTIONS = pa.schema(
    {
        "rank": pa.int32(), "label": pa.string(), "word": pa.string(), "piece": pa.string(), "kind": pa.string(),
        "probability": pa.float64(), "text": pa.string(), "colour": pa.string(),
    }
)  # fmt: skip
_WHOLE_LIST = pa.schema({"rank": pa.int32(), "word": pa.string(), "piece": pa.string(), "probability": pa.float64()})
_RANKS = pa.schema({"rank": pa.int32(), "word": pa.string(), "piece": pa.string(), "probability": pa.string()})
_HEAT_MAP = pa.schema(
    {
        "word": pa.string(), "checkpoint": pa.string(), "colour": pa.string(), "probability": pa.float64(),
        "listed": pa.bool_(), "text": pa.string(),
    }
)  # fmt: skip
_PAIRS = pa.schema(
    {
        "pair": pa.string(), "top1": pa.string(), "overlap": pa.string(), "jaccard": pa.float64(), "rbo": pa.float64(),
        "rbo_minimum": pa.float64(), "jsd": pa.string(), "coverage": pa.string(),
    }
)  # fmt: skip
_FILLINGS = pa.schema(
    {
        "checkpoint": pa.string(), "order": pa.string(), "rank": pa.int32(), "words": pa.string(), "slots": pa.string(),
        "joint": pa.string(),
    }
)  # fmt: skip
_CANDIDATES = pa.schema(
    {
        "word": pa.string(), "expected": pa.string(), "checkpoint": pa.string(), "pieces": pa.string(),
        "probability": pa.string(), "rank": pa.string(), "rank_shared": pa.string(), "in_vocabulary": pa.string(),
    }
)  # fmt: skip


def figure(score: float | None) -> str:
    """A probability as it stands beside a word, or that there is none."""
    return NO_SCORE if score is None else percent(score)


def predictions_table(answer: Answer, colours: Mapping[str, str], expected: Sequence[str]) -> pa.Table:
    """The first `MOST_WORDS_IN_LIST` predictions. `label` is distinct; `text` is what stands behind the bar."""
    right = {word.casefold() for word in expected}
    seen: set[str] = set()
    rows = []
    for line in answer.predictions[:MOST_WORDS_IN_LIST]:
        label = line.word if line.word not in seen else f"{line.word} ({line.piece}, {line.rank})"
        seen.add(line.word)
        mark = "  ✓ expected" if line.word.casefold() in right else ""
        rows.append(
            {
                "rank": line.rank,
                "label": label,
                "word": line.word,
                "piece": line.piece,
                "kind": kind_of(line),
                "probability": line.score,
                "text": figure(line.score) + mark,
                "colour": colours.get(line.word, NOT_SHARED),
            }
        )
    return pa.Table.from_pylist(rows, schema=_PREDICTIONS)


def ranks_table(answer: Answer, expected: Sequence[str]) -> pa.Table:
    """The same of a list whose scores are not all known: rank, word, piece and what is known of the probability."""
    right = {word.casefold() for word in expected}
    rows = [
        {
            "rank": line.rank,
            "word": line.word + ("  ✓ expected" if line.word.casefold() in right else ""),
            "piece": line.piece,
            "probability": figure(line.score),
        }
        for line in answer.predictions[:MOST_WORDS_IN_LIST]
    ]
    return pa.Table.from_pylist(rows, schema=_RANKS)


def whole_list_table(answer: Answer) -> pa.Table:
    """Every prediction of an answer: rank, word, piece, probability."""
    rows = [
        {"rank": line.rank, "word": line.word, "piece": line.piece, "probability": line.score} for line in answer.predictions
    ]
    return pa.Table.from_pylist(rows, schema=_WHOLE_LIST)


def kind_of(line: Prediction) -> str:
    """What the piece can be in a text."""
    if line.starts_word:
        return "starts a word"
    if not line.word.strip("▁Ġ"):
        return "a space: the next piece starts a word"
    return "continues a word" if line.word.startswith("##") else "control piece"


def heat_map_table(answers: Sequence[AskedAnswer]) -> pa.Table:
    """The union of the lists, a row for each word and checkpoint; words that more lists hold, and hold higher, first.

    A word that a list does not hold is known to be less probable than its last line, and says so. A word whose rank was
    published without a score shows the rank, and no colour stands for a probability that nobody knows.
    """
    lists = [_by_word(asked.answer) for asked in answers]
    together: dict[str, float] = {}
    best: dict[str, int] = {}
    for words in lists:
        for word, (rank, probability) in words.items():
            together[word] = together.get(word, 0.0) + (probability or 0.0)
            best[word] = min(best.get(word, rank), rank)
    order = sorted(together, key=lambda word: (-sum(word in words for words in lists), -together[word], best[word]))
    rows = []
    for word in order[:MOST_WORDS_IN_HEAT_MAP]:
        for asked, words in zip(answers, lists, strict=True):
            rank, probability = words.get(word, (0, 0.0 if asked.answer.predictions[-1].score is not None else None))
            rows.append(
                {
                    "word": word,
                    "checkpoint": asked.answer.checkpoint.name,
                    "colour": family_colour(asked.answer.checkpoint.family),
                    "probability": probability,
                    "listed": word in words,
                    "text": _in_list(rank, probability) if word in words else _not_in_list(asked.answer),
                }
            )
    return pa.Table.from_pylist(rows, schema=_HEAT_MAP)


def _in_list(rank: int, probability: float | None) -> str:
    return f"rank {rank}" if probability is None else percent(probability)


def _not_in_list(answer: Answer) -> str:
    last = answer.predictions[-1]
    return f"beyond rank {last.rank}" if last.score is None else f"< {percent(last.score)}"


def words_in_lists(answers: Sequence[AskedAnswer]) -> int:
    """How many distinct words the lists hold together."""
    return len({line.word for asked in answers for line in asked.answer.predictions})


def pairs_table(agreements: Sequence[Agreement], open_ends: Sequence[Bounds] = ()) -> pa.Table:
    """One row for each pair of checkpoints. A divergence with a coverage under a half stands in brackets.

    `open_ends`, where given, are the bounds of each agreement in their order.
    """
    rows = []
    for each, bounds in zip_longest(agreements, open_ends):
        coverages = [share for share in (each.coverage_a, each.coverage_b) if share is not None]
        jsd = "-" if each.jsd_shared is None else f"{each.jsd_shared:.3f}"
        rows.append(
            {
                "pair": f"{each.checkpoint_a.name} · {each.checkpoint_b.name}",
                "top1": "yes" if each.top1_same else "no",
                "overlap": _overlap(each, bounds),
                "jaccard": each.jaccard,
                "rbo": each.rbo,
                "rbo_minimum": None if bounds is None else bounds.rbo_minimum,
                "jsd": f"({jsd})" if low_coverage(each) else jsd,
                "coverage": " / ".join(percent(share) for share in coverages) or "-",
            }
        )
    return pa.Table.from_pylist(rows, schema=_PAIRS)


def _overlap(agreement: Agreement, bounds: Bounds | None) -> str:
    shared = f"{round(agreement.overlap * agreement.depth)} of {agreement.depth}"
    if bounds is None or bounds.most_shared is None or bounds.most_shared >= agreement.depth:
        return shared
    return f"{shared}, at most {bounds.most_shared}"


def low_coverage(agreement: Agreement) -> bool:
    """Whether one of the two puts too little probability on shared words for a divergence over them to say much."""
    return any(share is not None and share < RELIABLE_COVERAGE for share in (agreement.coverage_a, agreement.coverage_b))


def candidates_table(answers: Sequence[AskedAnswer], expected: Sequence[str]) -> pa.Table:
    """One row for each word that was named and each checkpoint: the expected words, then the others in the order named."""
    named = dict.fromkeys(each.word for asked in answers for each in asked.answer.candidates)
    words = sorted(named, key=lambda word: word not in expected)
    rows = []
    for word in words:
        for asked in answers:
            for each in asked.answer.candidates:
                if each.word != word:
                    continue
                rows.append(
                    {
                        "word": word,
                        "expected": "yes" if word in expected else "",
                        "checkpoint": asked.answer.checkpoint.name,
                        "pieces": " + ".join(each.pieces) or "cannot be said",
                        "probability": "-" if each.logprob is None else percent(math.exp(each.logprob)),
                        "rank": _place(each.rank),
                        "rank_shared": _place(each.rank_shared),
                        "in_vocabulary": "yes" if each.in_vocabulary else "no",
                    }
                )
    return pa.Table.from_pylist(rows, schema=_CANDIDATES)


def fillings_table(fillings: Sequence[Filling]) -> pa.Table:
    """One row for each way to fill all masks together: words in the order of the sentence, steps in that of choosing."""
    rows = []
    for filling in fillings:
        in_sentence = sorted(filling.slots, key=lambda slot: slot.mask_index)
        rows.append(
            {
                "checkpoint": filling.checkpoint.name,
                "order": filling.order.value,
                "rank": filling.rank,
                "words": " · ".join(slot.word for slot in in_sentence),
                "slots": ", ".join(f"{slot.word} {percent(math.exp(slot.logprob))}" for slot in filling.slots),
                "joint": percent(math.exp(filling.logprob)),
            }
        )
    return pa.Table.from_pylist(rows, schema=_FILLINGS)


def _place(rank: int | None) -> str:
    return "-" if rank is None else f"{rank:,}"


def _by_word(answer: Answer) -> dict[str, tuple[int, float | None]]:
    """Of each word its best rank and its probability, summed over its pieces; None where one of them has no score."""
    words: dict[str, tuple[int, float | None]] = {}
    for line in answer.predictions:
        rank, known = words.get(line.word, (line.rank, 0.0))
        words[line.word] = (rank, None if known is None or line.score is None else known + line.score)
    return words
