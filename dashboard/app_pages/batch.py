"""Batch: ask a file of prompts, see what is wrong with it before anything runs, watch it, and see what came of it."""

import streamlit as st

from dashboard import resources
from dashboard.brought import FileBrought
from dashboard.components.author import author_box
from dashboard.components.batch.batch_list import show_batches
from dashboard.components.batch.batch_view import show_batch
from dashboard.components.batch.beginning import begin_box, go_to_begun
from dashboard.components.batch.looking import look
from dashboard.components.batch.mapping import settle
from dashboard.components.batch.preview import show_preview
from dashboard.components.batch.ways import bring
from dashboard.components.problem import show_problem
from dashboard.components.unreadable import show_unreadable
from dashboard.components.way_back import settle_view
from pipelines.errors import PipelineError
from pipelines.prompt_files import Inspection
from storage.errors import StorageError

go_to_begun()
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    if "run" in st.query_params:
        st.title("A batch of prompts", anchor=False, width="content")
    else:
        st.title("Ask a file of prompts", anchor=False, width="content")
    author = author_box()

opened = resources.open_log()
if opened.log is None:
    show_unreadable(opened.problem)
    st.stop()
if "run" in st.query_params:
    show_batch(opened.log, st.query_params["run"])
    st.stop()

settle_view()
try:
    with st.container(border=True):
        brought = bring()
        settled = settle(brought) if isinstance(brought, FileBrought) else (brought, look(brought)) if brought else None
    if settled is not None:
        brought, outcome = settled
        if isinstance(outcome, Inspection):
            show_preview(brought, outcome)
            begin_box(opened.log, brought, outcome, author)
        else:
            show_problem("It cannot be read", str(outcome))
except PipelineError as error:
    show_problem("Nothing can be asked just now", str(error))

try:
    show_batches(opened.log)
except StorageError as error:
    show_unreadable(str(error))
