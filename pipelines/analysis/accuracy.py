"""Are they right? Accuracy, rank, likelihood and calibration where a person said which word is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.analysis.units import PerPrompt, column, in_common, keys, per_prompt
from pipelines.calibration import FEWEST_FOR_CALIBRATION, Bin, expected_calibration_error, reliability
from pipelines.statistics import Difference, Interval, holm, paired_difference, verdict
from storage import measures
from storage.database import Database
from storage.measures import SelectedCheckpoint
from storage.selection import Counting, Selection

METRICS = {
    "acc_at_1": "accuracy at 1",
    "acc_at_5": "accuracy at 5",
    "acc_at_10": "accuracy at 10",
    "mrr": "mean reciprocal rank",
    "nll": "negative log-likelihood in nats",
    "brier": "Brier score",
}
"""The metrics in words."""


@dataclass(frozen=True, slots=True)
class CheckpointAccuracy:
    """How right one checkpoint is. A metric is None where no answer holds what it needs."""

    checkpoint: SelectedCheckpoint
    n: int
    """Distinct prompts with an expected word that it answered."""
    acc_at_1: Interval | None
    """Share of prompts with an expected word first. A list shorter than k is left out of accuracy at k, unless the ranks of the
    expected words are known; n of the interval says so."""
    acc_at_5: Interval | None
    acc_at_10: Interval | None
    mrr: Interval | None
    """Mean of 1 / rank of the best expected word; 0 where it is not in the list and its rank is not known."""
    nll: Interval | None
    """Mean of -ln p of the most probable expected word, in nats."""
    brier: Interval | None
    """Mean of 1 - 2 p + sum of p^2 over all pieces: 0 the best, 2 the worst."""
    ece: float | None
    """Debiased expected calibration error of the first word, 0 to 1; None under 100 masks."""
    bins: tuple[Bin, ...]
    """The reliability diagram; empty under 100 masks."""
    n_calibration: int
    """Masks whose first probability is known."""


@dataclass(frozen=True, slots=True)
class PairAccuracy:
    """Whether one checkpoint is better than another on the prompts that both answered."""

    a: SelectedCheckpoint
    b: SelectedCheckpoint
    metric: str
    difference: Difference
    """a less b; of nll and brier less is better."""
    p_holm: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What the page of the accuracy draws."""

    checkpoints: tuple[CheckpointAccuracy, ...]
    pairs: tuple[PairAccuracy, ...]


def accuracy(database: Database, selection: Selection) -> Accuracy:
    """Hold the answers to prompts with expected words against these."""
    table = measures.expected(database, selection)
    owners, prompts, weights = keys(table, "checkpoint_id"), keys(table, "prompt_id"), column(table, "weight")
    metrics = metric_values(table)
    checkpoints: list[CheckpointAccuracy] = []
    figures: dict[SelectedCheckpoint, Mapping[str, PerPrompt]] = {}
    for checkpoint in measures.checkpoints(database, selection):
        own = owners == checkpoint.checkpoint_id
        if own.any():
            each = {name: per_prompt(prompts[own], values[own], weights[own]) for name, values in metrics.items()}
            figures[checkpoint] = each
            checkpoints.append(_one(checkpoint, each, table.filter(pa.array(own)), selection))
    return Accuracy(tuple(checkpoints), _pairs(figures, selection))


def metric_values(table: pa.Table) -> dict[str, NDArray[np.float64]]:
    """The metrics of each row of `measures.expected`, each of shape (rows,), NaN where not known."""
    depth, logprob, scored = column(table, "depth"), column(table, "logprob"), column(table, "scored") > 0
    rank = np.nan_to_num(column(table, "rank_known"), nan=np.inf)
    values = {}
    for k in (1, 5, 10):
        # A list of five holds what it holds: counting its hits at ten and leaving out its misses would flatter.
        decided = (depth >= k) | scored
        values[f"acc_at_{k}"] = np.where(decided, rank <= k, np.nan)
    values["mrr"] = 1.0 / rank
    values["nll"] = -logprob
    values["brier"] = 1.0 - 2.0 * np.exp(logprob) + column(table, "sum_p_squared")
    return values


def _one(
    checkpoint: SelectedCheckpoint, figures: Mapping[str, PerPrompt], rows: pa.Table, selection: Selection
) -> CheckpointAccuracy:
    intervals = {name: each.interval(selection) for name, each in figures.items()}
    confidence, right = column(rows, "top_score"), column(rows, "top_right")
    known = ~np.isnan(confidence)
    confidence, right = confidence[known], right[known]
    enough = len(confidence) >= FEWEST_FOR_CALIBRATION
    return CheckpointAccuracy(
        checkpoint=checkpoint,
        n=len(np.unique(keys(rows, "prompt_id"))),
        **intervals,
        ece=expected_calibration_error(confidence, right) if enough else None,
        bins=reliability(confidence, right) if enough else (),
        n_calibration=len(confidence),
    )


def _pairs(figures: dict[SelectedCheckpoint, Mapping[str, PerPrompt]], selection: Selection) -> tuple[PairAccuracy, ...]:
    result = []
    for metric, words in METRICS.items():
        found = []
        for a, b in combinations(figures, 2):
            x, y = in_common(figures[a][metric], figures[b][metric])
            if len(x):
                asks = x.weights if selection.counting is Counting.ALL_ASKS else None
                # A prompt with several masks may be half right: then no two-by-two table holds it.
                binary = metric.startswith("acc") and asks is None and bool(np.isin([x.values, y.values], (0.0, 1.0)).all())
                found.append((a, b, paired_difference(x.values, y.values, asks, binary=binary)))
        for (a, b, difference), p in zip(found, holm([difference.p for *_, difference in found]), strict=True):
            result.append(PairAccuracy(a, b, metric, difference, p, verdict(difference, words, a.label, b.label, p)))
    return tuple(result)
