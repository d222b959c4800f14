"""What went wrong, as a sentence with the way out. Never a trace, and never markup: the sentence may quote a person."""

from __future__ import annotations

import logging
import uuid

import streamlit as st

from pipelines.prompts import printable

logger = logging.getLogger(__name__)


def show_problem(title: str, sentence: str) -> None:
    """A problem that kept something from being done. `title` is our own text, `sentence` may hold anybody's."""
    with st.container(border=True, gap="xsmall"):
        st.badge(title, icon=":material/error:", color="red")
        st.text(printable(sentence))


def show_notice(title: str, sentence: str) -> None:
    """Something that a person should know and that kept nothing from being done."""
    with st.container(border=True, gap="xsmall"):
        st.badge(title, icon=":material/info:", color="yellow")
        st.text(printable(sentence))


def show_unforeseen(error: Exception) -> None:
    """An error that no part of the code expected: an id for the person, the trace under that id for the server's log."""
    number = uuid.uuid4().hex[:8]
    logger.error("unforeseen error %s", number, exc_info=error)
    show_problem(
        "Something went wrong",
        f"Nobody foresaw this. What was saved is safe. Load the page again; if it happens again, report number {number}, under "
        "which the server's log holds the details.",
    )
