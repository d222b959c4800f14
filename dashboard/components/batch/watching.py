"""Watching a batch: how far it is, what is being answered, and the ways to stop it and to go on with it."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from dashboard import resources
from dashboard.batch_words import (
    begun_in_words,
    beside_progress,
    end_in_words,
    name_of,
    progress_in_words,
    waiting_in_words,
)
from dashboard.batches import BatchState
from dashboard.components.batch.standing import Standing, standing
from dashboard.components.problem import show_problem
from dashboard.components.run_list import shortened
from dashboard.wording import count
from pipelines.prompts import printable
from storage.errors import StorageError
from storage.records import RunStatus
from storage.run_rows import refused_of_run

SECONDS = 1.0
"""Between two looks."""
_NOT_DONE = "batch_not_done"

Badge = tuple[str, str, Literal["red", "yellow", "primary", "gray"]]

BADGES: dict[RunStatus, Badge] = {
    RunStatus.COMPLETE: ("Complete", ":material/check:", "gray"),
    RunStatus.CANCELLED: ("Stopped", ":material/stop_circle:", "gray"),
    RunStatus.FAILED: ("Failed", ":material/error:", "red"),
    RunStatus.RUNNING: ("Interrupted", ":material/pause_circle:", "yellow"),
}
"""Of a batch that this process does nothing with: its word, icon and colour."""
MOVING: dict[BatchState, Badge] = {
    BatchState.RUNNING: ("Running", ":material/play_circle:", "primary"),
    BatchState.WAITING: ("Waiting", ":material/hourglass_empty:", "gray"),
    BatchState.STOPPING: ("Stopping", ":material/stop_circle:", "gray"),
}


def show_standing(now: Standing) -> None:
    """One box. Of a batch on its way it looks again every second by itself, and runs the page once at its end."""
    if now.moving:
        st.fragment(_watch, run_every=SECONDS)(now.line.run.run_id)
    else:
        _show_end(now)


def show_state(now: Standing) -> None:
    """The state as a badge."""
    label, icon, colour = MOVING[now.state] if now.state is not None else BADGES[now.line.run.status]
    st.badge(label, icon=icon, color=colour)


def _watch(run_id: str) -> None:
    opened = resources.open_log()
    try:
        now = None if opened.log is None else standing(opened.log, run_id)
        refused = 0 if opened.log is None else refused_of_run(opened.log.database, run_id, limit=0).n
    except StorageError:
        st.text("How far it is cannot be read just now.")
        return
    if opened.log is not None and (now is None or not now.moving):
        st.rerun()
    if now is None:
        st.text("How far it is cannot be read just now.")
        return
    with st.container(border=True, gap="xsmall", key="watching"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            _show_name(now)
            with st.container(horizontal=True, width="content", gap="small"):
                if now.state is None:
                    _resume_button(run_id)
                st.button(
                    "Cancel", key="cancel_batch", icon=":material/stop:", type="tertiary", on_click=_cancel, args=(run_id,),
                    disabled=now.state is BatchState.STOPPING, help="What is done is kept, and it can be resumed.",
                )  # fmt: skip
        st.progress(now.share)
        _show_progress(now, refused)
        st.text(printable(begun_in_words(now.line.run)))
    of, problem = st.session_state.get(_NOT_DONE, (None, ""))
    if of == run_id:
        show_problem("Not stopped", problem)
    st.caption("It goes on when you close this page, and after a restart of the server. This address shows it anywhere.")


def _show_progress(now: Standing, refused: int) -> None:
    if now.progress is None or now.state in (None, BatchState.WAITING):
        st.text(f"{now.n_done:,} of {count(now.line.n_rows, 'prompt')}")
    else:
        st.text(progress_in_words(now.progress))
    said = beside_progress(now.progress, refused) if now.progress is not None else ""
    if now.state is BatchState.WAITING:
        said = waiting_in_words(now.before)
    elif now.state is BatchState.STOPPING:
        said = "It stops when the prompts on their way are answered and kept."
    elif now.state is None:
        said = end_in_words(now.line.run, now.line.n_pending)
    st.text(said or "\u00a0")  # a line that comes and goes would move what stands beneath
    if now.state is BatchState.RUNNING:
        asked = now.progress.now if now.progress is not None else ""
        st.text(printable(f"Now: {shortened(asked)}") if asked else "The checkpoints are being loaded.")


def _show_end(now: Standing) -> None:
    run = now.line.run
    with st.container(border=True, gap="xsmall", key="watching"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            _show_name(now)
            if run.status is not RunStatus.COMPLETE:
                _resume_button(run.run_id)
        if run.status is not RunStatus.COMPLETE:
            st.progress(now.share)
        end = end_in_words(run, now.line.n_pending, now.problem)
        st.text(printable(f"{now.n_done:,} of {count(now.line.n_rows, 'prompt')}. {end}"))
        st.text(printable(begun_in_words(run)))


def _show_name(now: Standing) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="stretch"):
        show_state(now)
        st.text(shortened(name_of(now.line.run)), width="content")


def _resume_button(run_id: str) -> None:
    st.button("Resume", key="resume_batch", icon=":material/play_arrow:", type="primary", on_click=_resume, args=(run_id,))


def _cancel(run_id: str) -> None:
    st.session_state[_NOT_DONE] = (None, "")
    try:
        resources.batches().cancel(run_id)
    except StorageError as error:
        st.session_state[_NOT_DONE] = (run_id, str(error))


def _resume(run_id: str) -> None:
    resources.batches().start(run_id)
