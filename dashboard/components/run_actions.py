"""What a person can do with a run: star, tag, note and label it, replay it, compare it with another, delete it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import resources
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
from storage.records import Comparison

MOST_SEARCHED = 200
"""Characters of the prompt that the list is searched by: they find it, and leave room in the address."""


def show_actions(log: Log, found: Comparison, marks: Annotations, author: str | None) -> None:
    """The row of actions, and beneath it what people have put on the run."""
    run_id = found.run.run_id
    target = Target(run_id=run_id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="run_actions"):
        mark_buttons(target, marks, resources.filter_choices(log).tags, author, run_id)
        with st.popover("Label", icon=":material/label:", type="tertiary", key=f"label_of_{run_id}"):
            _label(run_id, found.run.label)
        replay_button(found)
        st.button(
            "Compare with …", key="compare_with", icon=":material/compare_arrows:", type="tertiary",
            on_click=_compare_with, args=(found,), help="Choose another run, to see side by side what changed.",
        )  # fmt: skip
        report_button(found)
        show_exports(rows_of_run(run_id, refused=bool(found.refused)), run_id)
        delete_button(target, run_id)
    show_marks(marks, run_id)
    replay_box(log, found, author)


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


def _compare_with(found: Comparison) -> None:
    """To the list, where the runs stand that asked the same; the person may look for others."""
    text = found.prompts[0].text[:MOST_SEARCHED] if found.prompts else ""
    search_for(text)
    name_view(compare=found.run.run_id, **({"search": text} if text else {}))
