"""What stands beside a prompt of a run: what people have put on it, wherever it was asked, and the ways on."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard import from_log, places
from dashboard.components.delete_box import delete_button
from dashboard.components.marks import note_box, show_marks, star_button, tag_box
from dashboard.run_link import ASKED
from dashboard.side_by_side import prompts_side_by_side
from dashboard.wording import count
from storage import annotations as marked
from storage.annotations import Target
from storage.log import Log
from storage.records import Comparison, Prompt


def show_beside(log: Log, found: Comparison, prompts: Mapping[str, int], author: str | None, asked: int | None = None) -> None:
    """Draw it.

    Args:
        log: holds the marks.
        found: the run, or what of it is shown.
        prompts: the keys of its prompts, by text.
        author: who looks, for the stars.
        asked: the key of the one prompt that is shown of a large run.
    """
    prompt = _prompt_shown(found)
    prompt_id = None if prompt is None else prompts.get(prompt.text)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        counted, answers = count(len(found.prompts), "prompt"), count(len(found.answers), "answer")
        st.caption(f"{counted}, {answers}.", width="content")
        named = {"run": found.run.run_id} | ({} if asked is None else {ASKED: str(asked)})
        st.page_link(places.COMPARE, label="Take to Compare", icon=":material/view_column:", query_params=named)
        if prompt_id is None:
            return
        target, key = Target(prompt_id=prompt_id), f"prompt_{prompt_id}"
        marks = from_log.answer_of(log, marked.annotations, target)
        with st.popover("This prompt", icon=":material/more_horiz:", type="tertiary", key=f"of_{key}"):
            st.caption("On the prompt itself, in whichever run it was asked.")
            star_button(target, marks, author, key)
            tag_box(target, marks, from_log.filter_choices(log).tags, author, key)
            note_box(target, author, key)
            delete_button(target, key)
    show_marks(marks, key)


def _prompt_shown(found: Comparison) -> Prompt | None:
    """The one that was chosen, where the run has several."""
    groups = prompts_side_by_side(found)
    chosen = st.session_state.get("prompt_of_run")
    return next((group[0] for group in groups if group == chosen), groups[0][0] if groups else None)
