"""A chart of an answer in two clicks: which kind, and where another column is meant, which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import from_log
from dashboard.charts.quick import quick_chart, rows_in_words
from dashboard.components.chart_box import chart_box
from dashboard.components.sql_state import chart, set_chart
from dashboard.palette import FAMILY_COLOURS
from dashboard.query_address import ChartAddress
from dashboard.query_choice import Choice, Kind, default_choice, kinds_for, suited
from dashboard.query_plot import as_data, plot
from dashboard.query_table import Result
from storage import measures
from storage.errors import StorageError
from storage.log import Log
from storage.selection import Selection

_TABLE = "Table"
_KINDS = {Kind.BAR: "Bars", Kind.LINE: "Lines", Kind.SCATTER: "Points", Kind.HISTOGRAM: "Histogram"}
_BOXES = {
    Kind.BAR: ("One bar for each", "Its length"),
    Kind.LINE: ("Across", "Upwards"),
    Kind.SCATTER: ("Across", "Upwards"),
    Kind.HISTOGRAM: ("How often is each", ""),
}
_ROWS = "number of rows"
_NONE = "one colour"


def pick_chart(result: Result) -> Kind | None:
    """Draw the row of kinds; the one picked, None for the table. Without a row to draw there is no choice."""
    offered = kinds_for(result)
    if not offered:
        return None
    wanted = chart()
    kind = wanted.kind if wanted is not None and wanted.kind in offered else None
    st.session_state["sql_kind"] = _TABLE if kind is None else _KINDS[kind]
    st.radio(
        "Show as", [_TABLE, *(_KINDS[each] for each in offered)], key="sql_kind", horizontal=True, on_change=_pick_kind,
        label_visibility="collapsed", width="content",
    )  # fmt: skip
    return kind


def show_chart(log: Log, result: Result, kind: Kind, part: str, *, truncated: bool) -> ChartAddress:
    """Draw the boxes for the columns and the chart; what was drawn. `part` names the question in the names of files."""
    choice = _choice(result, kind)
    drawn = plot(result, choice)
    if drawn.table.num_rows:
        said = rows_in_words(drawn.n, truncated=truncated and drawn.n == result.table.num_rows)
        chart_box(quick_chart(drawn, _known_colours(log), said), as_data(drawn), "chart", drawn.left_out, part)
    else:
        st.text("There is nothing to draw: every row lacks a value in one of these columns.")
    return _address(choice)


def _choice(result: Result, kind: Kind) -> Choice:
    """Draw the boxes; which columns are drawn. What an address names and no column is gives way to what is likely meant."""
    wanted, likely = chart(), default_choice(result, kind)
    assert likely is not None  # noqa: S101 - only kinds that suit the answer are offered
    if wanted is None or result.named(wanted.x) not in (offered := suited(result, kind))["x"]:
        wanted, offered = _address(likely), suited(result, kind)
    x_label, y_label = _BOXES[kind]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        x = _column(x_label, "sql_x", [each.name for each in offered["x"]], wanted.x)
        y = colour = ""
        if offered["y"]:
            counted = [_ROWS] if kind in (Kind.BAR,) else []
            first = likely.y.name if likely.y is not None and not counted else _ROWS
            y = _column(y_label, "sql_y", [*counted, *(each.name for each in offered["y"])], wanted.y or first)
        if offered["colour"]:
            colour = _column(
                "Colour", "sql_colour", [_NONE, *(each.name for each in offered["colour"])], wanted.colour or _NONE
            )
    return Choice(kind, result.named(x) or likely.x, result.named(y), result.named(colour))


def _column(label: str, key: str, names: Sequence[str], wanted: str) -> str:
    st.session_state[key] = wanted if wanted in names else names[0]
    return st.selectbox(label, names, key=key, on_change=_pick_columns, width=170)


def _address(choice: Choice) -> ChartAddress:
    y, colour = choice.y, choice.colour
    return ChartAddress(choice.kind, choice.x.name, "" if y is None else y.name, "" if colour is None else colour.name)


def _pick_kind() -> None:
    label = st.session_state["sql_kind"]
    kind = next((kind for kind, each in _KINDS.items() if each == label), None)
    set_chart(None if kind is None else ChartAddress(kind))


def _pick_columns() -> None:
    state, wanted = st.session_state, chart()
    if wanted is not None:
        y, colour = state.get("sql_y", ""), state.get("sql_colour", "")
        set_chart(ChartAddress(wanted.kind, state["sql_x"], y if y != _ROWS else "", colour if colour != _NONE else ""))


def _known_colours(log: Log) -> Mapping[str, str]:
    """The colours that checkpoints have on every page, by name and by label."""
    try:
        known = from_log.answer_of(log, measures.checkpoints, Selection())
        styles = from_log.styles_of(log, known)
    except StorageError:
        return {}
    colours = dict(FAMILY_COLOURS)
    for each, style in zip(known, styles, strict=True):
        colours.setdefault(each.name, style.colour)
        colours[each.label] = style.colour
    return colours
