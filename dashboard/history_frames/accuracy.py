"""The tables of the page of the accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from dashboard.estimates import estimate, figure

if TYPE_CHECKING:
    from pipelines.analysis.accuracy import Accuracy, CheckpointAccuracy
    from pipelines.statistics import Interval

SHARES = {
    "acc_at_1": "accuracy at 1",
    "acc_at_5": "accuracy at 5",
    "acc_at_10": "accuracy at 10",
    "acc_of_candidates": "accuracy among candidates",
    "mrr": "mean reciprocal rank",
}
"""The metrics from 0 to 1, greater is better; the words are those of `pipelines.analysis.accuracy.METRICS`."""

_POINTS = pa.schema(
    {
        "checkpoint": pa.string(), "metric": pa.string(), "mean": pa.float64(), "low": pa.float64(), "high": pa.float64(),
        "text": pa.string(), "n": pa.int64(),
    }
)  # fmt: skip
_SUMMARY = pa.schema(
    {
        "checkpoint": pa.string(), "n": pa.int64(), "acc_at_1": pa.string(), "acc_at_5": pa.string(), "acc_at_10": pa.string(),
        "acc_of_candidates": pa.string(),
        "mrr": pa.string(), "nll": pa.string(), "brier": pa.string(), "ece": pa.string(),
    }
)  # fmt: skip
_BINS = pa.schema({"checkpoint": pa.string(), "confidence": pa.float64(), "accuracy": pa.float64(), "n": pa.int64()})


def points_table(found: Accuracy) -> pa.Table:
    """A row for each checkpoint and metric from 0 to 1 that is known."""
    rows = [
        {
            "checkpoint": each.checkpoint.label,
            "metric": words,
            "mean": interval.mean,
            "low": interval.low,
            "high": interval.high,
            "text": estimate(interval, as_share=metric != "mrr"),
            "n": interval.n,
        }
        for metric, words in SHARES.items()
        for each in found.checkpoints
        if (interval := _interval(each, metric)) is not None
    ]
    return pa.Table.from_pylist(rows, schema=_POINTS)


def summary_table(found: Accuracy) -> pa.Table:
    """A row for each checkpoint with all its figures in words."""
    rows = [
        {
            "checkpoint": each.checkpoint.label,
            "n": each.n,
            "ece": "-" if each.ece is None else figure(each.ece, 3),
            "nll": _known_of_all(each.nll, each.n_nll, each.n),
            "brier": _known_of_all(each.brier, each.n_brier, each.n),
        }
        | {metric: estimate(_interval(each, metric), as_share=metric != "mrr", of=each.n) for metric in SHARES}
        for each in found.checkpoints
    ]
    return pa.Table.from_pylist(rows, schema=_SUMMARY)


def without_unknown(found: Accuracy, columns: Sequence[str]) -> tuple[str, ...]:
    """The columns of `summary_table` to show: accuracy among candidates only where there were some to choose from."""
    unknown = all(each.acc_of_candidates is None for each in found.checkpoints)
    return tuple(each for each in columns if each != "acc_of_candidates" or not unknown)


def bins_table(found: Accuracy) -> pa.Table:
    """The bins of the reliability diagram."""
    rows = [
        {"checkpoint": each.checkpoint.label, "confidence": bin_.confidence, "accuracy": bin_.right, "n": bin_.n}
        for each in found.checkpoints
        for bin_ in each.bins
    ]
    return pa.Table.from_pylist(rows, schema=_BINS)


def _known_of_all(interval: Interval | None, known: int, n: int) -> str:
    return f"not known: {known:,} of {n:,}" if interval is None else estimate(interval)


def long_words(found: Accuracy) -> str:
    """Whose expected words cannot be said in one mask, and how many: one sentence, or nothing."""
    told = [f"{each.checkpoint.label} {each.n_long:,}" for each in found.checkpoints if each.n_long]
    return f"Expected words that cannot be said in one mask: {', '.join(told)}." if told else ""


def _interval(each: CheckpointAccuracy, metric: str) -> Interval | None:
    found: Interval | None = getattr(each, metric)
    return found
