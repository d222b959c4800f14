"""Compare: ask one prompt of several checkpoints and see how each fills the blank."""

from functools import partial

import streamlit as st

from dashboard import resources
from dashboard.components.ask_form import ask_form
from dashboard.components.asking import carry_out, open_linked_run, shown
from dashboard.components.author import author_box
from dashboard.components.comparison_view import show_comparison
from dashboard.components.loading import show_loading
from dashboard.components.problem import show_notice, show_problem
from dashboard.components.saved_line import show_saved
from dashboard.components.who_answers import show_who_answers
from pipelines.errors import PipelineError

with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    st.title("How do BERT, DistilBERT and ALBERT fill the blank?", anchor=False, width="content")
    author = author_box()

try:
    with st.spinner("Looking for checkpoints"):
        library = resources.library()
        at_hand, defaults = resources.checkpoints_at_hand(), resources.default_checkpoints()
except PipelineError as error:
    show_problem("Maskboard cannot start", str(error))
    st.stop()

opened = resources.open_log()
if opened.problem is not None:
    show_notice("Nothing is being saved", opened.problem)
if (problem := open_linked_run(opened)) is not None:
    show_problem("That run cannot be shown", problem)

request = ask_form(at_hand, defaults, author)
show_who_answers(at_hand, defaults)
before_first_ask = request is None and shown() is None
if request is not None:
    carry_out(request, library.shelf, opened)
else:
    show_loading(library, st.session_state["chosen"] or defaults, as_columns=before_first_ask)

answers = shown()
if answers is not None:
    if answers.not_saved not in (None, opened.problem):
        show_notice("Not saved", answers.not_saved or "")
    show_comparison(answers.comparison, partial(show_saved, answers.comparison, answers.not_saved))
elif before_first_ask:
    st.caption(
        "Press Ask. Each checkpoint gets a column with its most probable words for the blank; a word that several of them "
        "give has the same colour in each. Every answer is kept in the history."
    )
