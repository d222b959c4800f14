"""SQL: ask the history anything, save the question, share the answer by its link. Needs no model."""

from contextlib import suppress

import streamlit as st

from dashboard import resources
from dashboard.components import sql_state
from dashboard.components.problem import show_notice, show_problem
from dashboard.components.sql_editor import sql_editor
from dashboard.components.sql_result import show_answer
from dashboard.components.sql_run import answer
from dashboard.components.sql_saved import show_saved_list
from dashboard.components.sql_schema import show_schema
from dashboard.components.sql_snapshot import show_snapshot
from dashboard.components.unreadable import show_unreadable
from dashboard.query_address import read_address
from storage import visitors
from storage.errors import StorageError

st.title("Ask the history in SQL", anchor=False)
opened = resources.open_log()
if opened.log is None or opened.copies is None:
    show_unreadable(opened.problem)
    st.stop()
log, copies = opened.log, opened.copies

try:
    with suppress(StorageError):  # said by the first statement that is run; the rest of the page can be used
        visitors.warm()
    left_out = read_address(st.query_params).left_out
    missing = sql_state.arrive(log)
    if left_out:
        show_notice("Not everything in this link was read", " ".join(left_out))
    left, right = st.columns([7.4, 2.9], gap="medium")
    with right:
        show_saved_list(log)
        show_schema(log)
    with left:
        pressed = sql_editor(log)
        now = sql_state.asked()
        age, beneath = st.container(), st.container()
        if missing is not None:
            with beneath:
                show_problem("That query cannot be shown", missing)
        fresh = sql_state.is_to_read_afresh()
        if sql_state.is_to_run() or pressed or (fresh and sql_state.shown() is not None):
            with beneath:
                sql_state.show(answer(copies, now, fresh=fresh))
        elif fresh:
            with beneath, st.spinner("Copying what is new in the log"):
                copies.to_read(fresh=True)
        shown = sql_state.shown()
        with age:
            show_snapshot(copies, None if shown is None else shown.snapshot)
        if shown is not None:
            with beneath:
                sql_state.set_chart(show_answer(log, shown, now))
            sql_state.put_address(shown.asked)
except StorageError as error:
    show_unreadable(str(error))
