"""History: everything that was asked, newest first; one run; and two runs or two days side by side. Needs no model."""

import streamlit as st

from dashboard import resources
from dashboard.components.author import author_box
from dashboard.components.delete_box import forget_wish
from dashboard.components.history_list import show_list
from dashboard.components.run_comparison import show_two_days, show_two_runs
from dashboard.components.run_view import show_run
from dashboard.components.unreadable import show_unreadable

with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    st.title("What was asked", anchor=False, width="content")
    author = author_box()

if st.session_state.get("arrived"):
    forget_wish()  # of an earlier visit: nobody comes back to a half-answered question
opened, address = resources.open_log(), st.query_params
if opened.log is None:
    show_unreadable(opened.problem)
elif "run" in address and "with" in address:
    show_two_runs(opened.log, address["run"], address["with"])
elif "day" in address or "with_day" in address:
    show_two_days(opened.log, address.get("day", ""), address.get("with_day", ""))
elif "run" in address:
    show_run(opened.log, address["run"], author)
else:
    show_list(opened.log, author, address.get("compare"))
