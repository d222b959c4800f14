"""How varied the checkpoints are: Hill numbers, rarefaction, coverage, and the course over time."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pyarrow as pa

from dashboard.charts.bands import Height, banded, by_period
from dashboard.charts.parts import INK, Chart, between, coloured, dashed, finished, heading, height_for
from dashboard.palette import CheckpointStyle

ROW_HEIGHT = 46
_FRAME = 130
"""Pixels of title, legend and axis, which are a part of the height."""


def hill_profiles(profile: pa.Table, at_one_size: pa.Table, styles: Sequence[CheckpointStyle], size: int) -> Chart:
    """The effective number of words by the order q, and at q = 0, 1 and 2 what a sample of one size would show.

    Args:
        profile: columns checkpoint, q, value, n (predictions).
        at_one_size: columns checkpoint, q, expected, low, high.
        styles: of the checkpoints of the tables.
        size: predictions of the sample.
    """
    y = alt.Scale(type="log", nice=False)
    lines = (
        alt.Chart(profile)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X(
                "q:Q", title="Order q: 0 counts every word, 2 the frequent ones", axis=alt.Axis(values=[0, 0.5, 1, 1.5, 2])
            ),
            y=alt.Y("value:Q", title="Effective words, log scale", scale=y, axis=alt.Axis(format=",.3~s", tickCount=5)),
            color=coloured(styles),
            strokeDash=dashed(styles),
            tooltip=[
                alt.Tooltip("checkpoint:N", title="Checkpoint"),
                alt.Tooltip("q:Q", title="Order q", format=".1f"),
                alt.Tooltip("value:Q", title="Effective words", format=",.1f"),
                alt.Tooltip("n:Q", title="Predictions", format=","),
            ],
        )
    )
    base = alt.Chart(at_one_size).encode(
        x=alt.X("q:Q"),
        color=coloured(styles),
        tooltip=[
            alt.Tooltip("checkpoint:N", title="Checkpoint"),
            alt.Tooltip("q:Q", title="Order q", format=".0f"),
            alt.Tooltip("expected:Q", title="At one size", format=",.1f"),
            alt.Tooltip("low:Q", title="from", format=",.1f"),
            alt.Tooltip("high:Q", title="to", format=",.1f"),
        ],
    )
    spans = base.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q", scale=y), y2=alt.Y2("high:Q"))
    points = base.mark_point(size=60, strokeWidth=2).encode(y=alt.Y("expected:Q", scale=y))
    layers = [lines, spans, points]
    n = between(profile.column("n").to_pylist())
    return finished(
        layers,
        heading("Hill numbers", f"n = {n} predictions; points: at {size:,} predictions each"),
        f"Profiles of the effective number of words of {len(styles)} checkpoints, orders 0 to 2",
        height_for(styles),
    )


def rarefaction_curves(table: pa.Table, styles: Sequence[CheckpointStyle]) -> Chart:
    """How many distinct words a sample of a size would show, with its 95 % band.

    Args:
        table: columns checkpoint, size, expected, low, high.
        styles: of the checkpoints of the table.
    """
    base = alt.Chart(table).encode(
        x=alt.X("size:Q", title="Predictions drawn", axis=alt.Axis(format=",.2~s", tickCount=5)),
        color=coloured(styles),
        tooltip=[
            alt.Tooltip("checkpoint:N", title="Checkpoint"),
            alt.Tooltip("size:Q", title="Predictions", format=","),
            alt.Tooltip("expected:Q", title="Distinct words", format=",.1f"),
            alt.Tooltip("low:Q", title="from", format=",.1f"),
            alt.Tooltip("high:Q", title="to", format=",.1f"),
        ],
    )
    drawn = banded(base, _words(), styles, point_size=None)
    layers = [drawn.bands, drawn.lines, drawn.points]
    largest = max(table.column("size").to_pylist(), default=0)
    return finished(
        layers,
        heading("Distinct words by sample", f"expected, with its 95 % band, up to n = {largest:,} predictions"),
        f"Rarefaction curves of {len(styles)} checkpoints up to {largest:,} predictions",
        height_for(styles),
    )


def coverage_points(table: pa.Table, styles: Sequence[CheckpointStyle]) -> Chart:
    """Two shares of each checkpoint: what of its next predictions was seen before, and what of its words is its own.

    Args:
        table: columns checkpoint, share (0 to 1), what, text, n (predictions).
        styles: of the checkpoints of the table.
    """
    base = (
        alt.Chart(table)
        .transform_calculate(ink="'ink'")
        .encode(
            x=alt.X(
                "share:Q",
                title="Share of predictions",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format=".0%", tickCount=5),
            ),
            y=alt.Y(
                "checkpoint:N",
                sort=None,
                title=None,
                axis=alt.Axis(labelLimit=150, labelOverlap=False, domain=False, ticks=False),
            ),
            tooltip=[
                alt.Tooltip("checkpoint:N", title="Checkpoint"),
                alt.Tooltip("what:N", title="Which"),
                alt.Tooltip("text:N", title="Share"),
                alt.Tooltip("n:Q", title="Predictions", format=","),
            ],
        )
    )
    marks = base.mark_point(size=130, strokeWidth=2, filled=False, opacity=1).encode(
        color=coloured(styles, legend=False),
        shape=alt.Shape(
            "what:N", title=None, legend=alt.Legend(orient="top", columns=1, symbolSize=90, labelLimit=330, labelFontSize=12)
        ),
    )
    texts = base.mark_text(dy=-14, fontSize=11.5).encode(text=alt.Text("text:N"), color=INK)
    layers = [marks, texts]
    rows = len({row["checkpoint"] for row in table.select(["checkpoint"]).to_pylist()})
    said = ", ".join(f"{row['checkpoint']} {row['text']} {row['what']}" for row in table.slice(0, 6).to_pylist())
    n = between(table.column("n").to_pylist())
    return finished(
        layers,
        heading("Coverage and words of its own", f"n = {n} predictions each"),
        f"Shares of predictions: {said}",
        height=ROW_HEIGHT * max(rows, 1) + _FRAME,
        resolve=alt.Resolve(scale=alt.ScaleResolveMap(color="independent")),
    )


def distinct_words_over_time(table: pa.Table, styles: Sequence[CheckpointStyle]) -> Chart:
    """Distinct words in each period, all brought to one number of predictions, with a 95 % band.

    Args:
        table: columns period (timestamp), unit, checkpoint, size, expected, low, high, n.
        styles: of the checkpoints of the table.
    """
    base, unit = by_period(
        table,
        styles,
        alt.Tooltip("expected:Q", title="Distinct words", format=",.1f"),
        alt.Tooltip("low:Q", title="from", format=",.1f"),
        alt.Tooltip("high:Q", title="to", format=",.1f"),
        alt.Tooltip("n:Q", title="Predictions", format=","),
    )
    size = next(iter(table.column("size").to_pylist()), 0)
    height = _words()
    drawn = banded(base, height, styles, point_size=45)
    whiskers = base.mark_rule(opacity=0.5).encode(y=alt.Y("low:Q", scale=height.scale), y2=alt.Y2("high:Q"))
    layers = [drawn.bands, whiskers, drawn.lines, drawn.points]
    return finished(
        layers,
        heading(f"Distinct words by {unit}", f"of n = {size:,} predictions each, with a 95 % band"),
        f"Distinct words of {len(styles)} checkpoints by {unit}, each brought to {size:,} predictions",
        height_for(styles),
    )


def _words() -> Height:
    return Height("expected", "Distinct words", ",.2~s", alt.Scale(zero=True))
