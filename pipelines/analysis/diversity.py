"""How varied are they? Diversity of the words of each checkpoint, at equal size, over the prompts that all of them answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.analysis.distributions import named
from pipelines.analysis.vocabulary import word_table
from pipelines.diversity import Band, good_turing_coverage, hill_profile, rarefaction_curve, rarefied, uniqueness
from storage import measures
from storage.database import Database
from storage.measures import SelectedCheckpoint
from storage.selection import Selection

ORDERS = tuple(round(0.1 * step, 1) for step in range(21))
"""The orders q of the profile: 0 counts every word alike, 1 by how often it is said, 2 the frequent ones most."""
CURVE_POINTS = 20
FEWEST_IN_PERIOD = 50
"""Predictions that a checkpoint needs in a period to be drawn over time."""

_CURVES = pa.schema(
    {
        "checkpoint": pa.string(), "family": pa.string(), "size": pa.int64(), "expected": pa.float64(), "low": pa.float64(),
        "high": pa.float64(),
    }
)  # fmt: skip
_OVER_TIME = pa.schema(
    {
        "period": pa.timestamp("us"), "unit": pa.string(), "checkpoint": pa.string(), "family": pa.string(),
        "size": pa.int64(), "expected": pa.float64(), "low": pa.float64(), "high": pa.float64(), "n": pa.int64(),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CheckpointDiversity:
    """How varied one checkpoint is."""

    checkpoint: SelectedCheckpoint
    predictions: int
    """Words in its lists, repetitions counted."""
    words: int
    """Distinct ones."""
    hill: tuple[tuple[float, float], ...]
    """Order q and Hill number: the effective number of words."""
    rarefied: tuple[Band, ...]
    """The Hill numbers of q = 0, 1 and 2 that a sample of the size of the smallest checkpoint would show."""
    coverage: float | None
    """Good-Turing: the share of what it would say next that it has said before, 0 to 1."""
    unique_words: int
    """Words that no other selected checkpoint has said."""
    uniqueness: float
    """Share of its predictions that are such words, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Diversity:
    """What the page of the diversity draws."""

    checkpoints: tuple[SelectedCheckpoint, ...]
    n_prompts: int
    """Distinct prompts that every selected checkpoint answered."""
    depth: int
    size: int
    """Predictions to which the checkpoints are rarefied: those of the one with the fewest."""
    rows: tuple[CheckpointDiversity, ...]
    curves: pa.Table
    """checkpoint, family, size, expected, low, high: distinct words in a sample of so many predictions."""
    over_time: pa.Table
    """period, unit, checkpoint, family, size, expected, low, high, n: distinct words per period, all rarefied to one size."""
    periods_left_out: int
    """Cells of the time table with too few predictions to be drawn."""


def diversity(database: Database, selection: Selection, depth: int = 5) -> Diversity:
    """Count the first `depth` words of every list; predictions of one list are counted as if drawn one by one."""
    found = measures.checkpoints(database, selection)
    counted = word_table(measures.word_counts(database, selection, depth, common=True), found)
    sizes = measures.lists(database, selection, depth, common=True)
    counts = [counted.lists[:, place].astype(np.int64) for place in range(len(found))]
    spoken = [place for place in range(len(found)) if counts[place].sum()]
    size = min((int(counts[place].sum()) for place in spoken), default=0)
    rows = []
    for place in spoken:
        own = counts[place][counts[place] > 0]
        others = np.delete(counted.lists, place, axis=1).sum(axis=1).astype(np.int64)
        alone = uniqueness(counts[place], others)
        rows.append(
            CheckpointDiversity(
                checkpoint=found[place],
                predictions=int(own.sum()),
                words=len(own),
                hill=tuple(zip(ORDERS, (float(value) for value in hill_profile(own, ORDERS)), strict=True)),
                rarefied=tuple(rarefied(own, size, q) for q in (0, 1, 2)),
                coverage=good_turing_coverage(own),
                unique_words=alone.words,
                uniqueness=alone.of_predictions,
            )
        )
    over_time, left_out = _over_time(database, selection, depth, found)
    return Diversity(
        checkpoints=found,
        n_prompts=max(sizes.column("n_prompts").to_pylist(), default=0),
        depth=depth,
        size=size,
        rows=tuple(rows),
        curves=_curves([(found[place], counts[place]) for place in spoken]),
        over_time=over_time,
        periods_left_out=left_out,
    )


def _curves(counts: list[tuple[SelectedCheckpoint, np.ndarray[tuple[int], np.dtype[np.int64]]]]) -> pa.Table:
    rows = []
    for checkpoint, own in counts:
        total = int(own.sum())
        sizes = np.unique(np.linspace(1, total, min(CURVE_POINTS, total)).astype(np.int64)).tolist()
        for size, band in zip(sizes, rarefaction_curve(own[own > 0], sizes), strict=True):
            rows.append({"checkpoint": checkpoint.label, "family": checkpoint.family, "size": size} | _edges(band))
    return pa.Table.from_pylist(rows, schema=_CURVES)


def _edges(band: Band) -> dict[str, float]:
    return {"expected": band.expected, "low": band.low, "high": band.high}


def _over_time(
    database: Database, selection: Selection, depth: int, checkpoints: tuple[SelectedCheckpoint, ...]
) -> tuple[pa.Table, int]:
    table = named(measures.word_counts_over_time(database, selection, depth), checkpoints)
    cells: dict[tuple[object, ...], list[int]] = {}
    for row in table.select(["period", "unit", "checkpoint", "family", "lists"]).to_pylist():
        cells.setdefault((row["period"], row["unit"], row["checkpoint"], row["family"]), []).append(int(row["lists"]))
    enough = {cell: np.array(counts) for cell, counts in cells.items() if sum(counts) >= FEWEST_IN_PERIOD}
    size = min((int(counts.sum()) for counts in enough.values()), default=0)
    rows = [
        dict(zip(("period", "unit", "checkpoint", "family"), cell, strict=True))
        | {"size": size, "n": int(counts.sum())}
        | _edges(rarefied(counts, size, 0))
        for cell, counts in sorted(enough.items(), key=lambda each: str(each[0]))
    ]
    return pa.Table.from_pylist(rows, schema=_OVER_TIME), len(cells) - len(enough)
