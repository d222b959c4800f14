"""Replaying a run: everything it asked is computed afresh on the weights at hand, and its drift is kept."""

from __future__ import annotations

import streamlit as st

from dashboard import resources
from dashboard.components.problem import show_notice, show_problem
from dashboard.wording import count
from pipelines.errors import PipelineError
from pipelines.replay import replay
from storage.errors import StorageError
from storage.log import Log

_WANTED = "wants_to_replay"
_STOPPED = "replay_stopped"
_DONE = "replay_done"


def replay_button(run_id: str, *, disabled: bool) -> None:
    """What begins a replay."""
    st.button(
        "Replay", key="replay", icon=":material/replay:", type="tertiary", disabled=disabled, on_click=_want, args=(run_id,),
        help="Asks all of it again of the weights at hand, looks nothing up, and shows how far the answers have moved.",
    )  # fmt: skip


def replay_box(log: Log, run_id: str, author: str | None) -> None:
    """Carries out a replay where one was asked for, with its progress and the way to stop it; then opens its page."""
    # What a person pressed while the last answers came has put the old address back: here the page still goes on.
    of, made = st.session_state.pop(_DONE, (None, ""))
    if of == run_id:
        st.session_state.pop(_STOPPED, None)
        st.query_params["run"] = made
        st.rerun()
    if st.session_state.pop(_STOPPED, None) == run_id:
        show_notice(
            "Stopped", "The replay was stopped. What was computed until then, if anything, is kept as a run of its own."
        )
    # Taken at once: whatever else a person presses meanwhile stops the replay, and must not begin it anew.
    if st.session_state.pop(_WANTED, None) != run_id:
        return
    place = st.empty()
    with place.container(border=True, key="replaying"):
        with st.container(horizontal=True, vertical_alignment="center"):
            bar = st.progress(0.0, text="Loading the checkpoints")
            st.button("Stop", key="stop_replay", icon=":material/stop:", on_click=_stop, args=(run_id,))

        def on_progress(done: int, total: int) -> None:
            bar.progress(done / max(total, 1), text=f"{done:,} of {count(total, 'prompt')}")

        try:
            replayed = replay(run_id, log=log, shelf=resources.library().shelf, author=author, on_progress=on_progress)
        except (PipelineError, StorageError) as error:
            refusal = str(error)
        else:
            st.session_state[_DONE] = (run_id, replayed.run_id)
            st.rerun()
    place.empty()
    show_problem("Not replayed", refusal)


def _want(run_id: str) -> None:
    st.session_state[_WANTED] = run_id


def _stop(run_id: str) -> None:
    st.session_state[_STOPPED] = run_id
