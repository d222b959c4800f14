"""What can be asked: every view with its columns and every macro, with what each means, and a search over all of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from dashboard import from_log
from dashboard.components.sql_state import TEXT
from pipelines.prompts import printable
from storage import views as stored
from storage.log import Log
from storage.views import Column, Macro, View

_OWN_NAME = re.compile(r"[a-z][a-z0-9_]*")
"""What our own views and columns are called. A label is Markdown, so another name gets none."""
HEIGHT = 620
"""Pixels of the list, so that the statement stays in sight while it is read."""
_MOST_OPEN = 3
"""Views that a search opens."""


def show_schema(log: Log) -> None:
    """Draw it. Raises `StorageError`."""
    views, macros = from_log.answer_of(log, stored.views), from_log.answer_of(log, stored.macros)
    wanted = st.text_input(
        "Views and columns", key="sql_schema", type="search", placeholder="Search names and meanings", persist_state="session",
        help="What stands after FROM, and what each of its columns means.",
    )  # fmt: skip
    words = (wanted or "").casefold().split()
    found = [(view, columns) for view in views if (columns := _matching(view, words)) is not None]
    with st.container(height=HEIGHT, border=False, gap="xxsmall", key="sql_views"):
        for view, columns in found:
            _show_view(view, columns, opened=bool(words) and len(found) <= _MOST_OPEN)
        called = [macro for macro in macros if _holds(f"{macro.name} {macro.meaning}", words)]
        if called:
            _show_macros(called, opened=bool(words) and not found)
        if not found and not called:
            st.text(f"No view, column or macro holds “{wanted}”.")


def _matching(view: View, words: Sequence[str]) -> tuple[Column, ...] | None:
    """The columns that a search means: all of a view that is meant itself; None where nothing is."""
    if _holds(f"{view.name} {view.meaning}", words):
        return view.columns
    return tuple(each for each in view.columns if _holds(f"{view.name} {each.name} {each.meaning}", words)) or None


def _holds(text: str, words: Sequence[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words)


def _show_view(view: View, columns: Sequence[Column], *, opened: bool) -> None:
    if not _OWN_NAME.fullmatch(view.name):
        return
    # The key tells a list that a search opened from one that a person opens: each remembers for itself.
    box = st.expander(view.name, expanded=opened, key=f"sql_view_{view.name}_{opened}", on_change="rerun", type="compact")
    if not box.open:
        return
    with box:
        st.text(printable(view.meaning))
        st.button(
            f"Insert {view.name}", key=f"sql_insert_{view.name}", icon=":material/add:", type="tertiary",
            on_click=_insert, args=(view.name,), help="Puts the name at the end of the statement.",
        )  # fmt: skip
        for each in columns:
            _show_column(each)


def _show_column(column: Column) -> None:
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            if _OWN_NAME.fullmatch(column.name):
                st.badge(column.name, color="gray")
            else:
                st.text(printable(column.name))
            st.text(column.type.lower(), width="content")
        st.text(printable(column.meaning))


def _show_macros(macros: Sequence[Macro], *, opened: bool) -> None:
    box = st.expander("Macros", expanded=opened, key=f"sql_macros_{opened}", on_change="rerun", type="compact")
    if not box.open:
        return
    with box:
        for each in macros:
            with st.container(gap="xsmall"):
                arguments = ", ".join(each.arguments)
                st.code(f"{'FROM ' if each.gives_rows else ''}{each.name}({arguments})", language=None, wrap_lines=True)
                st.text(printable(each.meaning))


def _insert(name: str) -> None:
    text = (st.session_state[TEXT] or "").rstrip()
    if not text:
        st.session_state[TEXT] = f"FROM {name} LIMIT 100"
        return
    st.session_state[TEXT] = f"{text} {name}"
