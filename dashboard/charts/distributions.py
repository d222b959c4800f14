"""How sure the checkpoints are: the curves of one measure, the scores by rank, and the same over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import pyarrow as pa

from dashboard.charts.bands import Height, banded, by_period
from dashboard.charts.parts import Chart, coloured, counted, dashed, finished, heading, height_for
from dashboard.palette import CheckpointStyle


@dataclass(frozen=True, slots=True)
class Measure:
    """How one measure of an answer is drawn."""

    name: str
    """The value of the column `measure`."""
    title: str
    axis: str
    """Title of the axis, with the unit."""
    format: str
    """Of the ticks and tooltips, as d3 writes it."""
    logarithmic: bool = False
    share: bool = False
    """Whether it lies between 0 and 1."""

    def scale(self, *, whole: bool) -> alt.Scale:
        """`whole` shows a share from 0 to 1, whatever the data."""
        if self.logarithmic:
            return alt.Scale(type="log", nice=False)
        return alt.Scale(domain=[0, 1]) if self.share and whole else alt.Scale(zero=True)


MEASURES = (
    Measure("top_score", "Probability of the first word", "Probability", ".0%", share=True),
    Measure("top1_margin", "Lead of the first piece", "Lead, nats", ".2~f"),
    Measure("effective_choices", "Effective choices", "Pieces, log scale", ",.3~s", logarithmic=True),
)
"""In the order in which a page shows them."""


def quantile_curves(table: pa.Table, measure: Measure, styles: Sequence[CheckpointStyle], *, brush: bool = False) -> Chart:
    """For each value of a measure, the share of prompts at or below it.

    Args:
        table: columns checkpoint, q, value, n; the rows of one measure.
        measure: which one.
        styles: of the checkpoints of the table.
        brush: with a selection of a range of values, named `brush`.
    """
    base = alt.Chart(table).encode(
        x=alt.X(
            "value:Q",
            title=measure.axis,
            scale=measure.scale(whole=True),
            axis=alt.Axis(format=measure.format, tickCount=5, grid=not measure.logarithmic),
        ),
        y=alt.Y("q:Q", title="Prompts at or below", axis=alt.Axis(format=".0%", tickCount=5)),
        color=coloured(styles),
    )
    lines = base.mark_line(strokeWidth=2, interpolate="linear").encode(
        strokeDash=dashed(styles), order=alt.Order("q:Q"), detail=alt.Detail("checkpoint:N")
    )
    points = base.mark_point(opacity=0, size=90).encode(
        tooltip=[
            alt.Tooltip("checkpoint:N", title="Checkpoint"),
            alt.Tooltip("value:Q", title=measure.axis, format=",.3~r" if measure.logarithmic else ".3f"),
            alt.Tooltip("q:Q", title="Prompts at or below", format=".0%"),
            alt.Tooltip("n:Q", title="Prompts", format=","),
        ]
    )
    if brush:
        lines = lines.add_params(alt.selection_interval(name="brush", encodings=["x"]))
    layers = [lines, points]
    n = counted(table.column("n").to_pylist(), "prompt")
    return finished(
        layers,
        heading(measure.title, f"share of prompts at or below, n = {n} each"),
        f"Curves of the {measure.title.lower()} of {len(styles)} checkpoints: {_medians(table, measure)}",
        height_for(styles),
    )


def _medians(table: pa.Table, measure: Measure) -> str:
    middle = [row for row in table.select(["checkpoint", "q", "value"]).to_pylist() if round(100 * row["q"]) == 50]
    return ", ".join(f"median {row['value']:.3g} for {row['checkpoint']}" for row in middle) or f"no {measure.title.lower()}"


def rank_score_curves(table: pa.Table, styles: Sequence[CheckpointStyle]) -> Chart:
    """The median probability at each rank, with its quartiles as a band.

    Args:
        table: columns checkpoint, rank, low, median, high, n.
        styles: of the checkpoints of the table.
    """
    deepest = max(table.column("rank").to_pylist(), default=1)
    base = alt.Chart(table).encode(
        x=alt.X("rank:Q", title="Rank in the list", axis=alt.Axis(format="d", tickCount=min(deepest, 10), tickMinStep=1)),
        color=coloured(styles),
        tooltip=[
            alt.Tooltip("checkpoint:N", title="Checkpoint"),
            alt.Tooltip("rank:Q", title="Rank"),
            alt.Tooltip("median:Q", title="Median", format=".3%"),
            alt.Tooltip("low:Q", title="First quartile", format=".3%"),
            alt.Tooltip("high:Q", title="Third quartile", format=".3%"),
            alt.Tooltip("n:Q", title="Prompts", format=","),
        ],
    )
    drawn = banded(
        base, Height("median", "Probability, log scale", ".3~%", alt.Scale(type="log", nice=False)), styles, point_size=30
    )
    layers = [drawn.bands, drawn.lines, drawn.points]
    n = counted([row["n"] for row in table.select(["rank", "n"]).to_pylist() if row["rank"] == 1], "prompt")
    return finished(
        layers,
        heading("Probability by rank", f"median and quartiles, n = {n} each"),
        f"Curves of the median probability at ranks 1 to {deepest} of {len(styles)} checkpoints, with quartiles",
        height_for(styles),
    )


def quantile_bands_over_time(table: pa.Table, measure: Measure, styles: Sequence[CheckpointStyle]) -> Chart:
    """The median of a measure in each period, with its quartiles as a band.

    Args:
        table: columns period (timestamp), unit, checkpoint, low, median, high, n; the rows of one measure.
        measure: which one.
        styles: of the checkpoints of the table.
    """
    base, unit = by_period(
        table,
        styles,
        alt.Tooltip("median:Q", title="Median", format=",.3~r"),
        alt.Tooltip("low:Q", title="First quartile", format=",.3~r"),
        alt.Tooltip("high:Q", title="Third quartile", format=",.3~r"),
        alt.Tooltip("n:Q", title="Prompts", format=","),
    )
    height = Height("median", measure.axis, measure.format, measure.scale(whole=False))
    drawn = banded(base, height, styles, point_size=45)
    layers = [drawn.bands, drawn.lines, drawn.points]
    n = counted(table.column("n").to_pylist(), "prompt")
    return finished(
        layers,
        heading(f"{measure.title} by {unit}", f"median and quartiles, n = {n} a {unit} each"),
        f"Course over time of the {measure.title.lower()} of {len(styles)} checkpoints, by {unit}",
        height_for(styles),
    )
