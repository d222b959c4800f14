"""A chart as a picture in a file, drawn as on a light page. Imports no Streamlit.

Altair hands the drawing to vl-convert, and imports it only then.
"""

from __future__ import annotations

import io
from typing import Any

from dashboard.charts import Chart

WIDTH = 760
"""Pixels, without axes and names; a page stretches a chart instead."""
SCALE = 2.0
"""Pixels of the PNG to one of the chart: sharp in print."""

INK, QUIET, RULE = "#0b1118", "#55606d", "#d9dfe5"
"""The colours of text, of names beside it and lines of the light mode in `.streamlit/config.toml`."""
_LOOK: dict[str, Any] = {
    "background": "#ffffff",
    "font": "sans-serif",
    "range": {"category": [INK]},
    "title": {"color": INK},
    "axis": {
        "labelColor": QUIET, "titleColor": QUIET, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
        "gridColor": RULE, "domainColor": RULE, "tickColor": RULE,
    },
    "legend": {"labelColor": INK, "titleColor": QUIET},
    "view": {"stroke": None},
}  # fmt: skip


def svg(chart: Chart, width: int = WIDTH) -> bytes:
    """The chart as an SVG file; its text stays text."""
    out = io.StringIO()
    on_paper(chart, width).save(out, format="svg")
    return out.getvalue().encode("utf-8")


def png(chart: Chart) -> bytes:
    """The chart as a PNG file."""
    out = io.BytesIO()
    on_paper(chart).save(out, format="png", scale_factor=SCALE)
    return out.getvalue()


def on_paper(chart: Chart, width: int = WIDTH) -> Chart:
    """The chart with a width of its own and the look of a light page."""
    drawn: Chart = chart.properties(width=width, padding=16).configure(**_LOOK)
    return drawn
