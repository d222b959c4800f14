"""The pairs of the page of the vocabularies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from dashboard.estimates import estimate, figure, share, span

if TYPE_CHECKING:
    from pipelines.analysis.overlap import Overlap, Pair
    from pipelines.statistics import Interval


@dataclass(frozen=True, slots=True)
class Likeness:
    """One way to say how alike two checkpoints are."""

    name: str
    """The field of `pipelines.analysis.overlap.Pair`."""
    label: str
    title: str
    as_share: bool = False
    farther: bool = False
    """Whether a greater value means less alike."""


LIKENESSES = (
    Likeness("rbo", "RBO", "Mean RBO"),
    Likeness("jaccard", "Jaccard", "Mean Jaccard index"),
    Likeness("overlap", "Overlap", "Mean overlap", as_share=True),
    Likeness("jsd_shared", "JSD", "Mean JSD in bits", farther=True),
    Likeness("top1_same", "Same first", "Prompts with the same word first", as_share=True),
)
"""In the order in which a page offers them."""

_CELLS = pa.schema(
    {
        "a": pa.string(), "b": pa.string(), "value": pa.float64(), "low": pa.float64(), "high": pa.float64(),
        "strength": pa.float64(), "text": pa.string(), "interval": pa.string(), "n": pa.int64(), "doubtful": pa.bool_(),
    }
)  # fmt: skip
_PAIRS = pa.schema(
    {"pair": pa.string(), "n": pa.int64()}
    | {each.name: pa.string() for each in LIKENESSES}
    | {
        "rbo_minimum": pa.string(),
        "overlap_attainable": pa.string(),
        "jaccard_attainable": pa.string(),
        "low_coverage": pa.string(),
    }
)


def cells_table(found: Overlap, likeness: Likeness) -> pa.Table:
    """A row for each pair whose value is known, for `charts.pair_matrix`."""
    rows = []
    for pair in found.pairs:
        interval = _interval(pair, likeness)
        if interval is not None:
            rows.append(_cell(pair, interval, likeness))
    return pa.Table.from_pylist(rows, schema=_CELLS)


def _cell(pair: Pair, interval: Interval, likeness: Likeness) -> dict[str, object]:
    mean = min(max(interval.mean, 0.0), 1.0)
    return {
        "a": pair.a.label,
        "b": pair.b.label,
        "value": interval.mean,
        "low": interval.low,
        "high": interval.high,
        "strength": 1 - mean if likeness.farther else mean,
        "text": share(interval.mean) if likeness.as_share else figure(interval.mean),
        "interval": span(interval, as_share=likeness.as_share),
        "n": interval.n,
        "doubtful": likeness.name == "jsd_shared" and 2 * pair.low_coverage > pair.n_divergences,
    }


def pairs_table(pairs: Sequence[Pair]) -> pa.Table:
    """A row for each pair with all its figures in words."""
    rows = [
        {"pair": f"{pair.a.label} · {pair.b.label}", "n": pair.n}
        | {each.name: estimate(_interval(pair, each), as_share=each.as_share) for each in LIKENESSES}
        | {
            "rbo_minimum": figure(pair.rbo_minimum),
            "overlap_attainable": "-" if pair.overlap_attainable is None else share(pair.overlap_attainable),
            "jaccard_attainable": "-" if pair.jaccard_attainable is None else figure(pair.jaccard_attainable),
            "low_coverage": "-" if pair.jsd_shared is None else f"{pair.low_coverage:,}",
        }
        for pair in pairs
    ]
    return pa.Table.from_pylist(rows, schema=_PAIRS)


def _interval(pair: Pair, likeness: Likeness) -> Interval | None:
    found: Interval | None = getattr(pair, likeness.name)
    return found
