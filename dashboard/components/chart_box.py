"""A chart or a table with a menu beneath it: its data as CSV, its picture as PNG and SVG. Files are made when asked for."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Literal

import pyarrow as pa
import streamlit as st

from dashboard.charts import Chart
from dashboard.pictures import png, svg
from storage.output import Format, write
from storage.visitor_sql import Rows


def chart_box(chart: Chart, table: pa.Table, name: str, caption: str = "") -> None:
    """Draw the chart, what it means, and the menu. `name` says what is inside, such as `regions`, and is unique on the page."""
    with st.container(gap="xsmall"):
        st.altair_chart(chart, key=f"chart_{name}")
        _footer(chart, table, name, caption)


def brushed_chart_box(chart: Chart, table: pa.Table, name: str, caption: str, key: str, on_brush: Callable[[], None]) -> None:
    """The same for a chart with a selection: `on_brush` is called when it changes, which then stands under `key`."""
    with st.container(gap="xsmall"):
        st.altair_chart(chart, key=key, on_select=on_brush)
        _footer(chart, table, name, caption)


def _footer(chart: Chart, table: pa.Table, name: str, caption: str) -> None:
    with st.container(horizontal=True, vertical_alignment="top", gap="small", wrap=False):
        if caption:
            st.caption(caption, width="stretch")
        download_menu(name, lambda: table, chart)


def download_menu(name: str, table: Callable[[], pa.Table], chart: Chart | None = None) -> None:
    """A small menu. `table` gives all rows of the selection, not only those on the page, and is called when asked for."""
    menu = st.popover("Download", icon=":material/download:", type="tertiary", key=f"downloads_{name}")
    with menu.container(gap=None):
        _button("Data, CSV", partial(_csv, table), name, "csv", "text/csv")
        if chart is not None:
            _button("Picture, PNG", partial(png, chart), name, "png", "image/png")
            _button("Picture, SVG", partial(svg, chart), name, "svg", "image/svg+xml")


def file_name(name: str, ending: str) -> str:
    """What a file is called: what is inside, and the day in UTC."""
    return f"maskboard-{name}-{datetime.now(UTC):%Y-%m-%d}.{ending}"


def _button(label: str, make: Callable[[], bytes], name: str, ending: Literal["csv", "png", "svg"], mime: str) -> None:
    st.download_button(
        label, make, file_name(name, ending), mime, key=f"{ending}_{name}", on_click="ignore", type="tertiary", width="stretch"
    )


def _csv(table: Callable[[], pa.Table]) -> bytes:
    """With a byte order mark, by which spreadsheets know UTF-8; cells that one would run as formulas are made safe."""
    rows = table()
    out = io.BytesIO(b"\xef\xbb\xbf")
    out.seek(0, io.SEEK_END)
    write(Rows(rows.schema, iter(rows.to_batches())), Format.CSV, out, None, raw=False)
    return out.getvalue()
