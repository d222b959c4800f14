"""Answers that real weights gave, as they were published, beside what the weights at hand say.

Compared are the words, their order, their token ids and, as exactly as they were published, their scores. Words that were
scored beside a list (`target_probs`) are not: some sources looked them up without the mark that begins a word of ALBERT.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from pipelines.check.problems import MOST_SHOWN, CheckError
from pipelines.check.verdicts import Finding
from storage.formats.checks import read_answers, read_checkpoint
from storage.formats.entries import Entry, EntryProblem, Line
from storage.importer import read_entries
from storage.records import UNKNOWN_TOKEN, Answer, Prediction
from storage.spelling import printable, short

FULL = 1e-3
"""How far a score with all its digits may lie from ours: what other hardware and versions of the libraries change."""
_OF_LAST_DIGIT = 0.6
"""How far a rounded score may lie: half of its last digit is the rounding, the rest float32."""
_UNROUNDED = 5
"""A score with so many decimals was not rounded by a person."""
_DECIMALS = re.compile(r"(percent, )?(\d{1,2}) decimals?")


@dataclass(frozen=True, slots=True)
class PublishedAnswer:
    """One ranked list, as it was published."""

    answer: Answer
    """Its checkpoint is known by its name only."""
    tolerance: float | None
    """How far a score may lie from ours; None where ranks were published without scores."""


@dataclass(frozen=True, slots=True)
class PublishedEntry:
    """One entry of a file: what one checkpoint said to one prompt."""

    number: int
    answers: tuple[PublishedAnswer, ...]
    """For each mask that it lists words for."""


@dataclass(frozen=True, slots=True)
class Published:
    """A file of published answers."""

    name: str
    sha256: str
    unit: str
    """What the numbers count: `entry` or `line`."""
    entries: tuple[PublishedEntry, ...]


def read_published(path: Path) -> Published:
    """The answers of a file in any form that an import reads. Raises `CheckError` or StorageError unless all can be used."""
    given, sha256 = read_entries(path)
    problems = [(each.number, each.problem) for each in given.spoiled]
    entries = []
    for each in given.entries:
        try:
            entries.append(_entry(each))
        except EntryProblem as problem:
            problems.append((each.number, str(problem)))
    if problems:
        told = " ".join(f"{given.unit.capitalize()} {number}: {problem}" for number, problem in sorted(problems)[:MOST_SHOWN])
        more = f" And {len(problems) - MOST_SHOWN:,} more." if len(problems) > MOST_SHOWN else ""
        raise CheckError(f"{path.name} cannot be used. {told}{more}")
    return Published(path.name, sha256, given.unit, tuple(entries))


def tolerance(precision: str | None, scores: Iterable[object]) -> float | None:
    """How far published scores may lie from ours, by what their entry says of them, else by their digits.

    >>> tolerance("3 decimals", [0.042]), tolerance(None, [0.25, 0.1]), tolerance("rank only", [])
    (0.0006, 0.006, None)

    Raises `EntryProblem` for a precision that is none of `full`, `rank only`, `4 decimals` and `percent, 2 decimals`.
    """
    known = [each for each in scores if each is not None and str(each).strip()]
    if precision == "rank only" or not known:
        return None
    if precision == "full":
        return FULL
    if precision is None:
        decimals = max(map(_decimals, known))
        return FULL if decimals >= _UNROUNDED else _OF_LAST_DIGIT * 10.0**-decimals
    if (found := _DECIMALS.fullmatch(precision)) is None:
        raise EntryProblem(
            f"Its score_precision is {short(precision)}. Write full, rank only, 4 decimals, or percent, 2 decimals."
        )
    return _OF_LAST_DIGIT * 10.0 ** -(int(found[2]) + (2 if found[1] else 0))


def compare(published: PublishedAnswer, ours: Answer) -> tuple[Finding, ...]:
    """What the lists say of each other: the words with their ids, and, where these are the same, the scores."""
    lines, own = published.answer.predictions, ours.predictions[: published.answer.depth]
    same = [_is_same(line, other) for line, other in zip(lines, own, strict=False)]
    words = Finding(
        wanted=_told(lines),
        found=_told(own),
        holds=len(own) == len(lines) and all(same),
        value=float(sum(same)),
        limit=float(len(lines)),
    )
    if not words.holds or published.tolerance is None:
        return (words,)
    return (words, _scores(lines, own, published.tolerance))


def unsayable(published: PublishedAnswer, sayable: Container[str]) -> str | None:
    """A word of the list that was published without its id and is none of the `sayable`: then the list was damaged."""
    lines = published.answer.predictions
    return next((each.word for each in lines if each.token_id == UNKNOWN_TOKEN and bare(each) not in sayable), None)


def bare(line: Prediction) -> str:
    """The word without its mark: a pipeline prints the word-internal `s` of ALBERT without one, and only its id tells."""
    return line.word.removeprefix("##")


def _entry(entry: Entry) -> PublishedEntry:
    answers = read_answers(entry, read_checkpoint(entry.checkpoint, "published"))
    precision = entry.origin.get("score_precision")
    return PublishedEntry(
        entry.number,
        tuple(PublishedAnswer(each, tolerance(precision, _raw(entry.lists[each.mask_index]))) for each in answers),
    )


def _raw(lines: Iterable[Line]) -> list[object]:
    return [line.score for line in lines]


def _decimals(score: object) -> int:
    try:
        exponent = Decimal(str(score).strip()).normalize().as_tuple().exponent
    except InvalidOperation:
        return _UNROUNDED
    return max(0, -exponent) if isinstance(exponent, int) else _UNROUNDED


def _is_same(line: Prediction, own: Prediction) -> bool:
    return line.token_id in (UNKNOWN_TOKEN, own.token_id) and bare(line) == bare(own)


def _scores(lines: Sequence[Prediction], own: Sequence[Prediction], most: float) -> Finding:
    apart = [
        (abs(line.score - other.score), line, other)
        for line, other in zip(lines, own, strict=True)
        if line.score is not None and other.score is not None
    ]
    furthest, line, other = max(apart, key=lambda each: each[0])
    found = f"{furthest:.2g} apart at {printable(line.word)}: published {line.score:.6g}, here {other.score:.6g}"
    return Finding(f"scores within {most:.2g}", found, furthest <= most, furthest, most)


def _told(lines: Sequence[Prediction]) -> str:
    """The words, each with its id where that is known."""
    ids = (f" ({line.token_id})" if line.token_id != UNKNOWN_TOKEN else "" for line in lines)
    return ", ".join(f"{printable(line.word)}{number}" for line, number in zip(lines, ids, strict=True))
