"""What every page of the history begins with: the log, the filters, what was found, and a sentence where nothing was."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from dashboard import from_log, places, resources
from dashboard.components.export_box import show_exports
from dashboard.components.filters import reset, selection_from_page
from dashboard.components.unreadable import show_unreadable
from dashboard.export_rows import rows_of_selection
from dashboard.selection_words import selected_prompts, selection_in_words
from dashboard.wording import listed
from storage import measures
from storage.errors import StorageError
from storage.log import Log
from storage.selection import Selection, WordSpace

Found = TypeVar("Found")

DEPTHS = (1, 3, 5, 10, 20, 50)
DEPTH = 5
"""How many words of each list may be compared; most lists of a person hold five."""


def selected_history(
    on_change: Callable[[], None] | None = None, beside: Callable[[], None] | None = None
) -> tuple[Log, Selection]:
    """The log and the part of it that the filters select; the page ends here where there is none.

    `on_change` is called when a filter changes, for a page that has turned its pages; `beside` draws what else stands in the
    row of the filters.
    """
    opened = resources.open_log()
    if opened.log is None:
        show_unreadable(opened.problem)
        st.stop()
    try:
        selection = selection_from_page(opened.log, on_change=on_change, beside=beside)
        if from_log.filter_choices(opened.log).first_day is None:
            _show_first_step()
            st.stop()
        _show_selected(opened.log, selection)
    except StorageError as error:
        show_unreadable(str(error))
        st.stop()
    return opened.log, selection


def found_in(log: Log, question: Callable[..., Found], selection: Selection, **options: object) -> Found:
    """What a use case finds; the page ends with a sentence where the log cannot be read."""
    try:
        with st.spinner("Looking through the history"):
            return from_log.answer_of(log, question, selection, **options)
    except StorageError as error:
        show_unreadable(str(error))
        st.stop()


def show_nothing(what: str, selection: Selection) -> None:
    """That nothing is selected, and the way out."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"No {what} fits: {selection_in_words(selection)}.", width="content")
        st.button("Show everything", on_click=reset, key="reset_nothing", type="tertiary", icon=":material/close:")


def _show_selected(log: Log, selection: Selection) -> None:
    """The line that says what is selected, with n. The page ends here where that is nothing."""
    if n_prompts := from_log.selected_prompts(log, selection):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.text(selected_prompts(selection, n_prompts), width="stretch")
            show_exports(rows_of_selection(selection), "selection")
        if selection.space is WordSpace.SHARED:
            _show_unknown_vocabularies(log, selection)
        return
    show_nothing("answer", selection)
    st.stop()


def _show_unknown_vocabularies(log: Log, selection: Selection) -> None:
    found = from_log.answer_of(log, measures.checkpoints, selection)
    if unknown := [each.label for each in found if not each.vocabulary_known]:
        st.text(f"Lists of {listed(unknown)} are left out: what they can say in one mask is not known, so no word is shared.")


def depth_box(on_change: Callable[[], None] | None = None) -> None:
    """A box for how many words of each list are compared."""
    st.selectbox(
        "Of each list, first", DEPTHS, index=DEPTHS.index(DEPTH), key="depth", bind="query-params", width=150,
        on_change=on_change or "rerun",
        help="Words, or pieces where pieces are compared. A shorter list is compared as far as it goes.",
    )  # fmt: skip


def chosen_depth() -> int:
    """What the box says."""
    return int(st.session_state.get("depth", DEPTH))


def units(selection: Selection) -> str:
    """What is counted in the word space of the selection."""
    return {WordSpace.WORDS: "words", WordSpace.SHARED: "shared words", WordSpace.PIECES: "pieces"}[selection.space]


def _show_first_step() -> None:
    st.text("Nothing has been asked yet. Everything that you ask on Compare is kept, and counted here.")
    st.page_link(places.COMPARE, label="Ask the first prompt", icon=":material/view_column:")
