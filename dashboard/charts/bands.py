"""A line with a band around it: what is drawn wherever a figure has a spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import pyarrow as pa

from dashboard.charts.parts import BAND, coloured, dashed
from dashboard.palette import CheckpointStyle

PERIODS = {"day": "%-d %b %Y", "week": "week of %-d %b %Y", "month": "%b %Y", "quarter": "quarter from %b %Y"}
"""How a period is written in a tooltip, by the unit of `storage.measures.over_time`."""


@dataclass(frozen=True, slots=True)
class Banded:
    """The layers of a line with its band, to be laid over each other in this order."""

    bands: alt.Chart
    lines: alt.Chart
    points: alt.Chart


@dataclass(frozen=True, slots=True)
class Height:
    """The vertical axis that a line and its band share."""

    column: str
    """The column of the line; the band is in `low` and `high`."""
    title: str
    format: str
    """Of the ticks, as d3 writes it."""
    scale: alt.Scale


def banded(base: alt.Chart, height: Height, styles: Sequence[CheckpointStyle], *, point_size: int | None) -> Banded:
    """Lines, bands and points of a chart whose horizontal axis, colour and tooltips are set.

    Args:
        base: over a table with the columns low, high and that of the line.
        height: the vertical axis.
        styles: of the checkpoints of the table.
        point_size: square pixels; None for points that are not seen and only carry the tooltip.
    """
    middle = f"{height.column}:Q"
    unseen = point_size is None
    return Banded(
        bands=base.mark_area(opacity=BAND).encode(y=alt.Y("low:Q", scale=height.scale, title=""), y2=alt.Y2("high:Q")),
        lines=base.mark_line(strokeWidth=2).encode(
            y=alt.Y(middle, scale=height.scale, title=height.title, axis=alt.Axis(format=height.format, tickCount=5)),
            strokeDash=dashed(styles),
        ),
        points=base.mark_point(filled=not unseen, opacity=0 if unseen else 1, size=point_size or 80).encode(
            y=alt.Y(middle, scale=height.scale)
        ),
    )


def by_period(table: pa.Table, styles: Sequence[CheckpointStyle], *tooltips: alt.Tooltip) -> tuple[alt.Chart, str]:
    """A chart over time without marks, and the unit of its periods.

    `table` has the columns period (timestamp), unit and checkpoint; `tooltips` follow those of the checkpoint and the period.
    """
    unit = next(iter(table.column("unit").to_pylist()), "day")
    base = alt.Chart(table).encode(
        x=alt.X("period:T", title=f"UTC {unit}", axis=alt.Axis(tickCount=6, labelOverlap=True)),
        color=coloured(styles),
        tooltip=[
            alt.Tooltip("checkpoint:N", title="Checkpoint"),
            alt.Tooltip("period:T", title="Period", format=PERIODS.get(unit, PERIODS["day"])),
            *tooltips,
        ],
    )
    return base, unit
