"""The list of runs with its search and filters, and a sentence where it holds nothing."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import from_log, places
from dashboard.components.change import show_not_done
from dashboard.components.delete_box import forget_wish, show_removed
from dashboard.components.export_box import show_export
from dashboard.components.filters import selection_from_page
from dashboard.components.paging import back_to_first, turned_to
from dashboard.components.run_comparison import compare_days
from dashboard.components.run_list import RUNS_PER_PAGE, shortened, show_runs
from dashboard.components.search_bar import Search, address_of_list, boxes_of_list, search_bar, search_for
from dashboard.components.unreadable import show_unreadable
from dashboard.components.way_back import name_view, remember_list, settle_view
from dashboard.run_link import read_run_id
from dashboard.run_words import asked_in_words
from dashboard.selection_words import selection_in_words
from dashboard.wording import count
from storage import annotations as marked
from storage import history
from storage.errors import StorageError
from storage.exports import of_runs
from storage.history import RunPage
from storage.log import Log
from storage.selection import Selection

PAGE = "page"


def show_list(log: Log, author: str | None, compared: str | None) -> None:
    """What was asked, newest first. With `compared`, the address's word for a run, another is chosen to stand beside it."""
    show_removed()
    forget_wish()
    settle_view(**({} if compared is None else {"compare": compared}))
    first = _show_choosing(log, compared) if compared is not None else None
    search = search_bar(back_to_first(PAGE))
    try:
        selection = selection_from_page(log, of_runs=True, on_change=back_to_first(PAGE))
        above, below = st.container(), st.container()
        ask = partial(
            from_log.answer_of, log, history.recent_runs, selection=selection, search=search.text or None,
            whole_words=search.whole_words, starred=search.starred,
        )  # fmt: skip
        with below, st.spinner("Looking through the history"):
            runs, place = turned_to(PAGE, RUNS_PER_PAGE, lambda limit, offset: ask(limit=limit, offset=offset))
        marks = from_log.answer_of(log, marked.annotations_of_runs, tuple(row.run_id for row in runs.rows))
    except StorageError as error:
        show_unreadable(str(error))
        return
    if compared is None:
        remember_list(address_of_list(), boxes_of_list())
    with above:
        show_not_done()
        if runs.n:
            _show_head(log, runs, place, search, selection, choosing=first is not None)
            show_runs(runs, marks, author, compared=first)
        else:
            _show_nothing(search, selection)


def _show_head(log: Log, runs: RunPage, first: int, search: Search, selection: Selection, *, choosing: bool) -> None:
    """How many there are, of what, and what can be done with all of them."""
    last = first + len(runs.rows) - 1
    which = f"{first:,} to {last:,} of {count(runs.n, 'run')}" if runs.n > RUNS_PER_PAGE else count(runs.n, "run")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        st.caption(", ".join(part for part in (which, "newest first", search.in_words) if part), width="content")
        if not choosing:
            with st.container(horizontal=True, gap="small", width="content"):
                _show_ways_on(log, search, selection)
    if selection != Selection():
        st.text(f"Of {selection_in_words(selection)}.")


def _show_ways_on(log: Log, search: Search, selection: Selection) -> None:
    days = from_log.filter_choices(log)
    if days.first_day is not None and days.last_day is not None:
        st.button(
            "Compare two days", key="compare_days", icon=":material/compare_arrows:", type="tertiary",
            on_click=compare_days, args=(days.first_day, days.last_day),
            help="Side by side: what the same prompts were answered on one day and on another.",
        )  # fmt: skip
    found = of_runs(selection, search=search.text or None, whole_words=search.whole_words, starred=search.starred)
    show_export(found, "runs")


def _show_choosing(log: Log, named: str) -> str | None:
    """That a second run is looked for, and the way to give it up. None where the address names no run of this log."""
    run_id = read_run_id(named)
    try:
        first = None if run_id is None else from_log.answer_of(log, history.run_summary, run_id)
    except StorageError:
        first = None
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        if run_id is None or first is None:
            st.text("The run that was to be compared is not in this history. Open another and compare that.", width="stretch")
        else:
            st.text(f"Choose the run to stand beside: {shortened(asked_in_words(first))}", width="stretch")
        known = None if first is None else run_id
        st.button("Cancel", key="cancel_compare", icon=":material/close:", type="tertiary", on_click=_cancel, args=(known,))
    return known


def _cancel(run_id: str | None) -> None:
    name_view(**({} if run_id is None else {"run": run_id}))
    search_for("")


def _show_nothing(search: Search, selection: Selection) -> None:
    if not search.in_words and selection == Selection():
        st.text("Nothing has been asked yet. Everything that you ask on Compare is kept here, with every answer.")
        st.page_link(places.COMPARE, label="Ask the first prompt", icon=":material/view_column:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(_why_nothing(search, selection), width="content")
        st.button(
            "Show everything", key="reset_nothing", icon=":material/close:", type="tertiary", on_click=search_for, args=("",)
        )


def _why_nothing(search: Search, selection: Selection) -> str:
    if selection != Selection():
        beside = f", {search.in_words}" if search.in_words else ""
        return f"No run fits: {selection_in_words(selection)}{beside}."
    if not search.text:
        return "Nothing is starred yet. The star beside a run marks what you want to find again."
    which = "holds the whole words" if search.whole_words else "holds"
    among = "Nothing starred" if search.starred else "Nothing that was asked"
    return f'{among} {which} "{search.text}". Search for a part of a prompt, a label, a name, a tag or a note.'
