"""The way to save an answer that could not be saved when it was given."""

from __future__ import annotations

import streamlit as st

from dashboard import resources
from dashboard.components.problem import show_problem
from storage.errors import StorageError

_PROBLEM = "save_problem"


def save_button(run_id: str) -> None:
    """Beside an answer that is not saved. It may be pressed any number of times: a run is kept once."""
    if run_id not in resources.unsaved():
        return
    st.button(
        "Save now",
        key="save_now",
        icon=":material/save:",
        type="tertiary",
        on_click=_save,
        args=(run_id,),
        help="The answer waits on the server until it is saved. It is also saved by itself once saving works again.",
    )
    if (problem := st.session_state.pop(_PROBLEM, None)) is not None:
        show_problem("Still not saved", problem)


def _save(run_id: str) -> None:
    opened = resources.open_log()
    try:
        if opened.log is None:
            raise StorageError(opened.problem or "The history cannot be opened.")
        resources.unsaved().save(opened.log, run_id)
    except StorageError as error:
        st.session_state[_PROBLEM] = str(error)
