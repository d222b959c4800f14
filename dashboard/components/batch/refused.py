"""The lines of a batch that could not be asked, a page at a time, each with its reason."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import from_log
from dashboard.batch_frames import refused_table
from dashboard.components.batch.preview import show_problem_table
from dashboard.components.paging import turned_to
from dashboard.wording import count
from storage.log import Log
from storage.run_rows import refused_of_run

ROWS_PER_PAGE = 8
PAGE = "refused_page"


def show_refused(log: Log, run_id: str) -> None:
    """The table; nothing where every line could be asked. Raises `StorageError`."""
    ask = partial(from_log.answer_of, log, refused_of_run, run_id)
    if not ask(limit=0).n:
        return
    st.subheader("What could not be asked", anchor=False)
    place = st.container()
    found, first = turned_to(PAGE, ROWS_PER_PAGE, lambda limit, offset: ask(limit=limit, offset=offset))
    with place:
        last = first + len(found.rows) - 1
        which = f"{first:,} to {last:,} of {count(found.n, 'line')}" if found.n > ROWS_PER_PAGE else count(found.n, "line")
        st.caption(f"{which}, by line. Export, above, writes all of them as “Refused texts”.")
        show_problem_table(refused_table(found.rows), "refused_of_batch")
