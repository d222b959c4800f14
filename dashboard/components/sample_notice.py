"""What the sample is, and the way to be rid of it."""

from __future__ import annotations

import streamlit as st

from dashboard import resources
from dashboard.components.asking import forget_run
from dashboard.components.problem import show_problem
from storage import samples
from storage.errors import StorageError

_PROBLEM = "sample_problem"


def show_sample() -> None:
    """Beside a run of the kind `sample`: nobody here asked it, and one click takes it away for good."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("A sample: answers of the full-size checkpoints that others published in 2024.", width="content")
        st.button("Remove the sample", key="remove_sample", icon=":material/delete:", type="tertiary", on_click=_remove)
    if (problem := st.session_state.pop(_PROBLEM, None)) is not None:
        show_problem("The sample is still there", problem)


def _remove() -> None:
    opened = resources.open_log()
    try:
        if opened.log is None:
            raise StorageError(opened.problem or "The history cannot be opened.")
        samples.remove(opened.log.database)
    except StorageError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    resources.forget_taken()
    forget_run(samples.RUN_ID)
