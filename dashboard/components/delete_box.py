"""Deleting a run or a prompt: what goes is said first, it is asked twice, and what went is said afterwards."""

from __future__ import annotations

import streamlit as st

from dashboard import from_log, resources
from dashboard.components.asking import forget_run
from dashboard.components.change import carried_out
from dashboard.components.problem import show_problem
from dashboard.components.way_back import go_back, name_view
from dashboard.run_link import ASKED
from pipelines.prompts import printable
from storage import removal, samples
from storage.annotations import Target
from storage.database import Database
from storage.errors import StorageError
from storage.log import Log
from storage.removal import Going

_WANTED = "wants_to_delete"
_SURE = "sure_to_delete"
_REMOVED = "removed"
BATCH_SECONDS = 30.0
"""For which a batch that is to go may still answer the prompts on their way."""


def delete_button(target: Target, key: str) -> None:
    """What opens the box; nothing goes with a click on it."""
    label = "Delete" if target.run_id is not None else "Delete this prompt"
    st.button(label, key=f"delete_{key}", icon=":material/delete:", type="tertiary", on_click=_want, args=(target,))


def delete_box(log: Log, *targets: Target) -> None:
    """The box, where a person wants to delete one of these."""
    target: Target | None = st.session_state.get(_WANTED)
    if target is None or target not in targets:
        return
    what = "run" if target.run_id is not None else "prompt"
    try:
        going = from_log.answer_of(log, removal.what_goes, target)
    except StorageError as error:
        show_problem("It cannot be said what would go", str(error))
        return
    with st.container(border=True, key="delete_box"):
        if not st.session_state.get(_SURE):
            st.badge(f"Delete this {what}?", icon=":material/delete:", color="red")
            st.text(printable(going.in_words()))
            with st.container(horizontal=True):
                st.button(f"Yes, delete this {what}", key="delete_once", on_click=_be_sure)
                st.button("Keep it", key="keep_once", type="tertiary", on_click=forget_wish)
        else:
            st.badge("This cannot be undone", icon=":material/warning:", color="red")
            st.text("What goes comes back only from a backup of the log.")
            # The other way round than before: a double click on the first question must not answer the second.
            with st.container(horizontal=True):
                st.button("Keep it", key="keep_twice", type="tertiary", on_click=forget_wish)
                st.button("Delete for good", key="delete_twice", type="primary", on_click=_remove, args=(target,))


def forget_wish() -> None:
    """Close the box, for a person who has gone elsewhere without an answer."""
    st.session_state[_WANTED] = None


def show_removed() -> None:
    """What went, once, on the list that a person is taken to."""
    if (sentence := st.session_state.pop(_REMOVED, None)) is not None:
        with st.container(border=True, gap="xsmall"):
            st.badge("Deleted", icon=":material/delete:", color="gray")
            st.text(printable(sentence))


def _want(target: Target) -> None:
    st.session_state[_WANTED], st.session_state[_SURE] = target, False


def _be_sure() -> None:
    st.session_state[_SURE] = True


def _remove(target: Target) -> None:
    gone: list[Going] = []

    def work(database: Database) -> None:
        if target.run_id is not None:
            _end_batch(target.run_id)
        # The sample goes with the word that it is not to come back, in the same transaction.
        is_sample = target.run_id == samples.RUN_ID
        gone.append(samples.remove(database) if is_sample else removal.remove(database, target))

    forget_wish()
    if carried_out(work, "Nothing was deleted"):
        # The same sentence as before, said afterwards.
        st.session_state[_REMOVED] = gone[-1].in_words().replace("This deletes", "Gone are", 1)
        resources.forget_taken()
        run_id = st.query_params.get("run", "")
        if target.prompt_id is not None and ASKED in st.query_params:
            forget_run(run_id)
            name_view(run=run_id)  # one prompt of many: the run is still there, and says what went
            return
        go_back()
        forget_run(run_id)


def _end_batch(run_id: str) -> None:
    """What is answered while it goes would say how the batch ended, and be there again. Raises `StorageError`."""
    batches = resources.batches()
    if batches.state(run_id) is not None:
        batches.cancel(run_id)
        if not batches.wait(run_id, BATCH_SECONDS):
            raise StorageError(
                "This batch is still being answered and could not be stopped yet.",
                remedy="It stops after the prompts on their way. Delete it then.",
            )
