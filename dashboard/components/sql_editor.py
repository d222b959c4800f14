"""Where a person writes SQL: the text, its parameters, Run, and questions to begin with."""

from __future__ import annotations

import streamlit as st

from dashboard.components.sql_parameters import show_parameters
from dashboard.components.sql_saved import show_opened, show_save
from dashboard.components.sql_state import TEXT, asked, fill, run_next, set_chart
from dashboard.query_address import ChartAddress
from dashboard.query_examples import EXAMPLES, QueryExample
from storage.log import Log

HEIGHT = 224
"""Pixels of the editor: nine lines, and more by pulling at its corner."""


def sql_editor(log: Log) -> bool:
    """Draw it; whether a person pressed Run.

    The box stands in no `st.form`: one of those keeps from the server what was typed and not sent, and a look at another page
    would lose it.
    """
    with st.container(border=True, gap="small"):
        st.text_area(
            "Statement",
            key=TEXT,
            height=HEIGHT,
            label_visibility="collapsed",
            placeholder="SELECT ... FROM answers",
            persist_state="session",
        )
        now = asked()
        show_parameters(now.parameters)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            pressed = st.button(
                "Run", type="primary", icon=":material/play_arrow:", key="sql_run_button", shortcut="Ctrl+Enter"
            )
            show_save(log, now)
        show_opened(log, now)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption("Or try an example:", width="content")
            for each in EXAMPLES:
                st.button(each.label, key=f"sql_example_{each.label}", on_click=_try, args=(each,), help=each.help)
    return pressed


def _try(example: QueryExample) -> None:
    fill(example.sql, example.parameters)
    set_chart(None if example.kind is None else ChartAddress(example.kind))
    run_next()
