"""Queries that people saved: the list to open one from, saving under a name, overwriting and deleting, each asked first."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from dashboard import from_log
from dashboard.components.author import author_box
from dashboard.components.problem import show_problem
from dashboard.components.sql_state import (
    Asked,
    asked,
    fill,
    is_unchanged,
    opened_query,
    run_next,
    set_chart,
    set_opened,
    shown,
)
from dashboard.components.sql_state import show as keep_shown
from dashboard.wording import moment
from pipelines.prompts import printable
from storage import saved_queries as stored
from storage.errors import StorageError
from storage.log import Log
from storage.saved_queries import LONGEST_NAME, NameTaken, SavedQuery
from storage.visitors import Refused, decide

_LIST, _POPOVER, _NAME = "sql_saved_list", "sql_save", "sql_name"
_TAKEN, _PROBLEM, _DELETING = "sql_taken", "sql_save_problem", "sql_deleting"
_NOT_OPENED, _NOT_DELETED = "sql_open_problem", "sql_delete_problem"


def show_saved_list(log: Log) -> None:
    """The box that opens a saved query. Raises `StorageError`."""
    names = [each.name for each in from_log.answer_of(log, stored.saved_queries)]
    st.selectbox(
        "Saved queries",
        names,
        index=None,
        key=_LIST,
        placeholder=f"Open one of {len(names):,}" if names else "None yet: save the first",
        disabled=not names,
        on_change=_open,
        args=(log,),
        help="Everyone who works with this log sees them.",
    )
    if (problem := st.session_state.pop(_NOT_OPENED, None)) is not None:
        show_problem("Not opened", problem)


def show_save(log: Log, now: Asked) -> None:
    """The button under which the statement gets its name, and the box for the name of whoever saves it."""
    state = st.session_state
    popover = st.popover("Save", icon=":material/bookmark_add:", key=_POPOVER, on_change=_forget_question)
    author = author_box()
    if not popover.open:
        return
    with popover:
        if _NAME not in state:
            opened = opened_query()
            state[_NAME] = "" if opened is None else opened.name
        st.text_input("Name", key=_NAME, max_chars=LONGEST_NAME, placeholder="Words by day")
        taken: SavedQuery | None = state.get(_TAKEN)
        if taken is None or not _is_name(taken):
            st.caption("Everyone who works with this log can open it. What stands in the boxes is saved with it.")
            st.button("Save", type="primary", key="sql_save_button", on_click=_save, args=(log, author))
        else:
            st.text(f"“{printable(taken.name)}” is there already, {_told(taken)}. Overwrite it for everyone?")
            with st.container(horizontal=True, gap="small"):
                st.button("Overwrite", type="primary", key="sql_overwrite", on_click=_save, args=(log, author, taken))
                st.button("Leave it", key="sql_keep", on_click=_forget_question)
        if (problem := state.get(_PROBLEM)) is not None:
            show_problem("Not saved", problem)


def show_opened(log: Log, now: Asked) -> None:
    """Which saved query is open, and the way to delete it."""
    query, state = opened_query(), st.session_state
    if query is None:
        return
    if state.get(_DELETING) == query:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.text(f"Delete “{printable(query.name)}” for everyone? Links to it will find nothing.", width="content")
            st.button("Delete", type="primary", key="sql_delete_sure", on_click=_delete, args=(log, query))
            st.button("Keep it", key="sql_delete_not", on_click=_forget_question)
    else:
        changed = "" if is_unchanged(now, query) else " What you see has been changed since."
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.text(f"“{printable(query.name)}”, {_told(query)}.{changed}", width="content")
            st.button(
                "Delete", icon=":material/delete:", type="tertiary", key="sql_delete", on_click=_ask_to_delete, args=(query,)
            )
    if (problem := state.pop(_NOT_DELETED, None)) is not None:
        show_problem("Not deleted", problem)


def _told(query: SavedQuery) -> str:
    by = f" by {printable(query.author)}" if query.author else ""
    return f"saved{by} on {moment(query.saved_at)}"


def _is_name(query: SavedQuery) -> bool:
    """Whether the box names that query."""
    try:
        return stored.read_name(st.session_state[_NAME] or "") == query.name
    except StorageError:
        return False


def _open(log: Log) -> None:
    state = st.session_state
    name, state[_LIST] = state[_LIST], None  # the box stays a way to open queries; which one is open is said by the editor
    try:
        query = None if name is None else stored.saved_query(log.database, name)
    except StorageError as error:
        state[_NOT_OPENED] = str(error)
        return
    if query is not None:
        fill(query.sql, query.parameters, query)
        set_chart(None)
        run_next()


def _save(log: Log, author: str | None, over: SavedQuery | None = None) -> None:
    state = st.session_state
    _forget_question()
    try:
        now = asked()
        decision = decide(now.sql)
    except StorageError as error:  # what reads the statement could not be started
        state[_PROBLEM] = str(error)
        return
    if isinstance(decision, Refused):
        state[_PROBLEM] = f"{decision.reason} {decision.remedy}".strip()
        return
    query = SavedQuery(str(uuid.uuid4()), state[_NAME] or "", now.sql, datetime.now(UTC), now.parameters, author)
    try:
        saved = stored.save_query(log.database, query, over=over)
    except NameTaken as error:
        state[_TAKEN] = error.existing
        return
    except StorageError as error:
        state[_PROBLEM] = str(error)
        return
    set_opened(saved)
    state[_POPOVER] = False
    answer = shown()
    if answer is not None and (answer.asked.sql, answer.asked.parameters) == (now.sql, now.parameters):
        keep_shown(replace(answer, asked=replace(now, query=saved.name)))


def _ask_to_delete(query: SavedQuery) -> None:
    st.session_state[_DELETING] = query


def _delete(log: Log, query: SavedQuery) -> None:
    _forget_question()
    try:
        stored.delete_query(log.database, query)
    except NameTaken as error:
        st.session_state[_NOT_DELETED] = (
            f"It was changed meanwhile, {_told(error.existing)}. Open it again to see what it is now."
        )
        return
    except StorageError as error:
        st.session_state[_NOT_DELETED] = str(error)
        return
    set_opened(None)
    answer = shown()
    if answer is not None and answer.asked.query == query.name:
        keep_shown(replace(answer, asked=replace(answer.asked, query="")))


def _forget_question() -> None:
    for key in (_TAKEN, _PROBLEM, _DELETING):
        st.session_state.pop(key, None)
