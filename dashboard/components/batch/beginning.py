"""Whom to ask and how, and the button that begins a batch."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import from_log, resources
from dashboard.batch_words import estimate_in_words
from dashboard.brought import Brought, FileBrought
from dashboard.components.batch.looking import forget_looks
from dashboard.components.batch.ways import forget_brought
from dashboard.components.problem import show_problem
from dashboard.top_k import NOT_A_TOP_K, read_top_k
from dashboard.wording import count
from pipelines.ask import MAX_NAME, MAX_TOP_K
from pipelines.batch import BatchRequest, submit
from pipelines.errors import PipelineError
from pipelines.prompt_files import Inspection
from pipelines.prompts import printable
from storage.errors import StorageError
from storage.log import Log

_WANTED, _BEGUN = "batch_wanted", "batch_begun"
_LABEL, _LABEL_GIVEN = "batch_label", "batch_label_given"


def go_to_begun() -> None:
    """Name the batch that was begun in the address. To be called first: a second press of the button ends here."""
    if (run_id := st.session_state.get(_BEGUN)) is not None:
        st.session_state[_WANTED] = False
        st.query_params["run"] = run_id
        st.session_state[_BEGUN] = None
        forget_brought()
        forget_looks()


def begin_box(log: Log, brought: Brought, found: Inspection, author: str | None) -> None:
    """Draw the options and the button; a batch that begins is gone to."""
    with st.container(border=True):
        names, top_k, label = _options(brought)
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.button(
                f"Ask {count(found.n_prompts, 'prompt')}", key="begin_batch", type="primary", icon=":material/send:",
                disabled=not found.n_prompts, on_click=_want,
            )  # fmt: skip
            st.caption(_estimate(log, found, names), width="stretch")
    # Taken at once: whatever else a person presses meanwhile must not begin it again.
    if not st.session_state.pop(_WANTED, False):
        return
    if top_k is None:
        show_problem("Not begun", NOT_A_TOP_K)
        return
    request = BatchRequest(tuple(names), brought.source, top_k, label, author)
    if (problem := _begin(log, brought, request)) is not None:
        show_problem("Not begun", f"{problem}\nWhat you brought is still here.")
        return
    st.rerun()  # `go_to_begun` empties the boxes before they are drawn


def _options(brought: Brought) -> tuple[list[str], int | None, str | None]:
    at_hand, defaults = resources.checkpoints_at_hand(), resources.default_checkpoints()
    state = st.session_state
    if "batch_checkpoints" not in state:
        state["batch_checkpoints"] = [name for name in defaults if name in at_hand]
    state["batch_checkpoints"] = [name for name in state["batch_checkpoints"] if name in at_hand]
    state.setdefault("batch_top_k", "5")
    _suggest_label(brought)
    checkpoints, top_k, label = st.columns([6, 1.2, 4], vertical_alignment="bottom")
    checkpoints.multiselect(
        "Checkpoints", at_hand, key="batch_checkpoints", placeholder="Choose at least one", persist_state="session"
    )
    top_k.text_input(
        "Top-k", key="batch_top_k", persist_state="session", help=f"How many words each checkpoint lists, 1 to {MAX_TOP_K:,}."
    )
    label.text_input(
        "Label",
        key=_LABEL,
        persist_state="session",
        help="A name for the batch, by which the filters select it. It may be empty.",
    )
    return state["batch_checkpoints"], read_top_k(state["batch_top_k"] or ""), (state[_LABEL] or "").strip() or None


def _suggest_label(brought: Brought) -> None:
    """The name of the file, until a person writes another label. Pasted lines have none."""
    state = st.session_state
    pasted = isinstance(brought, FileBrought) and isinstance(brought.given, str)
    suggested = "" if pasted else printable(brought.source)[:MAX_NAME]
    if _LABEL not in state or state[_LABEL] == state.get(_LABEL_GIVEN):
        state[_LABEL] = suggested
    state[_LABEL_GIVEN] = suggested


def _estimate(log: Log, found: Inspection, names: Sequence[str]) -> str:
    try:
        known = {each.checkpoint.name: each.median_ms for each in from_log.latency(log)}
    except StorageError:
        return ""  # what keeps the log from being read is said above the page
    return estimate_in_words(found.n_distinct, names, known)


def _begin(log: Log, brought: Brought, request: BatchRequest) -> str | None:
    """Keep every row and let the server answer them. A sentence where that cannot be."""
    try:
        batches, shelf = resources.batches(), resources.library().shelf
        with st.spinner("Keeping the prompts", show_time=True):
            with brought.open() as prompts:
                told = submit(prompts, request, shelf, log)
            # Nothing is drawn in between: there Streamlit would leave this script for a person who pressed something else.
            batches.start(told.run_id)
            st.session_state[_BEGUN] = told.run_id
    except (PipelineError, StorageError) as error:
        return str(error)
    return None


def _want() -> None:
    st.session_state[_WANTED] = True
