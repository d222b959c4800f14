"""A chart or a table with a menu beneath it: its data as CSV, its picture as PNG and SVG. Files are made when asked for."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial

import pyarrow as pa
import streamlit as st

from dashboard.charts import Chart
from dashboard.components.filters import selection_of_session
from dashboard.pictures import png, svg
from dashboard.wording import count
from storage.exports import file_name, selection_in_a_name
from storage.exports.exporting import BYTE_ORDER_MARK
from storage.output import Format, write
from storage.visitors import Rows

_RAW = "Every cell as it is, for programs. A spreadsheet takes a cell that starts with = + - or @ for a formula and runs it."


def chart_box(chart: Chart, table: pa.Table, name: str, caption: str = "", part: str | None = None) -> None:
    """Draw the chart, what it means, and the menu.

    Args:
        chart: what is drawn.
        table: its data.
        name: what is inside, such as `regions`, unique on the page.
        caption: what it means.
        part: which part of the history that is, as a part of a file's name; without it, what the filters select.
    """
    with st.container(gap="xsmall"):
        st.altair_chart(chart, key=f"chart_{name}")
        _footer(chart, table, name, caption, part)


def brushed_chart_box(chart: Chart, table: pa.Table, name: str, caption: str, key: str, on_brush: Callable[[], None]) -> None:
    """The same for a chart with a selection: `on_brush` is called when it changes, which then stands under `key`."""
    with st.container(gap="xsmall"):
        st.altair_chart(chart, key=key, on_select=on_brush)
        _footer(chart, table, name, caption)


def _footer(chart: Chart, table: pa.Table, name: str, caption: str, part: str | None = None) -> None:
    with st.container(horizontal=True, vertical_alignment="top", gap="small", wrap=False):
        if caption:
            st.caption(caption, width="stretch")
        download_menu(name, lambda: table, chart, part=part)


def download_menu(
    name: str,
    table: Callable[[], pa.Table],
    chart: Chart | None = None,
    *,
    n: int | None = None,
    most: int | None = None,
    part: str | None = None,
) -> None:
    """A small menu, under which it is said where a file does not hold everything.

    Args:
        name: what is inside, unique on the page.
        table: gives all rows of the selection, not only those on the page; called when asked for.
        chart: for a picture beside the data.
        n: how many rows the selection has; without it `table` is called to find out.
        most: how many of them `table` gives at most.
        part: as for `chart_box`.
    """
    n = table().num_rows if n is None else n
    rows = rows_in_words(n, most)
    hint = selection_in_a_name(selection_of_session()) if part is None else part
    menu = st.popover("Download", icon=":material/download:", type="tertiary", key=f"downloads_{name}")
    with menu.container(gap=None):
        whole = f"{name}-{hint}-{rows.replace(',', '').replace(' ', '-')}"
        _button("Data, CSV", partial(_csv, table), f"csv_{name}", file_name(whole, "csv"), "text/csv")
        _button(
            "Data, CSV, raw", partial(_csv, table, raw=True), f"raw_{name}", file_name(f"{whole}-raw", "csv"), "text/csv", _RAW
        )
        if chart is not None:
            drawn = f"{name}-{hint}"
            _button("Picture, PNG", partial(png, chart), f"png_{name}", file_name(drawn, "png"), "image/png")
            _button("Picture, SVG", partial(svg, chart), f"svg_{name}", file_name(drawn, "svg"), "image/svg+xml")
    if most is not None and n > most:
        st.caption(f"A download holds the {rows}. Export, at the top of the page, writes every row of the selection.")


def rows_in_words(n: int, most: int | None) -> str:
    """How many rows a file holds.

    >>> rows_in_words(1, None), rows_in_words(2_500_000, 1_000_000)
    ('1 row', 'first 1,000,000 of 2,500,000 rows')
    """
    return count(n, "row") if most is None or n <= most else f"first {most:,} of {count(n, 'row')}"


def _button(label: str, make: Callable[[], bytes], key: str, file: str, mime: str, meaning: str | None = None) -> None:
    st.download_button(label, make, file, mime, key=key, on_click="ignore", type="tertiary", width="stretch", help=meaning)


def _csv(table: Callable[[], pa.Table], *, raw: bool = False) -> bytes:
    """As an export writes it: with a byte order mark, and with cells made safe that a spreadsheet would run as formulas.

    `raw` leaves the cells as they are, and the mark away.
    """
    rows = table()
    out = io.BytesIO(b"" if raw else BYTE_ORDER_MARK)
    out.seek(0, io.SEEK_END)
    write(Rows(rows.schema, iter(rows.to_batches())), Format.CSV, out, None, raw=raw)
    return out.getvalue()
