"""History: everything that was asked, newest first. Needs no model."""

import streamlit as st

from dashboard import places, resources
from dashboard.components.filters import selection_from_page
from dashboard.components.history_page import show_nothing
from dashboard.components.problem import show_problem
from dashboard.components.run_list import RUNS_PER_PAGE, back_to_first_page, page_number, show_runs
from dashboard.components.run_view import show_run
from dashboard.selection_words import selection_in_words
from dashboard.wording import count
from storage.errors import StorageError
from storage.selection import Selection

st.title("What was asked", anchor=False)
opened = resources.open_log()

if (named := st.query_params.get("run")) is not None:
    show_run(opened, named)
    st.stop()

if opened.log is None:
    show_problem("The history cannot be read", opened.problem or "")
    st.stop()

search = st.text_input(
    "Search",
    key="search",
    type="search",
    placeholder="Search prompts, labels and names",
    label_visibility="collapsed",
    bind="query-params",
    on_change=back_to_first_page,
)
wanted = (search or "").strip()
try:
    selection = selection_from_page(opened.log, of_runs=True, on_change=back_to_first_page)
    above, below = st.container(), st.container()
    n = resources.recent_runs(opened.log, wanted, selection, 0, 0).n
    with below:
        number = page_number(n)
    runs = resources.recent_runs(opened.log, wanted, selection, RUNS_PER_PAGE, (number - 1) * RUNS_PER_PAGE)
except StorageError as error:
    show_problem("The history cannot be read", str(error))
    st.stop()

with above:
    if n:
        first = (number - 1) * RUNS_PER_PAGE + 1
        which = f"{first:,} to {first + len(runs.rows) - 1:,} of {count(n, 'run')}" if n > RUNS_PER_PAGE else count(n, "run")
        st.caption(f"{which}, newest first" + (", matching your search" if wanted else ""))
        if selection != Selection():
            st.text(f"Of {selection_in_words(selection)}.")
        show_runs(runs, wanted, number)
    elif selection != Selection():
        show_nothing("run", selection)
    elif wanted:
        st.text(f'Nothing that was asked holds "{wanted}". Search for a part of a prompt, a label or a name.')
    else:
        st.text("Nothing has been asked yet. Everything that you ask on Compare is kept here, with every answer.")
        st.page_link(places.COMPARE, label="Ask the first prompt", icon=":material/view_column:")
