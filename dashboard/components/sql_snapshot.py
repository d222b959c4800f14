"""How old the copy is that statements read, and the button for a new one."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from dashboard.components.sql_state import run_fresh
from dashboard.copies import Copies
from dashboard.wording import duration
from storage.snapshots import Snapshot


def show_snapshot(copies: Copies, read: Snapshot | None) -> None:
    """Say it, and whether the log has moved since. `read` is what the answer on the page was read from, if there is one."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.fragment(_say, run_every=30.0)(copies, read)
        st.button(
            "Refresh", icon=":material/refresh:", type="tertiary", key="sql_refresh", on_click=run_fresh,
            help="Copies the log as it is now, and runs the statement again.",
        )  # fmt: skip


def _say(copies: Copies, read: Snapshot | None) -> None:
    snapshot = read or copies.newest()
    if snapshot is None:
        st.text("Reads a copy of the log, which is made when you run the first statement.", width="content")
        return
    moved = " The log has changed since." if copies.is_behind(snapshot) else ""
    taken = snapshot.taken_at.astimezone(UTC)
    now = datetime.now(UTC)
    day = "" if taken.date() == now.date() else f" of {taken:%Y-%m-%d}"
    st.text(
        f"Reads the log as it was at {taken:%H:%M:%S} UTC{day}, {ago((now - taken).total_seconds())}.{moved}", width="content"
    )


def ago(seconds: float) -> str:
    """How long ago something was.

    >>> ago(3), ago(95)
    ('just now', '2 min ago')
    """
    return "just now" if seconds < 10 else f"{duration(seconds)} ago"
