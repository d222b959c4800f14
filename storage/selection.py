"""Which part of the history a view shows: the filters, as one value that every question takes."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from storage.database import Database
from storage.questions import question
from storage.spelling import spell_part


class Counting(StrEnum):
    """What counts once."""

    DISTINCT = "distinct"
    """A prompt, however often it was asked."""
    ALL_ASKS = "asks"
    """Every time it was asked."""


class WordSpace(StrEnum):
    """What of two lists is compared."""

    WORDS = "words"
    """The words that the pieces stand for; pieces of one word count once."""
    PIECES = "pieces"
    """The pieces as each tokenizer spells them, its marks included."""
    SHARED = "shared"
    """Of the words those that every selected checkpoint can say in one mask; a checkpoint whose vocabulary is not known, such
    as an import, is left out."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The part of the history. A field that is empty or None selects everything."""

    since: date | None = None
    """First day of the asks, UTC."""
    until: date | None = None
    """Last day of the asks, UTC; it belongs to the selection."""
    checkpoints: tuple[str, ...] = ()
    """Names in the catalogue: all weights of a name are selected, and told apart. Or one of them, as `bert-mini (abc1234)`: the
    first digits, at least seven, of the revision, or of the sha256 of weights or tokenizer."""
    kinds: tuple[str, ...] = ()
    """Kinds of run, as `storage.records.RunKind` names them."""
    label: str | None = None
    """Label of the run, whole."""
    author: str | None = None
    """Author of the run, whole."""
    tag: str | None = None
    """A tag on the run or on the prompt, whole."""
    text: str | None = None
    """A part of the prompt, and no pattern; spelled as prompts are, and upper and lower case are the same."""
    run: str | None = None
    """The id of one run, such as a batch; what else asked for the same answers stays out of the counts of asks."""
    counting: Counting = Counting.DISTINCT
    space: WordSpace = WordSpace.WORDS


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters can offer: of each at most `MOST_OFFERED`, the most frequent first."""

    checkpoints: tuple[str, ...] = ()
    """Names, by how many answers they gave."""
    kinds: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    """By how many runs bear them; so the authors."""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    first_day: date | None = None
    """Day of the first ask, UTC; None in an empty log."""
    last_day: date | None = None


MOST_OFFERED = 200
"""A longer list is no choice but a search."""


def read_day(text: str) -> date:
    """A day as the filters write it: `2026-03-07`, and no other form of ISO 8601. Raises ValueError."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
        raise ValueError(text)
    return date.fromisoformat(text)


def choices(database: Database) -> Choices:
    """What the history can be filtered by."""
    offered: dict[str, list[str]] = {"checkpoint": [], "kind": [], "label": [], "author": [], "tag": []}
    for what, name in database.rows(question("choices"), {"most": MOST_OFFERED}):
        offered[what].append(name)
    ((first_day, last_day),) = database.rows(question("asked_days"))
    checkpoints, kinds, labels, authors, tags = (tuple(names) for names in offered.values())
    return Choices(checkpoints, kinds, labels, authors, tags, first_day, last_day)


def _canonical(run_id: str | None) -> str | None:
    """The id as the log keeps it; of a text that is none, an id that no run has."""
    if not run_id:
        return None
    try:
        return str(uuid.UUID(run_id))
    except ValueError:
        return str(uuid.UUID(int=0))


def parameters(selection: Selection) -> dict[str, object]:
    """The selection as the statements take it: one parameter for each argument of the macro `selected_answers`."""
    return {
        "since": selection.since,
        "until": selection.until,
        "checkpoints": list(selection.checkpoints) or None,
        "kinds": list(selection.kinds) or None,
        "label": selection.label or None,
        "author": selection.author or None,
        "tag": selection.tag or None,
        "text": spell_part(selection.text or "") or None,
        "in_run": _canonical(selection.run),
        "counting": selection.counting.value,
    }
