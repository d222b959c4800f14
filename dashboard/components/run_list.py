"""The runs of one page of the history, newest first."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard import places
from dashboard.components.sample_notice import show_sample
from dashboard.wording import count, moment
from pipelines.prompts import printable
from storage.history import RunPage, RunSummary
from storage.records import MASK, RunKind

RUNS_PER_PAGE = 15
MOST_CHARACTERS = 160
"""Of a prompt in the list; the run itself shows it whole."""
_WIDTHS = [5, 4, 2.4, 1]


def show_runs(page: RunPage, search: str, number: int) -> None:
    """One row for each run, with a link that opens it and keeps the search and the number of this page for the way back."""
    kept = ({"search": search} if search else {}) | ({"page": str(number)} if number > 1 else {})
    for row in page.rows:
        with st.container(border=True):
            _show_run(row, kept)


def page_number(n: int) -> int:
    """The page that a person turned to, from 1, and the control that turns pages. Kept in the address."""
    pages = max(1, -(-n // RUNS_PER_PAGE))
    if pages == 1:
        return 1
    return st.pagination(pages, key="page", bind="query-params")


def back_to_first_page() -> None:
    """For a search that finds something else."""
    if "page" in st.session_state:
        st.session_state["page"] = 1


def _show_run(row: RunSummary, kept: Mapping[str, str]) -> None:
    prompt, words, when, link = st.columns(_WIDTHS, vertical_alignment="center")
    prompt.text(_shortened(row.first_text) or "(nothing was kept of the prompt)")
    if row.prompt_count > 1:
        prompt.caption(f"and {count(row.prompt_count - 1, 'further prompt')}")
    if row.refused_count:
        with words:
            st.badge("not asked", icon=":material/error:", color="red")
            st.text(printable(row.first_problem or ""))
    else:
        words.text("\n".join(f"{name}: {printable(word)}" for name, word in row.top_words) or "no answers")
        if row.top_words and (blanks := row.first_text.count(MASK)) > 1:
            words.caption(f"first of {blanks} blanks")
    kind = "" if row.kind == RunKind.ASK else f" · {_KINDS.get(row.kind, 'run')}"
    when.caption(f"{moment(row.started_at)}{kind}")
    if row.author:
        when.text(f"by {_shortened(row.author)}")
    if row.label:
        when.text(_shortened(row.label))
    link.page_link(places.HISTORY, label="Open", icon=":material/arrow_forward:", query_params={"run": row.run_id, **kept})
    if row.kind == RunKind.SAMPLE:
        show_sample()


_KINDS = {"batch": "batch", "import": "import", "replay": "replay", "sample": "sample"}


def _shortened(text: str) -> str:
    text = " ".join(printable(text).split())
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
