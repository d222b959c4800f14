"""The checkpoints of a selection, each with a label that tells it from every other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.database import Database
from storage.questions import question
from storage.selection import Selection, parameters

SHORTEST_REVISION = 7
"""Digits, as git shortens a commit."""


@dataclass(frozen=True, slots=True)
class SelectedCheckpoint:
    """One exact set of weights, and how much of the selection it answered. Two weights of one name are two of these."""

    checkpoint_id: int
    """Key in this log, and in every table of `storage.measures`."""
    name: str
    family: str
    source: str
    revision: str
    label: str
    """The name; where several weights of that name are selected, `name (abc1234)`."""
    n_prompts: int
    """Distinct prompts."""
    n_answers: int
    """Distinct prompts and masks."""
    n_full: int
    """Answers whose full distribution is known: not those imported from elsewhere."""
    n_asks: int
    """How often these answers were asked for."""
    vocabulary_known: bool
    """Whether the log holds what its tokenizer can say; not of imports."""


def checkpoints(database: Database, selection: Selection) -> tuple[SelectedCheckpoint, ...]:
    """What answered in the selection: BERT, DistilBERT, ALBERT, then others; by name; of one name the first used first."""
    rows = database.rows(question("selected_checkpoints"), parameters(selection))
    labels = _labels((name, hashes) for _, name, _, _, *hashes in (row[:7] for row in rows))
    return tuple(
        SelectedCheckpoint(checkpoint_id, name, family, source, revision, label, *counts)
        for label, (checkpoint_id, name, family, source, revision, _, _, *counts) in zip(labels, rows, strict=True)
    )


def _labels(identities: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """A label for each name with its hashes: the revision, the sha256 of the weights and that of the tokenizer.

    Of one name the revisions are told apart by as few digits as do, but seven; where revisions are equal, the weights, and
    where those are equal too, the tokenizers. Where only the source differs, by a number.
    """
    told = list(identities)
    same: defaultdict[str, list[int]] = defaultdict(list)
    for place, (name, _) in enumerate(told):
        same[name].append(place)
    labels = [name for name, _ in told]
    for name, places in same.items():
        if len(places) < 2:
            continue
        by_hash = (_shortened(list(hashes)) for hashes in zip(*(told[place][1] for place in places), strict=True))
        marks = next((each for each in by_hash if each), None)
        for number, place in enumerate(places):
            labels[place] = f"{name} ({marks[number] if marks else number + 1})"
    return labels


def _shortened(digests: list[str]) -> list[str] | None:
    """The beginnings that tell these apart, or None where two are equal."""
    if len(set(digests)) < len(digests):
        return None
    length = SHORTEST_REVISION
    while len({digest[:length] for digest in digests}) < len(digests):
        length += 1
    return [digest[:length] for digest in digests]
