"""How sure are they? The distribution of the first probability, the lead and the effective choices of each checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa

from pipelines.analysis.units import column, differences, in_common, keys, per_prompt
from pipelines.significance import holm
from pipelines.statistics import Difference
from pipelines.verdicts import verdict
from storage import measures
from storage.database import Database
from storage.measures import SelectedCheckpoint
from storage.selection import Selection

MEASURES = {
    "top_score": "probability of the first word",
    "top1_margin": "lead of the first piece, ln p1 - ln p2",
    "effective_choices": "effective choices, e^entropy",
}
"""The measures of one answer, in words."""

METRICS = {"top_score": "top_score", "top1_margin": "top1_margin", "effective_choices": "entropy"}
"""What of each measure is compared in pairs: of effective choices their logarithm, the entropy in nats."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The middle of one measure of one checkpoint."""

    checkpoint: SelectedCheckpoint
    measure: str
    low: float
    """First quartile."""
    median: float
    high: float
    """Third quartile."""
    n: int
    """Distinct prompts for which it is known."""


@dataclass(frozen=True, slots=True)
class SurenessDifference:
    """Whether one checkpoint is surer than another on the prompts that both answered."""

    a: SelectedCheckpoint
    b: SelectedCheckpoint
    measure: str
    difference: Difference
    """In the unit of the measure, a less b; for effective choices of their logarithm, the entropy in nats."""
    p_holm: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Distributions:
    """What the page of the distributions draws. The tables name a checkpoint by its label, in the column `checkpoint`."""

    checkpoints: tuple[SelectedCheckpoint, ...]
    n_prompts: int
    """Distinct prompts that any of them answered."""
    quantiles: pa.Table
    """checkpoint, family, measure, q (0, 0.01 .. 1), value, n."""
    rank_scores: pa.Table
    """checkpoint, family, rank, low, median, high, n: quartiles of the probability at each rank."""
    over_time: pa.Table
    """period, unit, checkpoint, family, measure, low, median, high, n."""
    summaries: tuple[Summary, ...]
    differences: tuple[SurenessDifference, ...]


def distributions(database: Database, selection: Selection, depth: int = 10) -> Distributions:
    """Gather the figures of every prompt, those of its masks averaged, and the probabilities of the first `depth` ranks."""
    found = measures.checkpoints(database, selection)
    figures = measures.figures(database, selection)
    quantiles = named(measures.quantiles(database, selection), found)
    return Distributions(
        checkpoints=found,
        n_prompts=len(np.unique(keys(figures, "prompt_id"))),
        quantiles=quantiles,
        rank_scores=named(measures.rank_scores(database, selection, depth), found),
        over_time=named(measures.over_time(database, selection), found),
        summaries=_summaries(quantiles, found),
        differences=_differences(figures, found, selection),
    )


def named(table: pa.Table, checkpoints: tuple[SelectedCheckpoint, ...]) -> pa.Table:
    """The table with the columns `checkpoint` (label) and `family` in front, in place of `checkpoint_id`."""
    known = {each.checkpoint_id: each for each in checkpoints}
    rows = [known[key] for key in table.column("checkpoint_id").to_pylist()]
    table = table.drop_columns(["checkpoint_id"])
    table = table.add_column(0, "family", pa.array([each.family for each in rows], pa.string()))
    return table.add_column(0, "checkpoint", pa.array([each.label for each in rows], pa.string()))


def _summaries(quantiles: pa.Table, checkpoints: tuple[SelectedCheckpoint, ...]) -> tuple[Summary, ...]:
    at = {
        (row["checkpoint"], row["measure"], round(100 * row["q"])): row
        for row in quantiles.to_pylist()
        if round(100 * row["q"]) in (25, 50, 75)
    }
    result = []
    for each in checkpoints:
        for measure in MEASURES:
            if (each.label, measure, 50) in at:
                low, middle, high = (at[each.label, measure, q] for q in (25, 50, 75))
                result.append(Summary(each, measure, low["value"], middle["value"], high["value"], middle["n"]))
    return tuple(result)


def _differences(
    figures: pa.Table, checkpoints: tuple[SelectedCheckpoint, ...], selection: Selection
) -> tuple[SurenessDifference, ...]:
    owners, prompts, weights = keys(figures, "checkpoint_id"), keys(figures, "prompt_id"), column(figures, "weight")
    result = []
    for measure, unit in (
        ("top_score", "probability of the first word"),
        ("top1_margin", "lead in nats"),
        ("effective_choices", "entropy in nats"),
    ):
        values = column(figures, METRICS[measure])
        each = {}
        for checkpoint in checkpoints:
            own = owners == checkpoint.checkpoint_id
            each[checkpoint] = per_prompt(prompts[own], values[own], weights[own])
        shared = [(a, b, in_common(each[a], each[b])) for a, b in combinations(checkpoints, 2)]
        shared = [one for one in shared if len(one[2][0])]
        found = differences([both for *_, both in shared], selection)
        corrected = holm([difference.p for difference in found])
        for (a, b, _), difference, p in zip(shared, found, corrected, strict=True):
            result.append(SurenessDifference(a, b, measure, difference, p, verdict(difference, unit, a.label, b.label, p)))
    return tuple(result)
