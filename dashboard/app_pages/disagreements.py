"""Disagreements: the prompts at which two checkpoints part, the farthest apart first. Needs no model."""

from functools import partial

import streamlit as st

from dashboard.components.chart_box import download_menu
from dashboard.components.disagreement_list import disagreements_table, show_disagreements
from dashboard.components.history_page import chosen_depth, depth_box, found_in, selected_history
from dashboard.components.paging import back_to_first, turned_to
from dashboard.definitions import DEFINITIONS
from dashboard.wording import count
from pipelines.analysis.disagreements import ORDERS, disagreements

ROWS_PER_PAGE = 12
PAGE = "parting_page"
MOST_EXPORTED = 100_000
MEANINGS = {"rbo": "rbo", "jsd": "jsd_shared", "clash": "clash"}


st.title("Where do they part?", anchor=False)
first_page = back_to_first(PAGE)
log, selection = selected_history(on_change=first_page, beside=partial(depth_box, first_page))
depth = chosen_depth()
shown = st.selectbox("Ranked by", list(ORDERS.values()), key="order", bind="query-params", width=360, on_change=first_page)
order = next(key for key, words in ORDERS.items() if words == shown)

ask = partial(found_in, log, disagreements, selection, depth=depth, order=order)
above, place, footer = st.container(), st.container(), st.container()
with footer:
    found, first = turned_to(PAGE, ROWS_PER_PAGE, lambda limit, offset: ask(limit=limit, offset=offset))
with above:
    if not found.n:
        st.caption("No two checkpoints have answered the same prompt here. Ask two or more the same, and they are compared.")
        st.stop()
    st.caption(f"{count(found.n, 'line')}: one for each prompt, blank and pair of checkpoints. {DEFINITIONS[MEANINGS[order]]}")
with place:
    show_disagreements(found.rows, first, clashes=order == "clash")
with footer:
    everything = partial(disagreements, log.database, selection, depth, order, MOST_EXPORTED)
    download_menu("disagreements", lambda: disagreements_table(everything().rows), n=found.n, most=MOST_EXPORTED)
