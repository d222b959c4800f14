"""Are they right? Accuracy, rank, likelihood and calibration where a person said which word is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.analysis.units import PerPrompt, column, differences, in_common, intervals, keys, per_prompt
from pipelines.calibration import FEWEST_FOR_CALIBRATION, Bin, expected_calibration_error, reliability
from pipelines.significance import holm
from pipelines.statistics import Difference, Interval
from pipelines.verdicts import verdict
from storage import measures
from storage.database import Database
from storage.measures import SelectedCheckpoint
from storage.selection import Selection

METRICS = {
    "acc_at_1": "accuracy at 1",
    "acc_at_5": "accuracy at 5",
    "acc_at_10": "accuracy at 10",
    "acc_of_candidates": "accuracy among candidates",
    "mrr": "mean reciprocal rank",
    "nll": "negative log-likelihood in nats",
    "brier": "Brier score",
}
"""The metrics in words."""

LESS_IS_BETTER = ("nll", "brier")
"""Metrics that need p of every prompt: those that a checkpoint does not list would be its worst."""


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
    acc_of_candidates: Interval | None
    """Share of prompts at which an expected word is the most probable of the words scored by name, the multiple choice of
    oLMpics (Talmor et al. 2020, TACL 8); of prompts where one of them is expected, one is not, and all have a probability."""
    mrr: Interval | None
    """Mean of 1 / rank of the best expected word, 0 beyond rank `Accuracy.mrr_depth`."""
    nll: Interval | None
    """Mean of -ln p of the most probable expected word, in nats; None unless p is known for every prompt of `n`."""
    brier: Interval | None
    """Mean of 1 - 2 p + sum of p^2 over all pieces: 0 the best, 2 the worst; None unless p is known for every prompt of `n`.
    A word of several pieces is no outcome of one mask and has none."""
    n_nll: int
    """Distinct prompts of `n` with p known at every mask."""
    n_brier: int
    """The same of p of one piece, with the sum of squares."""
    n_long: int
    """Expected words, over all masks, that it cannot say in one mask."""
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
    mrr_depth: int | None
    """Ranks that count for the reciprocal rank: the shortest list of any checkpoint, so that length decides nothing; None where
    every rank is known by name."""


def accuracy(database: Database, selection: Selection) -> Accuracy:
    """Hold the answers to prompts with expected words against these."""
    table = measures.expected(database, selection)
    owners, prompts, weights = keys(table, "checkpoint_id"), keys(table, "prompt_id"), column(table, "weight")
    metrics = metric_values(table)
    checkpoints: list[CheckpointAccuracy] = []
    figures: dict[SelectedCheckpoint, dict[str, PerPrompt]] = {}
    for checkpoint in measures.checkpoints(database, selection):
        own = owners == checkpoint.checkpoint_id
        if own.any():
            figures[checkpoint] = {
                name: per_prompt(prompts[own], values[own], weights[own]) for name, values in metrics.items()
            }
            checkpoints.append(_one(checkpoint, figures[checkpoint], table.filter(pa.array(own)), metrics, own, selection))
    for found in checkpoints:
        for name in LESS_IS_BETTER:
            if getattr(found, name) is None:
                del figures[found.checkpoint][name]
    deepest = _mrr_depth(table)
    spoken = METRICS | ({} if deepest is None else {"mrr": f"{METRICS['mrr']} at {deepest}"})
    return Accuracy(tuple(checkpoints), _pairs(figures, spoken, selection), deepest)


def metric_values(table: pa.Table) -> dict[str, NDArray[np.float64]]:
    """The metrics of each row of `measures.expected`, each of shape (rows,), NaN where not known."""
    depth, scored = column(table, "depth"), column(table, "scored") > 0
    rank = np.nan_to_num(column(table, "rank_known"), nan=np.inf)
    values = {}
    for k in (1, 5, 10):
        # A list of five holds what it holds: counting its hits at ten and leaving out its misses would flatter.
        decided = (depth >= k) | scored
        values[f"acc_at_{k}"] = np.where(decided, rank <= k, np.nan)
    values["acc_of_candidates"] = column(table, "choice_right")
    deepest = _mrr_depth(table)
    values["mrr"] = np.where(rank <= (np.inf if deepest is None else deepest), 1.0 / rank, 0.0)
    values["nll"] = -column(table, "logprob")
    values["brier"] = 1.0 - 2.0 * np.exp(column(table, "logprob_one")) + column(table, "sum_p_squared")
    return values


def _mrr_depth(table: pa.Table) -> int | None:
    # One list that is shorter than the others would have 0 where theirs have 1/7: all are read as far as the shortest goes.
    depth = column(table, "depth")[column(table, "scored") == 0]
    return int(depth.min()) if len(depth) else None


def _one(
    checkpoint: SelectedCheckpoint,
    figures: Mapping[str, PerPrompt],
    rows: pa.Table,
    metrics: Mapping[str, NDArray[np.float64]],
    own: NDArray[np.bool_],
    selection: Selection,
) -> CheckpointAccuracy:
    prompts = np.unique(keys(rows, "prompt_id"))
    found = dict(zip(figures, intervals(list(figures.values()), selection), strict=True))
    known_all = {}
    for name in LESS_IS_BETTER:
        unknown = keys(rows, "prompt_id")[np.isnan(metrics[name][own])]
        known_all[name] = len(np.setdiff1d(prompts, unknown))
        if len(unknown):
            found[name] = None  # a mean over the prompts whose word it lists would be a mean over its successes
    confidence, right = column(rows, "top_score"), column(rows, "top_right")
    known = ~np.isnan(confidence)
    confidence, right = confidence[known], right[known]
    enough = len(confidence) >= FEWEST_FOR_CALIBRATION
    return CheckpointAccuracy(
        checkpoint=checkpoint,
        n=len(prompts),
        **found,
        n_nll=known_all["nll"],
        n_brier=known_all["brier"],
        n_long=int(column(rows, "long_words").sum()),
        ece=expected_calibration_error(confidence, right) if enough else None,
        bins=reliability(confidence, right) if enough else (),
        n_calibration=len(confidence),
    )


def _pairs(
    figures: Mapping[SelectedCheckpoint, Mapping[str, PerPrompt]], spoken: Mapping[str, str], selection: Selection
) -> tuple[PairAccuracy, ...]:
    result = []
    for metric, words in spoken.items():
        both = [(a, b) for a, b in combinations(figures, 2) if metric in figures[a] and metric in figures[b]]
        shared = [(a, b, in_common(figures[a][metric], figures[b][metric])) for a, b in both]
        shared = [each for each in shared if len(each[2][0])]
        found = _differences(metric, [values for *_, values in shared], selection)
        less = metric in LESS_IS_BETTER
        for (a, b, _), difference, p in zip(shared, found, holm([each.p for each in found]), strict=True):
            said = verdict(difference, words, a.label, b.label, p, less_is_better=less)
            result.append(PairAccuracy(a, b, metric, difference, p, said))
    return tuple(result)


def _differences(metric: str, pairs: Sequence[tuple[PerPrompt, PerPrompt]], selection: Selection) -> list[Difference]:
    # A prompt with several masks may be half right: then no two-by-two table holds it.
    binary = [metric.startswith("acc") and bool(np.isin([each.values for each in pair], (0.0, 1.0)).all()) for pair in pairs]
    exact = iter(differences([pair for pair, yes in zip(pairs, binary, strict=True) if yes], selection, binary=True))
    other = iter(differences([pair for pair, yes in zip(pairs, binary, strict=True) if not yes], selection))
    return [next(exact) if yes else next(other) for yes in binary]
