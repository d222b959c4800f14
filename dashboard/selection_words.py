"""The filters in words, and what an address asks for that is not there. Pure functions; what they return is plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from dashboard.wording import count, listed
from storage.selection import MOST_OFFERED, Choices, Counting, Selection, WordSpace

_DIGITS = re.compile(r" \([0-9a-z]{7,}\)$")


def selection_in_words(selection: Selection) -> str:
    """Which part of the history is selected.

    >>> selection_in_words(Selection())
    'the whole history'
    >>> selection_in_words(Selection(since=date(2026, 3, 1), checkpoints=("bert-mini",), author="Ada"))
    'the history from 1 Mar 2026, answers of bert-mini, asked by “Ada”'
    >>> selection_in_words(Selection(run="0199c3f1-0000-7000-8000-00000000aaaa", tag="geo"))
    'the history of one run, tagged “geo”'
    """
    days = _days(selection.since, selection.until)
    parts = [
        f"of one run {days}".strip() if selection.run else days,
        f"answers of {listed(selection.checkpoints)}" if selection.checkpoints else "",
        f"runs of the kind {' or '.join(selection.kinds)}" if selection.kinds else "",
        f"labelled “{selection.label}”" if selection.label else "",
        f"asked by “{selection.author}”" if selection.author else "",
        f"tagged “{selection.tag}”" if selection.tag else "",
        f"prompts that hold “{selection.text}”" if selection.text else "",
    ]
    said = [part for part in parts if part]
    if not said:
        return "the whole history"
    return f"the history {', '.join(said)}" if parts[0] else f"the history: {', '.join(said)}"


def counting_in_words(selection: Selection) -> str:
    """What counts once, and what is compared."""
    once = "each prompt counts once" if selection.counting is Counting.DISTINCT else "every ask counts"
    return f"{once}, compared as {_SPACES[selection.space]}"


_SPACES = {
    WordSpace.WORDS: "words",
    WordSpace.SHARED: "words that all of them can say",
    WordSpace.PIECES: "pieces of the vocabularies",
}


def selected_prompts(selection: Selection, n: int) -> str:
    """The line beneath the filters.

    >>> selected_prompts(Selection(), 38)
    '38 prompts of the whole history; each prompt counts once, compared as words.'
    """
    return f"{count(n, 'prompt')} of {selection_in_words(selection)}; {counting_in_words(selection)}."


def not_there(selection: Selection, choices: Choices) -> list[str]:
    """A sentence for each value that this history does not hold, so that it selects nothing."""
    sentences = [
        f"No answer here is of a checkpoint named {_quoted(_unknown_checkpoints(selection, choices))}.",
        f"No run here is of the kind {_quoted(_unknown(selection.kinds, choices.kinds))}.",
        f"No run here bears the label {_quoted(_unknown([selection.label], choices.labels))}.",
        f"No run here was asked by {_quoted(_unknown([selection.author], choices.authors))}.",
        f"Nothing here bears the tag {_quoted(_unknown([selection.tag], choices.tags))}.",
    ]
    found = [sentence for sentence in sentences if not sentence.endswith(" .")]
    if selection.since and selection.until and selection.since > selection.until:
        found.append("The first day is after the last, so no ask lies between them.")
    return found


def _unknown(wanted: Sequence[str | None], offered: Sequence[str]) -> list[str]:
    if len(offered) >= MOST_OFFERED:
        return []  # what is not among the most frequent may still be there
    return [each for each in wanted if each is not None and each not in offered]


def _unknown_checkpoints(selection: Selection, choices: Choices) -> list[str]:
    """More or fewer digits than are offered may name the same weights."""
    offered = [name[:-1] for name in choices.checkpoints if _DIGITS.search(name)]
    return [
        name
        for name in _unknown(selection.checkpoints, choices.checkpoints)
        if _DIGITS.search(name) is None or not any(name.startswith(each) or each.startswith(name[:-1]) for each in offered)
    ]


def _quoted(names: Sequence[str]) -> str:
    return listed([f"“{name}”" for name in names])


def _days(since: date | None, until: date | None) -> str:
    if since and until:
        return f"of {_day(since)}" if since == until else f"from {_day(since)} to {_day(until)}"
    if since:
        return f"from {_day(since)}"
    return f"until {_day(until)}" if until else ""


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
