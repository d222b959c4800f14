"""Who asks: a name typed once, kept for the session and written beside every run."""

from __future__ import annotations

import streamlit as st

MAX_CHARACTERS = 80


def author_box() -> str | None:
    """A small button that opens the box for the name; what was typed, or None."""
    with st.popover("Your name", icon=":material/person:", type="tertiary"):
        name = st.text_input(
            "Your name",
            key="author",
            max_chars=MAX_CHARACTERS,
            persist_state="session",
            help="Written beside what you ask, so that others find it in the history. You may leave it empty.",
        )
    return (name or "").strip()[:MAX_CHARACTERS] or None
