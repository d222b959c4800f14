"""One run that was opened from the history: when, by whom, and everything it holds."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import places
from dashboard.components.comparison_view import show_comparison
from dashboard.components.problem import show_problem
from dashboard.components.sample_notice import show_sample
from dashboard.resources import OpenLog, comparison
from dashboard.run_link import NOT_A_RUN, UNKNOWN_RUN, read_run_id
from dashboard.wording import count, listed, moment
from pipelines.prompts import printable
from storage.errors import StorageError
from storage.records import Comparison, RunKind


def show_run(opened: OpenLog, named: str) -> None:
    """The run that an address names, or a sentence where there is none."""
    st.button("All runs", icon=":material/arrow_back:", type="tertiary", on_click=_close_run)
    run_id = read_run_id(named)
    if run_id is None:
        show_problem("That run cannot be shown", NOT_A_RUN)
        return
    if opened.log is None:
        show_problem("The history cannot be read", opened.problem or "")
        return
    try:
        found = comparison(opened.log, run_id)
    except StorageError as error:
        show_problem("The history cannot be read", str(error))
        return
    if found is None:
        show_problem("That run cannot be shown", UNKNOWN_RUN)
        return
    # A link to the page that is open already does not reach the address bar; this does, so that a reload stays here.
    st.query_params["run"] = run_id
    _show_act(found)
    if found.run.kind is RunKind.SAMPLE:
        show_sample()
    show_comparison(found, partial(_show_ways_on, found))


def _close_run() -> None:
    st.query_params.pop("run", None)


_ACTS = {RunKind.IMPORT: "Imported", RunKind.SAMPLE: "Added", RunKind.REPLAY: "Asked again"}


def _show_act(found: Comparison) -> None:
    run = found.run
    act = f"{_ACTS.get(run.kind, 'Asked')} {moment(run.started_at)}"
    if run.author:
        act += f" by {run.author}"
    if run.label:
        act += f", as {run.label}"
    if run.kind is RunKind.IMPORT and run.options.get("file"):
        act += f", from {run.options['file']}"
    versions = [f"{name} {run.environment[name]}" for name in ("torch", "transformers") if name in run.environment]
    if versions and found.answers:
        act += f", with {listed(versions)}"
    st.text(printable(act))


def _show_ways_on(found: Comparison) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        prompts, answers = count(len(found.prompts), "prompt"), count(len(found.answers), "answer")
        st.caption(f"{prompts}, {answers}.", width="content")
        st.page_link(
            places.COMPARE, label="Take to Compare", icon=":material/view_column:", query_params={"run": found.run.run_id}
        )
