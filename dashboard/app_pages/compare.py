"""Compare: ask one prompt of several checkpoints and see how each fills the blank."""

from functools import partial

import streamlit as st

from dashboard import resources
from dashboard.components.ask_form import ask_form
from dashboard.components.asking import carry_out, name_run, open_linked_run, shown, why_not_asked
from dashboard.components.author import author_box
from dashboard.components.comparison_view import show_comparison
from dashboard.components.loading import show_loading
from dashboard.components.problem import show_notice, show_problem
from dashboard.components.sample_notice import show_sample
from dashboard.components.saved_line import show_saved
from dashboard.components.who_answers import show_who_answers
from pipelines.errors import PipelineError
from storage.records import RunKind

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
said_above = opened.said
beside_form = st.container()
problem = open_linked_run(opened, at_hand)
name_run()

request = ask_form(at_hand, defaults, author)
if problem is not None and request is None:
    with beside_form:
        show_problem("That run cannot be shown", problem)
show_who_answers(at_hand, defaults)

# While an ask is on its way, what stood here before is taken away.
above, below = (st.empty(), st.empty().container()) if request is not None else (st.container(), st.container())
with above:
    if request is not None:
        carry_out(request, library.shelf, opened)
    else:
        first = shown() is None and why_not_asked() is None
        show_loading(library, st.session_state["chosen"] or defaults, as_columns=first)

with below:
    if (sentence := why_not_asked()) is not None:
        show_problem("Not asked", sentence)
    elif (answers := shown()) is not None:
        if answers.not_saved not in (None, said_above):
            show_notice("Not saved", answers.not_saved or "")
        if answers.comparison.run.kind is RunKind.SAMPLE:
            show_sample()
        show_comparison(answers.comparison, partial(show_saved, answers.comparison, answers.not_saved))
    else:
        st.caption(
            "Press Ask. Each checkpoint gets a column with its most probable words for the blank; a word that several of them "
            "give has the same colour in each. Every answer is kept in the history."
        )
