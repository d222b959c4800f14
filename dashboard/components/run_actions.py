"""What a person can do with a run: star, tag, note and label it, replay it, compare it with another, delete it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import streamlit as st

from dashboard import from_log
from dashboard.components.change import carried_out
from dashboard.components.delete_box import delete_button
from dashboard.components.export_box import show_exports
from dashboard.components.marks import mark_buttons, show_marks
from dashboard.components.replay_box import replay_box, replay_button
from dashboard.components.report_button import report_button
from dashboard.components.search_bar import search_for
from dashboard.components.way_back import name_view
from dashboard.export_rows import rows_of_run
from storage import annotations as marked
from storage.annotations import MAX_LABEL, Annotations, Target
from storage.log import Log
from storage.records import Comparison, Run

MOST_SEARCHED = 200
"""Characters of the prompt that the list is searched by: they find it, and leave room in the address."""


@dataclass(frozen=True, slots=True)
class Acted:
    """The run that something is done with."""

    run: Run
    opening: str
    """Its first prompt; empty where it has none."""
    whole: Comparison | None
    """All of it; None where it is too large to be replayed from a page, or told on one, or is not at its end."""
    refused: bool
    """Whether some of its texts could not be asked."""


def show_actions(log: Log, acted: Acted, marks: Annotations, author: str | None) -> None:
    """The row of actions, and beneath it what people have put on the run."""
    run_id = acted.run.run_id
    target = Target(run_id=run_id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="run_actions"):
        mark_buttons(target, marks, from_log.filter_choices(log).tags, author, run_id)
        with st.popover("Label", icon=":material/label:", type="tertiary", key=f"label_of_{run_id}"):
            _label(run_id, acted.run.label)
        if acted.whole is not None:
            replay_button(run_id, disabled=not acted.whole.answers)
        st.button(
            "Compare with …", key="compare_with", icon=":material/compare_arrows:", type="tertiary",
            on_click=_compare_with, args=(run_id, acted.opening), help="Choose another run, to see side by side what changed.",
        )  # fmt: skip
        if acted.whole is not None:
            report_button(acted.whole)
        show_exports(rows_of_run(run_id, refused=acted.refused), run_id)
        delete_button(target, run_id)
    show_marks(marks, run_id)
    if acted.whole is not None:
        replay_box(log, run_id, author)


def _label(run_id: str, label: str | None) -> None:
    box, seen = f"label_{run_id}", f"label_seen_{run_id}"
    if box not in st.session_state or st.session_state.get(seen) != label:
        st.session_state[box] = label or ""
        st.session_state[seen] = label
    with st.form(f"new_label_{run_id}", border=False):
        st.text_input("Label", key=box, max_chars=MAX_LABEL, help="A name for the run, by which the filters select it.")
        st.form_submit_button("Keep the label", key=f"keep_label_{run_id}", on_click=_keep_label, args=(run_id, box))


def _keep_label(run_id: str, box: str) -> None:
    label = str(st.session_state[box] or "")
    carried_out(partial(marked.set_label, run_id=run_id, label=label), "The label was not kept")


def _compare_with(run_id: str, opening: str) -> None:
    """To the list, where the runs stand that asked the same; the person may look for others."""
    text = opening[:MOST_SEARCHED]
    search_for(text)
    name_view(compare=run_id, **({"search": text} if text else {}))
