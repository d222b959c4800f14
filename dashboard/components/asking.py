"""What the Compare page shows: the answers of the last ask of this session, or of the run that its address names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from dashboard import resources
from dashboard.answering import answer
from dashboard.components.ask_form import NotAsked, fill_from
from dashboard.figures import Way
from dashboard.from_log import answer_of, comparison
from dashboard.resources import OpenLog
from dashboard.run_link import ASKED, MOST_AT_ONCE, NOT_A_RUN, UNKNOWN_RUN, read_prompt_id, read_run_id
from dashboard.wording import listed
from pipelines.ask import AskRequest
from pipelines.errors import PipelineError
from pipelines.prompts import PromptError
from pipelines.shelf import Shelf, ShelfState
from storage.errors import StorageError
from storage.log import Log
from storage.records import Comparison
from storage.run_rows import prompts_of_run


@dataclass(frozen=True, slots=True)
class Shown:
    """A comparison on the page."""

    comparison: Comparison
    not_saved: str | None = None
    """Why it was not kept although it should have been."""
    asked: int | None = None
    """The key of the one prompt that is shown of a run of many; None where all of it is shown."""


def shown() -> Shown | None:
    """What this session looks at; None before the first ask."""
    found: Shown | None = st.session_state.get("shown")
    if found is not None and found.not_saved is not None and resources.unsaved().has_saved(found.comparison.run.run_id):
        found = st.session_state["shown"] = Shown(replace(found.comparison, saved=True))
    return found


def why_not_asked() -> str | None:
    """Why the last ask of this session was refused, as long as no other came after it."""
    sentence: str | None = st.session_state.get("not_asked")
    return sentence


def open_linked_run(opened: OpenLog, at_hand: Sequence[str]) -> str | None:
    """Take up the run that the address names, once. A sentence where there is none; to be called before the form."""
    named, asked = st.query_params.get("run"), read_prompt_id(st.query_params.get(ASKED))
    before = shown()
    if named is None or (before is not None and (before.comparison.run.run_id, before.asked) == (named, asked)):
        return None
    if (run_id := read_run_id(named)) is None:
        return NOT_A_RUN
    if opened.log is None:
        return opened.problem
    try:
        found = _linked(opened.log, run_id, asked)
    except StorageError as error:
        return str(error)
    if isinstance(found, str):
        return found
    st.session_state["shown"], st.session_state["not_asked"] = Shown(found, asked=asked), None
    fill_from(found, at_hand)
    return None


def _linked(log: Log, run_id: str, asked: int | None) -> Comparison | str:
    """The run, or its one prompt of this key, or why it cannot be shown. A large run is never read whole."""
    if asked is None and (n := answer_of(log, prompts_of_run, run_id, limit=1).n) > MOST_AT_ONCE:
        return f"It asked {n:,} prompts; at most {MOST_AT_ONCE} are shown here. Open it in the history and take one here."
    found = comparison(log, run_id, None if asked is None else [asked])
    if found is None:
        return UNKNOWN_RUN
    return found if asked is None or found.prompts else "The run did not ask the prompt that the address names."


def name_run() -> None:
    """Put the run on the page back into the address, which a look at another page has taken it from."""
    looked_at = shown()
    if st.session_state.get("arrived") and looked_at is not None and looked_at.comparison.saved:
        st.query_params["run"] = looked_at.comparison.run.run_id
        if looked_at.asked is not None:
            st.query_params[ASKED] = str(looked_at.asked)


def forget_run(run_id: str) -> None:
    """Take a run that is no longer in the log off the page and out of the address."""
    looked_at = shown()
    if looked_at is not None and looked_at.comparison.run.run_id == run_id:
        st.session_state["shown"] = None
    if st.query_params.get("run") == run_id:
        st.query_params.pop("run")
        st.query_params.pop(ASKED, None)


def carry_out(request: AskRequest | NotAsked, shelf: Shelf, opened: OpenLog) -> None:
    """Ask, and keep for the page the answers, or why there are none. Draws what it waits for and nothing else."""
    st.session_state["shown"] = st.session_state["not_asked"] = None
    if isinstance(request, NotAsked):
        _refuse(request.sentence)
        return
    waiting = [name for name in request.checkpoints if shelf.entry(name).state is not ShelfState.READY]
    version = None if opened.log is None else opened.log.version
    try:
        with st.spinner(_doing(request.checkpoints, waiting), show_time=True):
            answered = answer(request, shelf, opened, Way.PAGE)
    except PipelineError as error:
        # A refusal is kept where the prompt is at fault; the version moves with whatever is kept.
        kept = isinstance(error, PromptError) and request.record and opened.log is not None and opened.log.version != version
        _refuse(f"{error}\nKept in the history as not asked." if kept else str(error))
        return
    st.session_state["shown"] = Shown(answered.comparison, answered.not_saved)
    st.query_params.pop(ASKED, None)
    if answered.comparison.saved:
        st.query_params["run"] = answered.comparison.run.run_id
    else:
        st.query_params.pop("run", None)


def _refuse(sentence: str) -> None:
    st.session_state["not_asked"] = sentence
    st.query_params.pop("run", None)
    st.query_params.pop(ASKED, None)


def _doing(asked: Sequence[str], waiting: Sequence[str]) -> str:
    if not waiting:
        return f"Asking {listed(asked)}" if asked else "Asking"
    loading = "is still being loaded" if len(waiting) == 1 else "are still being loaded"
    if len(waiting) == len(asked):
        return f"Asking {listed(asked)}, which {loading}"
    return f"Asking {listed(asked)}; {listed(waiting)} {loading}"
