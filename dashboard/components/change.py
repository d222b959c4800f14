"""What a person changes in the log from a page, and a sentence that stays on the page where it could not be done."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import resources
from dashboard.components.problem import show_problem
from storage.database import Database
from storage.errors import StorageError

_NOT_DONE = "not_done"


def carried_out(work: Callable[[Database], object], otherwise: str) -> bool:
    """Do it, and say whether it is done. To be called from a callback.

    Args:
        work: writes to the log.
        otherwise: what to say above the reason where it fails, in our own words, such as "The note was not kept".
    """
    st.session_state.pop(_NOT_DONE, None)
    opened = resources.open_log()
    try:
        if opened.log is None:
            raise StorageError(opened.problem or "The history cannot be opened.")
        work(opened.log.database)
    except StorageError as error:
        st.session_state[_NOT_DONE] = (st.query_params.get("run"), otherwise, str(error))
        return False
    return True


def carry_out(work: Callable[[Database], object], otherwise: str) -> None:
    """The same as a callback of its own."""
    carried_out(work, otherwise)


def show_not_done() -> None:
    """Why the last change was not made, as long as no other came after it and the person still looks at the same run."""
    where, title, sentence = st.session_state.get(_NOT_DONE, (None, "", ""))
    if sentence and where == st.query_params.get("run"):
        show_problem(title, sentence)
