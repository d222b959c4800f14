"""Two runs, or two days, side by side: which prompts they have in common, and what changed in the answers to those."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from dashboard import from_log, places
from dashboard.components.difference_list import show_differences
from dashboard.components.paging import back_to_first, turned_to
from dashboard.components.problem import show_problem
from dashboard.components.run_list import shortened
from dashboard.components.unreadable import show_unreadable
from dashboard.components.way_back import back_to_list, name_view, settle_view
from dashboard.run_link import NOT_A_RUN, UNKNOWN_RUN, read_run_id
from dashboard.run_words import act_in_words, asked_in_words, day_in_words
from dashboard.wording import count
from pipelines.prompts import printable
from storage.differences import Differences, Side, differences
from storage.errors import StorageError
from storage.history import RunSummary, run_summary
from storage.log import Log
from storage.selection import read_day

ROWS_PER_PAGE = 10
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
"""Those that the boxes for days offer."""
PAGE = "differences_page"
ORDERS = {
    "greatest drift": "drift",
    "most changed places": "ranks",
    "lists least alike": "rbo",
    "prompt asked first": "prompt",
}
MEANING = (
    "Drift is max |Δ ln p|: the greatest difference of the natural log-probability over what both lists hold. The same weights "
    "say the same whenever they are asked, so what differs was said by other weights under one name."
)


def show_two_runs(log: Log, left: str, right: str) -> None:
    """The runs that an address names."""
    back_to_list()
    named = [read_run_id(each) for each in (left, right)]
    if named[0] is None or named[1] is None:
        show_problem("These runs cannot be shown side by side", NOT_A_RUN)
        return
    try:
        found = [each for run_id in named if (each := from_log.answer_of(log, run_summary, run_id)) is not None]
        if len(found) < len(named):
            show_problem("These runs cannot be shown side by side", UNKNOWN_RUN)
            return
        settle_view(**{"run": named[0], "with": named[1]})
        for column, name, run in zip(st.columns(2, border=True), ("Left", "Right"), found, strict=True):
            with column:
                _show_side(name, run)
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Exchange the sides", key="exchange", icon=":material/swap_horiz:", type="tertiary",
                on_click=name_view, kwargs={"run": named[1], "with": named[0]},
            )  # fmt: skip
            st.button(
                "Choose another run", key="choose_another", icon=":material/search:", type="tertiary",
                on_click=name_view, kwargs={"compare": named[0]}, help="To stand in place of the right one.",
            )  # fmt: skip
        if named[0] == named[1]:
            st.text("Both sides are the same run, so nothing can differ.")
            return
        _show_differences(
            log, Side(run_id=named[0]), Side(run_id=named[1]), ("left", "right"), ("in the left run", "in the right run")
        )
    except StorageError as error:
        show_unreadable(str(error))


def show_two_days(log: Log, left: str, right: str) -> None:
    """The days that an address names, and boxes to choose others."""
    settle_view(day=left, with_day=right)
    back_to_list()
    st.text("What the same prompts were answered on one day, and on another. A day begins at midnight UTC.")
    days = [_read(each) for each in (left, right)]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for label, name, day in zip(("One day", "Another day"), ("day", "with_day"), days, strict=True):
            # The address is what counts: the box follows it, also where a person went back.
            st.session_state[f"chosen_{name}"] = day
            st.date_input(
                label, format="YYYY-MM-DD", key=f"chosen_{name}", on_change=_name_days, width=165,
                min_value=FIRST_DAY, max_value=LAST_DAY,
            )  # fmt: skip
    for given, day in zip((left, right), days, strict=True):
        if given and day is None:
            show_problem("No such day", f"The address names “{given}”, which is no day such as 2026-03-07. Choose one above.")
    if days[0] is None or days[1] is None:
        st.text("Choose two days.")
        return
    if days[0] == days[1]:
        st.text("Both are the same day, so nothing can differ. Choose another.")
        return
    try:
        names = (day_in_words(days[0]), day_in_words(days[1]))
        _show_differences(log, Side(day=days[0]), Side(day=days[1]), names, (f"on {names[0]}", f"on {names[1]}"))
    except StorageError as error:
        show_unreadable(str(error))


def compare_days(left: date, right: date) -> None:
    """To these two days. To be called from a callback."""
    name_view(day=left.isoformat(), with_day=right.isoformat())


def _read(text: str) -> date | None:
    try:
        day = read_day(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _name_days() -> None:
    chosen = {name: st.session_state[f"chosen_{name}"] for name in ("day", "with_day")}
    # A box that was emptied leaves an empty name behind, so that the address still asks for two days.
    name_view(**{name: "" if day is None else day.isoformat() for name, day in chosen.items()})
    back_to_first(PAGE)()


def _show_side(name: str, found: RunSummary) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(name, width="content")
        st.page_link(places.HISTORY, label="Open", icon=":material/arrow_forward:", query_params={"run": found.run_id})
    with st.container(gap="xxsmall"):
        st.text(shortened(asked_in_words(found)))
        st.text(printable(act_in_words(found)))


def _show_differences(log: Log, left: Side, right: Side, names: tuple[str, str], where: tuple[str, str]) -> None:
    """What differs, in an order that a person chooses. `where` are the sides as they stand in a sentence."""
    said, rows, below = st.container(), st.container(), st.container()
    ask = partial(from_log.answer_of, log, differences, left, right)
    with said, st.spinner("Comparing"):
        whole = ask(limit=0)
    with said:
        st.text(common_in_words(whole, *where))
    if not whole.n:
        return
    with rows:
        st.caption(MEANING)
        chosen = st.selectbox(
            "Ranked by", list(ORDERS), key="differences_by", bind="query-params", width=230, on_change=back_to_first(PAGE)
        )
    with below:
        found, first = turned_to(
            PAGE, ROWS_PER_PAGE, lambda limit, offset: ask(order=ORDERS[chosen], limit=limit, offset=offset)
        )
    with rows:
        show_differences(found.rows, first, *names)


def common_in_words(found: Differences, left: str, right: str) -> str:
    """Which prompts both asked, and what of those can be compared. `left` and `right` say where, as in a sentence."""
    alone = f"{found.n_left_only:,} only {left}, {found.n_right_only:,} only {right}"
    both = f"{count(found.n_common, 'prompt')} in common, {alone}."
    if not found.n_common:
        return f"{both} Only what both asked can be compared."
    if not found.n:
        return f"{both} No checkpoint of the same name answered them on both sides, so no lists can be compared."
    return f"{both} {count(found.n, 'place')} can be compared: one for each prompt, blank and checkpoint."
