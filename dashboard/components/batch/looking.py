"""What was brought, read once and remembered: a page is drawn many times, and a file may take seconds to read."""

from __future__ import annotations

import streamlit as st

from dashboard.brought import Brought
from pipelines.errors import PipelineError
from pipelines.prompt_files import Inspection

_LOOKED = "looked_at"
_MOST = 3
"""A file as it was guessed, as it is read now, and the one before."""

Outcome = Inspection | PipelineError


def look(brought: Brought) -> Outcome:
    """What it holds, or why it cannot be read."""
    kept: list[tuple[Brought, Outcome]] = st.session_state.setdefault(_LOOKED, [])
    for known, outcome in kept:
        if known == brought:
            return outcome
    with st.spinner("Reading"):
        try:
            found: Outcome = brought.inspect()
        except PipelineError as error:
            found = error
    st.session_state[_LOOKED] = [(brought, found), *kept][:_MOST]
    return found


def forget_looks() -> None:
    """Let go of what was read."""
    st.session_state[_LOOKED] = []
