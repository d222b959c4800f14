"""A batch by its tags: the prompts of each, how often the checkpoints are right there, and how alike their lists are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.analysis.accuracy import metric_values
from pipelines.analysis.units import PerPrompt, column, intervals, keys, per_prompt
from pipelines.statistics import Interval
from storage import measures
from storage.database import Database
from storage.measures import SelectedCheckpoint
from storage.run_rows import tags_of_run
from storage.selection import Selection

MOST_TAGS = 20
"""Tags that are told, those on most prompts; more are counted."""


@dataclass(frozen=True, slots=True)
class TagFigures:
    """The prompts of a batch that bear one tag."""

    tag: str
    n: int
    """Distinct prompts."""
    accuracy: tuple[Interval | None, ...]
    """For each checkpoint of `ByTag.checkpoints`, the share of prompts with an expected word first; None where no expected word
    is known there."""
    agreement: Interval | None
    """Mean RBO over all pairs of checkpoints; None where no two of them answered."""


@dataclass(frozen=True, slots=True)
class ByTag:
    """A batch by its tags."""

    checkpoints: tuple[SelectedCheckpoint, ...]
    rows: tuple[TagFigures, ...]
    """Those on most prompts first, at most `MOST_TAGS`."""
    n: int
    """Tags in all."""


def by_tag(database: Database, run_id: str, depth: int = 5) -> ByTag:
    """The tags on the prompts of a batch, whoever put them there, with intervals over distinct prompts. Raises StorageError."""
    selection = Selection(run=run_id)
    checkpoints = measures.checkpoints(database, selection)
    tags = tags_of_run(database, run_id, MOST_TAGS)
    if not tags.rows:
        return ByTag(checkpoints, (), 0)
    members = [np.asarray(each.prompt_ids, dtype=np.int64) for each in tags.rows]
    expected = measures.expected(database, selection)
    owners, right = keys(expected, "checkpoint_id"), metric_values(expected)["acc_at_1"]
    of_checkpoints = [
        per_prompt(keys(expected, "prompt_id")[own], right[own], column(expected, "weight")[own])
        for own in (owners == each.checkpoint_id for each in checkpoints)
    ]
    pairs = measures.pairs(database, selection, depth)
    alike = per_prompt(keys(pairs, "prompt_id"), column(pairs, "rbo"), column(pairs, "weight"))
    # All at once: intervals of one length share their draws.
    found = iter(intervals([_cut(each, own) for own in members for each in (*of_checkpoints, alike)], selection))
    rows = tuple(
        TagFigures(each.tag, len(each.prompt_ids), tuple(next(found) for _ in checkpoints), next(found)) for each in tags.rows
    )
    return ByTag(checkpoints, rows, tags.n)


def _cut(figures: PerPrompt, prompts: NDArray[np.int64]) -> PerPrompt:
    here = np.isin(figures.prompts, prompts)
    return PerPrompt(figures.prompts[here], figures.values[here], figures.weights[here])
