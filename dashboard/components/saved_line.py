"""Whether a run was kept, the link that opens it again, and the run as one page."""

from __future__ import annotations

import streamlit as st

from dashboard import places
from dashboard.components.report_button import report_button
from dashboard.components.save_button import save_button
from dashboard.wording import count
from storage.records import Comparison


def show_saved(comparison: Comparison, not_saved: str | None) -> None:
    """One line: what was saved and where to find it, or that nothing was; why not is told above, where there is room."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if not_saved is not None:
            st.badge("Not saved", icon=":material/info:", color="yellow")
            save_button(comparison.run.run_id)
        elif not comparison.saved:
            st.caption("Not saved, as you asked.", width="content")
        else:
            prompts, answers = count(len(comparison.prompts), "prompt"), count(len(comparison.answers), "answer")
            st.caption(f"Saved: {prompts}, {answers}.", width="content")
            st.page_link(
                places.HISTORY, label="Open in the history", icon=":material/link:", query_params={"run": comparison.run.run_id}
            )
        report_button(comparison)
