"""Who is right: each metric with its interval, and how often a probability keeps its word."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pyarrow as pa

from dashboard.charts.parts import QUIET, Chart, between, coloured, counted, dashed, finished, heading, height_for
from dashboard.palette import CheckpointStyle

ROW_HEIGHT = 34
_FRAME = 110
"""Pixels of title, legend and axis, which are a part of the height."""


def accuracy_intervals(table: pa.Table, styles: Sequence[CheckpointStyle], metrics: Sequence[str]) -> Chart:
    """A point for each checkpoint and metric, with its 95 % interval.

    Args:
        table: columns checkpoint, metric, mean, low, high (NULL where too few prompts are known), text, n.
        styles: of the checkpoints of the table.
        metrics: in the order of the rows, all of them from 0 to 1.
    """
    labels = [each.label for each in styles]
    base = alt.Chart(table).encode(
        y=alt.Y(
            "metric:N",
            sort=list(metrics),
            title=None,
            axis=alt.Axis(labelLimit=130, labelPadding=8, labelOverlap=False, domain=False, ticks=False),
        ),
        # The domain gives the order. Sorted by a list, or by none, Vega-Lite makes the names a part of an expression.
        yOffset=alt.YOffset("checkpoint:N", sort="ascending", scale=alt.Scale(domain=labels, paddingOuter=0.3)),
        tooltip=[
            alt.Tooltip("checkpoint:N", title="Checkpoint"),
            alt.Tooltip("metric:N", title="Metric"),
            alt.Tooltip("text:N", title="Mean and 95 % interval"),
            alt.Tooltip("n:Q", title="Prompts", format=","),
        ],
    )
    x = alt.X("mean:Q", title="Share, 0 to 1", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%", tickCount=5))
    spans = base.mark_rule(strokeWidth=2.5).encode(
        x=alt.X("low:Q", title="Share, 0 to 1", scale=alt.Scale(domain=[0, 1])), x2=alt.X2("high:Q"), color=coloured(styles)
    )
    points = base.mark_point(filled=True, opacity=1, size=80).encode(x=x, color=coloured(styles))
    layers = [spans, points]
    said = ", ".join(f"{row['checkpoint']} {row['metric']} {row['text']}" for row in table.slice(0, 6).to_pylist())
    n = counted(table.column("n").to_pylist(), "prompt")
    return finished(
        layers,
        heading("Accuracy", f"mean and 95 % interval, n = {n} each"),
        f"Accuracy of {len(styles)} checkpoints: {said}",
        height=(ROW_HEIGHT + 14 * max(len(styles) - 1, 0)) * max(len(metrics), 1) + height_for(styles, _FRAME),
    )


def reliability_diagram(table: pa.Table, styles: Sequence[CheckpointStyle]) -> Chart:
    """How often the first word is right, by how probable it was; on the diagonal a probability keeps its word.

    Args:
        table: columns checkpoint, confidence, accuracy, n (masks in the bin); bins of equal mass.
        styles: of the checkpoints of the table.
    """
    diagonal = (
        alt.Chart(pa.Table.from_pydict({"confidence": [0.0, 1.0], "accuracy": [0.0, 1.0]}))
        .mark_line(color=QUIET, strokeDash=[3, 3], strokeWidth=1.5)
        .encode(x=alt.X("confidence:Q"), y=alt.Y("accuracy:Q"))
    )
    share = alt.Scale(domain=[0, 1])
    base = alt.Chart(table).encode(
        x=alt.X("confidence:Q", title="Probability of the first word", scale=share, axis=alt.Axis(format=".0%", tickCount=5)),
        y=alt.Y("accuracy:Q", title="How often it is right", scale=share, axis=alt.Axis(format=".0%", tickCount=5)),
        color=coloured(styles),
        tooltip=[
            alt.Tooltip("checkpoint:N", title="Checkpoint"),
            alt.Tooltip("confidence:Q", title="Mean probability", format=".1%"),
            alt.Tooltip("accuracy:Q", title="Right", format=".1%"),
            alt.Tooltip("n:Q", title="Masks in the bin", format=","),
        ],
    )
    lines = base.mark_line(strokeWidth=2).encode(strokeDash=dashed(styles))
    points = base.mark_point(filled=True, opacity=1, size=55)
    # One checkpoint leaves room for the counts; of several they stand in the tooltips.
    counts = base.mark_text(dy=-11, fontSize=10.5).encode(text=alt.Text("n:Q", format=","))
    layers = [diagonal, lines, points] + ([counts] if len(styles) == 1 else [])
    masks: dict[str, int] = {}
    for row in table.select(["checkpoint", "n"]).to_pylist():
        masks[row["checkpoint"]] = masks.get(row["checkpoint"], 0) + row["n"]
    a_bin = between(table.column("n").to_pylist())
    return finished(
        layers,
        heading("Reliability", f"n = {between(list(masks.values()))} masks each, {a_bin} in a bin"),
        f"Reliability diagram of {len(styles)} checkpoints: how often the first word is right, by its probability",
        height=height_for(styles, 380),
    )
