"""That the history cannot be read, with its reason once: where the banner above the page says it, the page points there."""

from __future__ import annotations

import streamlit as st

from dashboard import resources
from dashboard.components.problem import show_problem

_ABOVE = "said_above"


def remember_banner() -> None:
    """What the banner says in this drawing of the page, which may be less than what is the matter by the end of it."""
    st.session_state[_ABOVE] = resources.open_log().said


def show_unreadable(reason: str | None) -> None:
    """`reason` is a sentence of `storage`, with the way out."""
    above = reason and reason == st.session_state.get(_ABOVE)
    show_problem("The history cannot be read", "The reason stands above." if above else reason or "")
