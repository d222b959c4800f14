"""The answer to a person's SQL: how many rows and how long, every limit that cut it, the rows, the chart, the file."""

from __future__ import annotations

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard.components.export_box import show_export
from dashboard.components.problem import show_notice
from dashboard.components.sql_chart import pick_chart, show_chart
from dashboard.components.sql_mistake import show_mistake
from dashboard.components.sql_run import Shown
from dashboard.components.sql_state import Asked, chart
from dashboard.query_address import ChartAddress
from dashboard.query_table import LONGEST_CELL, MOST_ELEMENTS, Result, ResultColumn, Role
from dashboard.wording import count, milliseconds
from storage.exports import of_query
from storage.exports.naming import in_a_name
from storage.log import Log

_PLAN = ["explain_key", "explain_value"]
_SMALL = 1e-3
"""Numbers below it would be shown as 0.00."""
_HEAVY = 4_000_000
"""Bytes above which a browser is sent the rows as they come into sight."""
_MOST_HEIGHT = 560
_ROW = 35


def show_answer(log: Log, shown: Shown, now: Asked) -> ChartAddress | None:
    """Draw it; the chart that a person picked, None for the table. A mistake leaves the choice as it is."""
    if shown.mistake is not None:
        show_mistake(shown.mistake, shown.asked.sql)
        return chart()
    assert shown.result is not None  # noqa: S101 - without a mistake there is one
    result = shown.result
    if (shown.asked.sql, shown.asked.parameters) != (now.sql, now.parameters):
        st.caption("The statement has been changed since this answer. Run it again.")
    for notice in shown.notices:
        show_notice("Limit", notice)
    if [each.name for each in result.columns] == _PLAN:
        _show_plan(result)
        return None
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        wanted = pick_chart(result)
        st.text(in_words(shown, result), width="content")
        if result.table.num_rows:
            source = of_query(shown.asked.sql, shown.values, shown.asked.query or None)
            show_export(source, "sql", shown.snapshot)
    if wanted is None:
        _show_table(result)
        return None
    part = in_a_name(shown.asked.query) or "sql"
    return show_chart(log, result, wanted, part, truncated=shown.truncated)


def in_words(shown: Shown, result: Result) -> str:
    """How much came, and how long it took, such as "30 rows, 3 columns, in 42 ms"."""
    rows = count(result.table.num_rows, "row")
    rows = f"the first {rows}" if shown.truncated else rows
    return f"{rows}, {count(len(result.columns), 'column')}, in {milliseconds(shown.seconds * 1000)}".capitalize()


def _show_table(result: Result) -> None:
    if not result.table.num_rows:
        st.text("No row answers this. The statement ran; nothing in the log is as it asks.")
        return
    rows = result.table.num_rows
    if result.shortened:
        st.caption(
            f"Of long texts the first {LONGEST_CELL:,} characters are shown, of long lists the first {MOST_ELEMENTS} elements. "
            "An export has them whole."
        )
    st.dataframe(
        result.table,
        key="sql_table",
        hide_index=True,
        height="content" if rows * _ROW < _MOST_HEIGHT else _MOST_HEIGHT,
        alt=f"The answer: {count(rows, 'row')} and {count(len(result.columns), 'column')}",
        column_config={each.key: _configured(result, each) for each in result.columns},
        placeholder="NULL",
        lazy=result.table.nbytes > _HEAVY or None,
    )


def _configured(result: Result, column: ResultColumn) -> ColumnConfig:
    offered = st.column_config
    values = result.table.column(column.key)
    if column.role is Role.NUMBER:
        return offered.NumberColumn(column.name, format=_format(values.to_pylist()))
    if column.role is Role.TIME:
        if "date32" in str(values.type):
            return offered.DateColumn(column.name, format="YYYY-MM-DD")
        return offered.DatetimeColumn(column.name, format="YYYY-MM-DD HH:mm:ss")
    if str(values.type).startswith("list"):
        return offered.ListColumn(column.name)
    return offered.CheckboxColumn(column.name) if str(values.type) == "bool" else offered.TextColumn(column.name)


def _format(values: list[int | float | None]) -> str | None:
    """Whole numbers as they are, so that a key can be copied; fractions with the digits that tell them apart."""
    fractions = [abs(value) for value in values if isinstance(value, float) and value]
    if not fractions:
        return "plain"
    return "%.4g" if min(fractions) < _SMALL else "%.4f" if max(fractions) < 1000 else "%.2f"


def _show_plan(result: Result) -> None:
    """What EXPLAIN says is a drawing of lines."""
    for text in result.table.column(1).to_pylist():
        st.code(text, language=None)
