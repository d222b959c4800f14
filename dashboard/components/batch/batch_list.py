"""The batches of this history: those on their way first, then the newest."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import from_log, places, resources
from dashboard.batch_words import done_in_words, name_of
from dashboard.components.batch.standing import standing_of
from dashboard.components.batch.watching import show_state
from dashboard.components.paging import turned_to
from dashboard.components.run_list import shortened
from dashboard.wording import count, moment
from storage.batch_list import BatchLine, batches
from storage.comparison import run_record
from storage.errors import StorageError
from storage.log import Log
from storage.records import RunStatus

ROWS_PER_PAGE = 8
PAGE = "batches_page"
SECONDS = 2.0
"""Between two looks at those that are on their way."""
_WIDTHS = [5, 3.6, 2.4, 1.1]


def show_batches(log: Log) -> None:
    """The list with its pages; a sentence where there is none. Raises `StorageError`."""
    ask = partial(from_log.answer_of, log, batches)
    if not ask(limit=0).n:
        st.caption("Nothing has been asked in a batch yet. What you begin stands here, with how far it is.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.subheader("Batches", anchor=False, width="content")
        place = st.container(width="content")
    rows = st.container()
    found, _ = turned_to(PAGE, ROWS_PER_PAGE, lambda limit, offset: ask(limit=limit, offset=offset))
    with place:
        st.caption(f"{found.n:,}, unfinished ones first, then the newest" if found.n > 1 else count(found.n, "batch"))
    with rows:
        for line in found.rows:
            moving = standing_of(line).moving
            (st.fragment(_watch, run_every=SECONDS) if moving else _show)(line)


def _watch(line: BatchLine) -> None:
    """Of a batch on its way, until it is at its end, which the whole list shows in another place."""
    if resources.batches().state(line.run.run_id) is None and _has_ended(line):
        st.rerun()
    _show(line)


def _has_ended(line: BatchLine) -> bool:
    opened = resources.open_log()
    try:
        run = None if opened.log is None else run_record(opened.log.database, line.run.run_id)
    except StorageError:
        return False  # what is the matter is said above the page
    return run is None or run.status is not RunStatus.RUNNING


def _show(line: BatchLine) -> None:
    now, run = standing_of(line), line.run
    with st.container(border=True, gap="xsmall"):
        name, done, when, way_on = st.columns(_WIDTHS, vertical_alignment="center")
        name.text(shortened(name_of(run)))
        with done.container(gap="xxsmall"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                show_state(now)
                st.text(done_in_words(BatchLine(run, line.n_rows - now.n_done)), width="content")
            if now.moving:
                st.progress(now.share)
        with when.container(gap="xxsmall"):
            st.caption(moment(run.started_at))
            if run.author:
                st.text(f"by {shortened(run.author)}")
        way_on.page_link(places.BATCH, label="Open", icon=":material/arrow_forward:", query_params={"run": run.run_id})
