"""One run that was opened from the history: when, by whom, everything it holds, and what can be done with it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import from_log
from dashboard.components.beside_prompt import show_beside
from dashboard.components.change import show_not_done
from dashboard.components.comparison_view import show_comparison
from dashboard.components.delete_box import delete_box
from dashboard.components.drift_panel import show_drift
from dashboard.components.large_run import show_large_run
from dashboard.components.problem import show_problem
from dashboard.components.run_actions import Acted, show_actions
from dashboard.components.sample_notice import show_sample
from dashboard.components.unreadable import show_unreadable
from dashboard.components.way_back import back_to_list, settle_view
from dashboard.run_link import ASKED, MOST_AT_ONCE, NOT_A_RUN, UNKNOWN_RUN, read_prompt_id, read_run_id
from dashboard.run_words import act_in_words, versions_in_words
from dashboard.side_by_side import prompts_side_by_side
from pipelines.prompts import printable
from storage import annotations as marked
from storage import history
from storage.annotations import Target
from storage.comparison import run_record
from storage.errors import StorageError
from storage.log import Log
from storage.records import Comparison, Run, RunKind
from storage.run_rows import prompts_of_run


def show_run(log: Log, named: str, author: str | None) -> None:
    """The run that an address names, or a sentence where there is none."""
    back_to_list()
    run_id = read_run_id(named)
    if run_id is None:
        show_problem("That run cannot be shown", NOT_A_RUN)
        return
    asked = read_prompt_id(st.query_params.get(ASKED))
    try:
        with st.spinner("Opening the run"):
            run = run_record(log.database, run_id)
            found = None if run is None or _is_large(log, run) else from_log.comparison(log, run_id)
        if found is not None:
            settle_view(run=run_id)
            _show(log, found, author, asked)
        elif run is not None:
            show_large_run(log, run, author, asked)
        else:
            show_problem("That run cannot be shown", UNKNOWN_RUN)
    except StorageError as error:
        show_unreadable(str(error))


def _is_large(log: Log, run: Run) -> bool:
    """Whether it is read a page at a time; a batch always is."""
    return run.kind is RunKind.BATCH or from_log.answer_of(log, prompts_of_run, run.run_id, limit=1).n > MOST_AT_ONCE


def _show(log: Log, found: Comparison, author: str | None, asked: int | None) -> None:
    run_id = found.run.run_id
    target = Target(run_id=run_id)
    file, versions = found.run.options.get("file"), versions_in_words(found)
    of_file = f", from {file}" if found.run.kind is RunKind.IMPORT and file else ""
    st.text(printable(act_in_words(found.run) + of_file + (f", with {versions}" if versions else "")))
    if found.run.kind is RunKind.SAMPLE:
        show_sample()
    show_not_done()
    prompts = from_log.answer_of(log, history.prompt_ids_of, run_id)
    acted = Acted(found.run, found.prompts[0].text if found.prompts else "", found, bool(found.refused))
    show_actions(log, acted, from_log.answer_of(log, marked.annotations, target), author)
    delete_box(log, target, *(Target(prompt_id=prompt_id) for prompt_id in prompts.values()))
    show_drift(log, found.run)
    _choose(found, prompts, asked)
    show_comparison(found, partial(show_beside, log, found, prompts, author))


def _choose(found: Comparison, prompts: dict[str, int], asked: int | None) -> None:
    """The prompt that a link names, once: then the person chooses."""
    seen = (found.run.run_id, asked)
    if asked is not None and st.session_state.get("prompt_named") != seen:
        st.session_state["prompt_named"] = seen
        groups = prompts_side_by_side(found)
        named = next((group for group in groups if asked in (prompts.get(each.text) for each in group)), None)
        if named is not None and len(groups) > 1:
            st.session_state["prompt_of_run"] = named
