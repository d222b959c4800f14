"""How alike the checkpoints are: one measure for each pair, with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pyarrow as pa

from dashboard.charts.parts import INK, Chart, counted, finished, heading, opacity_where

CELL_HEIGHT = 74
_FRAME = 74
"""Pixels of title and names, which are a part of the height."""
_SHORT_NAME = 16
FEW = 3
"""Columns that leave room for an interval in a cell; of more pairs it stands in the tooltip and in the table."""
NARROW_HEIGHT = 40
"""Pixels of a cell without an interval."""
STRENGTH = "#556679"
"""The colour of a cell, which belongs to no checkpoint; its strength is the value."""


def pair_matrix(table: pa.Table, labels: Sequence[str], title: str) -> Chart:
    """A cell for each pair of checkpoints: the mean, and beneath it the 95 % interval.

    Args:
        table: columns a, b (labels), value (0 to 1), strength (0 to 1, stronger is more alike), text, interval, n, doubtful.
        labels: of the checkpoints, in the order of the rows and columns.
        title: what the cells show, such as "Mean RBO of the first 5 words".
    """
    columns, rows = list(labels[:-1]), list(labels[1:])
    # Long names stand aslant, or they would run into each other on a phone.
    aslant = len(columns) > 2 or max(map(len, columns), default=0) > _SHORT_NAME
    angle = (-25 if len(columns) <= FEW + 1 else -90) if aslant and len(columns) > 1 else 0
    base = (
        alt.Chart(table)
        .transform_calculate(ink="'ink'")
        .encode(
            # The domains give the order; a list to sort by would make the names a part of an expression.
            x=alt.X(
                "a:N",
                sort=None,
                title=None,
                scale=alt.Scale(domain=columns, paddingInner=0.02),
                axis=alt.Axis(
                    orient="top", labelAngle=angle, labelAlign="left" if angle else "center", labelOverlap=False,
                    labelLimit=150, labelPadding=8, domain=False, ticks=False,
                ),
            ),
            y=alt.Y(
                "b:N",
                sort=None,
                title=None,
                scale=alt.Scale(domain=rows, paddingInner=0.05),
                axis=alt.Axis(labelLimit=140, labelPadding=8, domain=False, ticks=False),
            ),
            tooltip=[
                alt.Tooltip("a:N", title="Checkpoint"),
                alt.Tooltip("b:N", title="Checkpoint "),
                alt.Tooltip("text:N", title="Mean"),
                alt.Tooltip("interval:N", title="95 % interval"),
                alt.Tooltip("n:Q", title="Prompts", format=","),
            ],
        )
    )  # fmt: skip
    # At most 0.5, so that the text of either mode can be read on it.
    cells = base.mark_rect(cornerRadius=6, color=STRENGTH, stroke=None).encode(
        opacity=alt.Opacity("strength:Q", scale=alt.Scale(domain=[0, 1], range=[0.06, 0.5]), legend=None)
    )
    faint = opacity_where("datum.doubtful", 0.55, otherwise=1)
    roomy = len(columns) <= FEW
    # On a phone the cells of many checkpoints are narrower than a figure: the table has them all.
    room = f"width / {max(len(columns), 1)}"
    size = 17 if roomy else alt.ExprRef(f"{room} < 22 ? 0 : min(12.5, {room} / 2.4)")
    means = base.mark_text(fontSize=size, dy=-9 if roomy else 0, fontWeight=600).encode(
        text=alt.Text("text:N"), color=INK, opacity=faint
    )
    intervals = base.mark_text(fontSize=11.5, dy=13).encode(text=alt.Text("interval:N"), color=INK, opacity=faint)
    layers = [cells, means, intervals] if roomy else [cells, means]
    n = counted(table.column("n").to_pylist(), "prompt")
    said = [f"{row['a']} and {row['b']} {row['text']}" for row in table.slice(0, 6).to_pylist()]
    return finished(
        layers,
        heading(title, f"{'mean and 95 % interval' if roomy else 'mean'}, n = {n} a pair"),
        f"{title} for each pair: {', '.join(said)}",
        height=(CELL_HEIGHT if roomy else NARROW_HEIGHT) * max(len(rows), 1) + _FRAME + {0: 0, -25: 55}.get(angle, 120),
    )
