"""What the Compare page shows: the answers of the last ask of this session, or of the run that its address names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.components.ask_form import fill_from
from dashboard.components.problem import show_problem
from dashboard.resources import OpenLog, comparison
from dashboard.run_link import NOT_A_RUN, UNKNOWN_RUN, read_run_id
from dashboard.wording import listed
from pipelines.ask import AskReply, AskRequest, ask
from pipelines.errors import PipelineError
from pipelines.shelf import Shelf, ShelfState
from storage.errors import StorageError
from storage.records import Comparison


@dataclass(frozen=True, slots=True)
class Shown:
    """A comparison on the page."""

    comparison: Comparison
    not_saved: str | None = None
    """Why it was not kept although it should have been."""


def shown() -> Shown | None:
    """What this session looks at; None before the first ask."""
    found: Shown | None = st.session_state.get("shown")
    return found


def open_linked_run(opened: OpenLog) -> str | None:
    """Take up the run that the address names, once. A sentence where there is none; to be called before the form."""
    named = st.query_params.get("run")
    before = shown()
    if named is None or (before is not None and before.comparison.run.run_id == named):
        return None
    if (run_id := read_run_id(named)) is None:
        return NOT_A_RUN
    if opened.log is None:
        return opened.problem
    try:
        found = comparison(opened.log, run_id)
    except StorageError as error:
        return str(error)
    if found is None:
        return UNKNOWN_RUN
    st.session_state["shown"] = Shown(found)
    fill_from(found)
    return None


def carry_out(request: AskRequest, shelf: Shelf, opened: OpenLog) -> None:
    """Ask, and keep the answers for the page. What cannot be asked is said on the page, in place of answers."""
    st.session_state["shown"] = None
    waiting = [name for name in request.checkpoints if shelf.entry(name).state is not ShelfState.READY]
    try:
        with st.spinner(_doing(request.checkpoints, waiting), show_time=True):
            reply, trouble = _ask(request, shelf, opened)
    except PipelineError as error:
        st.query_params.pop("run", None)
        show_problem("Not asked", str(error))
        return
    wanted = request.record and not reply.comparison.saved
    st.session_state["shown"] = Shown(reply.comparison, (reply.not_saved or trouble) if wanted else None)
    if reply.comparison.saved:
        st.query_params["run"] = reply.comparison.run.run_id
    else:
        st.query_params.pop("run", None)


def _ask(request: AskRequest, shelf: Shelf, opened: OpenLog) -> tuple[AskReply, str | None]:
    """The reply, and what is the matter with the log. A log that cannot be read keeps nobody from an answer."""
    try:
        return ask(request, shelf, opened.log), opened.problem
    except StorageError as error:
        return ask(request, shelf, None), str(error)


def _doing(asked: Sequence[str], waiting: Sequence[str]) -> str:
    if not waiting:
        return f"Asking {listed(asked)}" if asked else "Asking"
    loading = "is still being loaded" if len(waiting) == 1 else "are still being loaded"
    if len(waiting) == len(asked):
        return f"Asking {listed(asked)}, which {loading}"
    return f"Asking {listed(asked)}; {listed(waiting)} {loading}"
