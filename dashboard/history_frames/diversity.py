"""The tables of the page of the diversity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from dashboard.estimates import share
from dashboard.wording import about

if TYPE_CHECKING:
    from pipelines.analysis.diversity import Diversity
    from pipelines.diversity import Band

SEEN, OWN = "of what it says next was said before", "of what it says no other one says"

_PROFILE = pa.schema({"checkpoint": pa.string(), "q": pa.float64(), "value": pa.float64(), "n": pa.int64()})
_AT_ONE_SIZE = pa.schema(
    {"checkpoint": pa.string(), "q": pa.float64(), "expected": pa.float64(), "low": pa.float64(), "high": pa.float64()}
)
_SHARES = pa.schema(
    {"checkpoint": pa.string(), "share": pa.float64(), "what": pa.string(), "text": pa.string(), "n": pa.int64()}
)
_SUMMARY = pa.schema(
    {
        "checkpoint": pa.string(), "predictions": pa.int64(), "words": pa.int64(), "q0": pa.string(), "q1": pa.string(),
        "q2": pa.string(), "coverage": pa.string(), "unique_words": pa.int64(), "uniqueness": pa.string(),
    }
)  # fmt: skip


def profile_table(found: Diversity) -> pa.Table:
    """The Hill number of each checkpoint at each order."""
    rows = [
        {"checkpoint": each.checkpoint.label, "q": q, "value": _exact(value), "n": each.predictions}
        for each in found.rows
        for q, value in each.hill
    ]
    return pa.Table.from_pylist(rows, schema=_PROFILE)


def at_one_size_table(found: Diversity) -> pa.Table:
    """The Hill numbers of q = 0, 1 and 2 of each checkpoint, rarefied to one number of predictions."""
    rows = [
        {"checkpoint": each.checkpoint.label, "q": float(q)}
        | {name: _exact(getattr(band, name)) for name in ("expected", "low", "high")}
        for each in found.rows
        for q, band in enumerate(each.rarefied)
    ]
    return pa.Table.from_pylist(rows, schema=_AT_ONE_SIZE)


def shares_table(found: Diversity) -> pa.Table:
    """Coverage and uniqueness of each checkpoint."""
    rows = [
        {"checkpoint": each.checkpoint.label, "share": value, "what": what, "text": share(value), "n": each.predictions}
        for each in found.rows
        for what, value in ((SEEN, each.coverage), (OWN, each.uniqueness if len(found.rows) > 1 else None))
        if value is not None
    ]
    return pa.Table.from_pylist(rows, schema=_SHARES)


def summary_table(found: Diversity) -> pa.Table:
    """A row for each checkpoint with all its figures in words."""
    rows = [
        {
            "checkpoint": each.checkpoint.label,
            "predictions": each.predictions,
            "words": each.words,
            "coverage": share(each.coverage),
            "unique_words": each.unique_words,
            "uniqueness": share(each.uniqueness),
        }
        | {f"q{q}": _band(band) for q, band in enumerate(each.rarefied)}
        for each in found.rows
    ]
    return pa.Table.from_pylist(rows, schema=_SUMMARY)


def _exact(value: float) -> float:
    """Without the last digits, whose noise would be all that an axis shows where every order gives the same number."""
    return float(f"{value:.9g}")


def _band(band: Band) -> str:
    if band.low == band.high:
        return about(band.expected)  # of the smallest checkpoint the sample is all there is
    return f"{about(band.expected)} ({about(band.low)} to {about(band.high)})"
