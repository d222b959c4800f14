"""The runs of one page of the history, newest first."""

from __future__ import annotations

import streamlit as st

from dashboard.components.saved_line import HISTORY_PAGE
from dashboard.resources import comparison
from dashboard.wording import count, moment
from pipelines.prompts import printable
from storage.errors import StorageError
from storage.history import RunPage, RunSummary
from storage.log import Log

RUNS_PER_PAGE = 15
MOST_CHARACTERS = 160
"""Of a prompt in the list; the run itself shows it whole."""
_WIDTHS = [5, 4, 2.4, 1]


def show_runs(log: Log, page: RunPage) -> None:
    """One row for each run, with a link that opens it."""
    for row in page.rows:
        with st.container(border=True):
            _show_run(log, row)


def page_number(n: int) -> int:
    """The page that a person turned to, from 1, and the control that turns pages. Kept in the address."""
    pages = max(1, -(-n // RUNS_PER_PAGE))
    if pages == 1:
        return 1
    return st.pagination(pages, key="page", bind="query-params")


def _show_run(log: Log, row: RunSummary) -> None:
    prompt, words, when, link = st.columns(_WIDTHS, vertical_alignment="center")
    prompt.text(_shortened(row.first_text) or "(nothing was kept of the prompt)")
    if row.prompt_count > 1:
        prompt.caption(f"and {count(row.prompt_count - 1, 'further prompt')}")
    if row.refused_count:
        with words:
            st.badge("not asked", icon=":material/error:", color="red")
            st.text(_reason(log, row))
    else:
        words.text("\n".join(f"{name}: {printable(word)}" for name, word in row.top_words) or "no answers")
    when.caption(f"{moment(row.started_at)} · {_KINDS.get(row.kind, 'run')}")
    if row.author:
        when.text(f"by {_shortened(row.author)}")
    if row.label:
        when.text(_shortened(row.label))
    link.page_link(HISTORY_PAGE, label="Open", icon=":material/arrow_forward:", query_params={"run": row.run_id})


_KINDS = {"ask": "ask", "batch": "batch", "import": "import", "replay": "replay", "sample": "sample"}


def _reason(log: Log, row: RunSummary) -> str:
    try:
        found = comparison(log, row.run_id)
    except StorageError as error:
        return str(error)
    return printable(found.refused[0].problem) if found and found.refused else ""


def _shortened(text: str) -> str:
    text = " ".join(printable(text).split())
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
