"""What a file of answers says, before anything of it is checked: the same for every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class EntryProblem(ValueError):
    """Why one entry of a file cannot be taken over: a sentence for the person who gave the file."""


@dataclass(frozen=True, slots=True)
class Line:
    """One prediction, each field as the file holds it."""

    text: object
    """The piece or the word."""
    score: object = None
    token: object = None
    rank: object = None
    """None where the order of the lines is the ranking."""
    where: str = ""
    """Which line of the file, where that is not the entry's own: `line 12`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one checkpoint said to one prompt."""

    number: int
    """Place in the file, counted as its `Given.unit` says."""
    checkpoint: str | None
    prompt: str | None
    lists: Mapping[int, tuple[Line, ...]]
    """By mask index."""
    chosen_masks: bool = False
    """Whether the file names the mask of each list; then it need not hold all masks of a prompt."""
    expected: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """By mask index."""
    scored: Mapping[str, object] = field(default_factory=dict)
    """Words whose probability was published beside the list."""
    origin: Mapping[str, str] = field(default_factory=dict)
    """Where it was published, and how exactly."""


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A part of a file that holds no entry, though it should."""

    number: int
    text: str
    """What stands there, as far as it can be shown."""
    problem: str


@dataclass(frozen=True, slots=True)
class Given:
    """A file, read."""

    form: str
    """Name of the format: `json`, `jsonl` or `csv`."""
    unit: str
    """What its numbers count: `line` or `entry`."""
    entries: tuple[Entry, ...]
    spoiled: tuple[Spoiled, ...] = ()
