"""One batch: how far it is, and what came of it, wherever its address is opened."""

from __future__ import annotations

import streamlit as st

from dashboard import places
from dashboard.components.batch.standing import standing
from dashboard.components.batch.summary import show_summary
from dashboard.components.batch.watching import show_standing
from dashboard.components.problem import show_problem
from dashboard.components.unreadable import show_unreadable
from dashboard.components.way_back import name_view, settle_view
from dashboard.run_link import NOT_A_RUN, UNKNOWN_RUN, read_run_id
from pipelines.batch import BatchProblem
from storage.comparison import run_record
from storage.errors import StorageError
from storage.log import Log

NO_BATCH = "This run is no batch, and is shown in the history."


def show_batch(log: Log, named: str) -> None:
    """The batch that an address names, or a sentence where there is none."""
    run_id = read_run_id(named)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        # A button, since a link to the page that is open already does not reach the address bar.
        st.button("All batches", key="all_batches", icon=":material/arrow_back:", type="tertiary", on_click=name_view)
        place = st.container(width="content")
    if run_id is None:
        show_problem("That batch cannot be shown", NOT_A_RUN)
        return
    try:
        now = standing(log, run_id)
        if now is None:
            known = run_record(log.database, run_id) is not None
            show_problem("That batch cannot be shown", NO_BATCH if known else UNKNOWN_RUN)
            if known:
                st.page_link(places.HISTORY, label="Open it", icon=":material/history:", query_params={"run": run_id})
            return
        settle_view(run=run_id)
        place.page_link(
            places.HISTORY, label="Open in the history", icon=":material/history:", query_params={"run": run_id},
            help="Its prompts one by one; star, tag, note, label; compare it with another run; delete it.",
        )  # fmt: skip
        show_standing(now)
        show_summary(log, now)
    except BatchProblem as error:  # deleted a moment ago
        show_problem("That batch cannot be shown", str(error))
    except StorageError as error:
        show_unreadable(str(error))
