"""The frame around every page: its name, the navigation, and the last resort where a page fails."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import places
from dashboard.components.log_banner import show_log_banner
from dashboard.components.problem import show_unforeseen
from dashboard.components.unreadable import remember_banner

PICTURES = Path(__file__).parent

# A Material icon would do, but the browser would fetch it from another site.
st.set_page_config(page_title="Maskboard", page_icon=str(PICTURES / "icon.svg"), layout="wide")
st.logo(str(PICTURES / "logo.svg"), size="medium")

page = st.navigation(
    {
        "": [
            st.Page(
                places.COMPARE,
                title="Compare",
                icon=":material/view_column:",
                default=True,
                help="Ask one sentence with a blank and see how each checkpoint fills it.",
            ),
            st.Page(
                places.BATCH,
                title="Batch",
                icon=":material/playlist_play:",
                url_path="batch",
                help="Ask a file of prompts, pasted lines or templates, watch it, and see what came of it.",
            ),
            st.Page(
                places.HISTORY,
                title="History",
                icon=":material/history:",
                url_path="history",
                help="Everything that was asked, newest first. Search it and open any run again.",
            ),
            st.Page(
                places.SQL,
                title="SQL",
                icon=":material/terminal:",
                url_path="sql",
                help="Ask the history anything in SQL, save the question, and share the answer by its link.",
            ),
            st.Page(
                places.MODELS,
                title="Models",
                icon=":material/deployed_code:",
                url_path="models",
                help="Which checkpoints answer, where they come from, and how to get the full-size ones.",
            ),
        ],
        "Over the whole history": [
            st.Page(
                places.DISTRIBUTIONS,
                title="Distributions",
                icon=":material/show_chart:",
                url_path="distributions",
                help="How sure they are: probability, lead and effective choices, and their course over time.",
            ),
            st.Page(
                places.VOCABULARY,
                title="Vocabulary",
                icon=":material/join_inner:",
                url_path="vocabulary",
                help="Whether they say the same words, whose words are whose, and who says a word.",
            ),
            st.Page(
                places.DIVERSITY,
                title="Diversity",
                icon=":material/scatter_plot:",
                url_path="diversity",
                help="How varied the words of each checkpoint are, at equal size.",
            ),
            st.Page(
                places.DISAGREEMENTS,
                title="Disagreements",
                icon=":material/call_split:",
                url_path="disagreements",
                help="The prompts at which two checkpoints part, the farthest apart first, with the reason in words.",
            ),
            st.Page(
                places.ACCURACY,
                title="Accuracy",
                icon=":material/target:",
                url_path="accuracy",
                help="Who is right, where the right word is known.",
            ),
        ],
    },
    position="top",
)
# What a page puts back into its address when a person comes to it again, it leaves alone where they pressed Back.
st.session_state["arrived"] = st.session_state.get("page_drawn") != page.url_path
st.session_state["page_drawn"] = page.url_path
try:
    show_log_banner()
    remember_banner()
    page.run()
except Exception as error:  # noqa: BLE001 - the last resort: a person sees a sentence, the server's log the trace
    show_unforeseen(error)
