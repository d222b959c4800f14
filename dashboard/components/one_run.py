"""The filter by one run: which run it is, the way to it, and the way out of it. It has no box, since it arrives by a link."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import from_log, places
from dashboard.run_link import read_run_id
from dashboard.run_words import run_in_words
from pipelines.prompts import printable
from storage.comparison import run_record
from storage.log import Log
from storage.records import RunKind

NOT_A_RUN = "The address selects a run in a form that no run has, so nothing is selected."
UNKNOWN_RUN = "The address selects a run that this history does not hold, so nothing is selected."


def show_one_run(log: Log, named: str, leave: Callable[[], None]) -> None:
    """One line beneath the filters. `named` is the address's word for the run; `leave` selects all runs again."""
    run_id = read_run_id(named)
    run = None if run_id is None else from_log.answer_of(log, run_record, run_id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="one_run"):
        st.badge("One run", icon=":material/filter_alt:", color="gray" if run is not None else "yellow")
        if run is not None:
            st.text(printable(f"Only {run_in_words(run)}"), width="content")
            place = places.BATCH if run.kind is RunKind.BATCH else places.HISTORY
            st.page_link(place, label="Open it", icon=":material/arrow_forward:", query_params={"run": run.run_id})
        else:
            st.text(NOT_A_RUN if run_id is None else UNKNOWN_RUN, width="content")
        st.button("All runs", key="leave_one_run", icon=":material/close:", type="tertiary", on_click=leave)
