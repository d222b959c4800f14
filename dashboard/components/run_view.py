"""One run that was opened from the history: when, by whom, everything it holds, and what can be done with it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import places, resources
from dashboard.components.change import show_not_done
from dashboard.components.comparison_view import show_comparison
from dashboard.components.delete_box import delete_box, delete_button
from dashboard.components.drift_panel import show_drift
from dashboard.components.marks import note_box, show_marks, star_button, tag_box
from dashboard.components.problem import show_problem
from dashboard.components.run_actions import show_actions
from dashboard.components.sample_notice import show_sample
from dashboard.components.unreadable import show_unreadable
from dashboard.components.way_back import back_to_list, settle_view
from dashboard.run_link import NOT_A_RUN, UNKNOWN_RUN, read_run_id
from dashboard.run_words import act_in_words, versions_in_words
from dashboard.side_by_side import prompts_side_by_side
from dashboard.wording import count
from pipelines.prompts import printable
from storage import annotations as marked
from storage import history
from storage.annotations import Target
from storage.errors import StorageError
from storage.log import Log
from storage.records import Comparison, Prompt, RunKind


def show_run(log: Log, named: str, author: str | None) -> None:
    """The run that an address names, or a sentence where there is none."""
    back_to_list()
    run_id = read_run_id(named)
    if run_id is None:
        show_problem("That run cannot be shown", NOT_A_RUN)
        return
    try:
        with st.spinner("Opening the run"):
            found = resources.comparison(log, run_id)
        if found is None:
            show_problem("That run cannot be shown", UNKNOWN_RUN)
            return
        settle_view(run=run_id)
        _show(log, found, author)
    except StorageError as error:
        show_unreadable(str(error))


def _show(log: Log, found: Comparison, author: str | None) -> None:
    run_id = found.run.run_id
    target = Target(run_id=run_id)
    file, versions = found.run.options.get("file"), versions_in_words(found)
    of_file = f", from {file}" if found.run.kind is RunKind.IMPORT and file else ""
    st.text(printable(act_in_words(found.run) + of_file + (f", with {versions}" if versions else "")))
    if found.run.kind is RunKind.SAMPLE:
        show_sample()
    show_not_done()
    prompts = resources.answer_of(log, history.prompt_ids_of, run_id)
    show_actions(log, found, resources.answer_of(log, marked.annotations, target), author)
    delete_box(log, target, *(Target(prompt_id=prompt_id) for prompt_id in prompts.values()))
    show_drift(log, found)
    show_comparison(found, partial(_show_prompt, log, found, prompts, author))


def _show_prompt(log: Log, found: Comparison, prompts: dict[str, int], author: str | None) -> None:
    """What stands beside a prompt: what people have put on it, wherever it was asked, and the ways on."""
    prompt = _prompt_shown(found)
    prompt_id = None if prompt is None else prompts.get(prompt.text)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        counted, answers = count(len(found.prompts), "prompt"), count(len(found.answers), "answer")
        st.caption(f"{counted}, {answers}.", width="content")
        st.page_link(
            places.COMPARE, label="Take to Compare", icon=":material/view_column:", query_params={"run": found.run.run_id}
        )
        if prompt_id is None:
            return
        target, key = Target(prompt_id=prompt_id), f"prompt_{prompt_id}"
        marks = resources.answer_of(log, marked.annotations, target)
        with st.popover("This prompt", icon=":material/more_horiz:", type="tertiary", key=f"of_{key}"):
            st.caption("On the prompt itself, in whichever run it was asked.")
            star_button(target, marks, author, key)
            tag_box(target, marks, resources.filter_choices(log).tags, author, key)
            note_box(target, author, key)
            delete_button(target, key)
    show_marks(marks, key)


def _prompt_shown(found: Comparison) -> Prompt | None:
    """The one that was chosen, where the run has several."""
    groups = prompts_side_by_side(found)
    chosen = st.session_state.get("prompt_of_run")
    return next((group[0] for group in groups if group == chosen), groups[0][0] if groups else None)
