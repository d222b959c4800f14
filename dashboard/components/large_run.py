"""A batch, or another run of many prompts, in the history, never read whole: its prompts a page at a time, and each alone."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import from_log, places
from dashboard.components.batch.standing import standing
from dashboard.components.batch.summary import show_summary
from dashboard.components.batch.watching import show_standing
from dashboard.components.beside_prompt import show_beside
from dashboard.components.change import show_not_done
from dashboard.components.comparison_view import show_comparison
from dashboard.components.delete_box import delete_box, show_removed
from dashboard.components.drift_panel import show_drift
from dashboard.components.problem import show_problem
from dashboard.components.run_actions import Acted, show_actions
from dashboard.components.run_prompts import show_prompts
from dashboard.components.way_back import name_view, settle_view
from dashboard.run_link import ASKED, MOST_AT_ONCE
from dashboard.run_words import act_in_words
from pipelines.batch import BatchProblem
from pipelines.prompts import printable
from storage import annotations as marked
from storage.annotations import Target
from storage.log import Log
from storage.records import Comparison, Run, RunKind, RunStatus
from storage.run_rows import prompts_of_run, refused_of_run

SUMMARY, PROMPTS = PARTS = ("Summary", "Prompts")
PART = "part"
NOT_ASKED = "This run did not ask the prompt that the address names. It may have been deleted."


def show_large_run(log: Log, run: Run, author: str | None, asked: int | None) -> None:
    """The run, or the one prompt of it that the address names by its key. Raises `StorageError`."""
    if asked is None:
        _show_run(log, run, author)
    else:
        _show_prompt(log, run, author, asked)


def _show_run(log: Log, run: Run, author: str | None) -> None:
    settle_view(run=run.run_id)
    target = Target(run_id=run.run_id)
    is_batch = run.kind is RunKind.BATCH
    st.text(printable(act_in_words(run)))
    show_removed()
    show_not_done()
    first = from_log.answer_of(log, prompts_of_run, run.run_id, limit=1)
    refused = from_log.answer_of(log, refused_of_run, run.run_id, limit=0).n > 0
    whole = _whole(log, run, first.n)
    acted = Acted(run, first.rows[0].text if first.rows else "", whole, refused)
    show_actions(log, acted, from_log.answer_of(log, marked.annotations, target), author)
    if first.n > MOST_AT_ONCE:
        st.caption(f"Reports and replays are for runs of at most {MOST_AT_ONCE} prompts. Export writes every row of this one.")
    delete_box(log, target)
    show_drift(log, run)
    if not is_batch:
        show_prompts(log, run)
        return
    # Only the open one is drawn: a summary takes seconds.
    for name, tab in zip(PARTS, st.tabs(list(PARTS), key=PART, on_change="rerun", bind="query-params"), strict=True):
        if tab.open:
            with tab:
                _show_batch(log, run) if name == SUMMARY else show_prompts(log, run)


def _whole(log: Log, run: Run, n: int) -> Comparison | None:
    """All of a small run that is at its end."""
    return from_log.comparison(log, run.run_id) if n <= MOST_AT_ONCE and run.status is RunStatus.COMPLETE else None


def _show_batch(log: Log, run: Run) -> None:
    now = standing(log, run.run_id)
    if now is not None:
        show_standing(now)
    try:
        if now is not None:
            show_summary(log, now, exports=False)
    except BatchProblem as error:  # deleted a moment ago
        show_problem("The batch cannot be summarised", str(error))


def _show_prompt(log: Log, run: Run, author: str | None, asked: int) -> None:
    settle_view(run=run.run_id, **{ASKED: str(asked)})
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "All prompts of this run", key="whole_run", icon=":material/arrow_back:", type="tertiary", on_click=_to_prompts,
            args=(run.run_id,),
        )  # fmt: skip
        if run.kind is RunKind.BATCH:
            st.page_link(places.BATCH, label="The batch", icon=":material/playlist_play:", query_params={"run": run.run_id})
    st.text(printable(act_in_words(run)))
    show_not_done()
    delete_box(log, Target(prompt_id=asked))
    with st.spinner("Opening the prompt"):
        found = from_log.comparison(log, run.run_id, [asked])
    if found is None or not found.prompts:
        show_problem("That prompt cannot be shown", NOT_ASKED)
        return
    show_comparison(found, partial(show_beside, log, found, {found.prompts[0].text: asked}, author, asked))


def _to_prompts(run_id: str) -> None:
    st.session_state[PART] = PROMPTS
    name_view(run=run_id)
