"""The runs of one page of the history, newest first: what was asked, what it shows now, and what people have put on it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard import places
from dashboard.components.marks import star_button
from dashboard.components.sample_notice import show_sample
from dashboard.marks_words import marks_in_short
from dashboard.run_words import ENDS
from dashboard.wording import count, moment
from pipelines.prompts import printable
from storage.annotations import Annotations, Target
from storage.history import RunPage, RunSummary
from storage.records import MASK, RunKind

RUNS_PER_PAGE = 15
MOST_CHARACTERS = 160
"""Of a prompt in the list; the run itself shows it whole."""
_WIDTHS = [5, 4, 2.4, 1.1]
_KINDS = {"batch": "batch", "import": "import", "replay": "replay", "sample": "sample"}


def show_runs(
    page: RunPage,
    marks: Mapping[str, Annotations],
    author: str | None,
    *,
    compared: str | None = None,
) -> None:
    """One row for each run, with a link that opens it.

    Args:
        page: the runs.
        marks: what people have put on them, by run id.
        author: who looks, for the stars.
        compared: the run that another is to be chosen for; the links then open the two side by side.
    """
    for row in page.rows:
        with st.container(border=True, gap="xsmall"):
            link = {"run": compared, "with": row.run_id} if compared else {"run": row.run_id}
            _show_run(row, marks.get(row.run_id, Annotations()), link, author, compared)


def shortened(text: str) -> str:
    """A text on one line, cut where it is long."""
    text = " ".join(printable(text).split())
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def _show_run(row: RunSummary, marks: Annotations, link: Mapping[str, str], author: str | None, compared: str | None) -> None:
    prompt, words, when, way_on = st.columns(_WIDTHS, vertical_alignment="center")
    with prompt.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        star_button(Target(run_id=row.run_id), marks, author, row.run_id, wordy=False)
        with st.container(gap=None):
            _show_prompt(row, marks)
    with words:
        _show_words(row)
    with when.container(gap="xxsmall"):
        kind = "" if row.kind == RunKind.ASK else f" · {_KINDS.get(row.kind, 'run')}"
        end = f", {ENDS[row.status]}" if row.status in ENDS else ""
        st.caption(f"{moment(row.started_at)}{kind}{end}")
        if row.author:
            st.text(f"by {shortened(row.author)}")
    if row.run_id == compared:
        way_on.caption("this run")
    else:
        label, icon = ("Compare", ":material/compare_arrows:") if compared else ("Open", ":material/arrow_forward:")
        way_on.page_link(places.HISTORY, label=label, icon=icon, query_params=link)
    if row.kind == RunKind.SAMPLE:
        show_sample()


def _show_prompt(row: RunSummary, marks: Annotations) -> None:
    st.text(shortened(row.first_text) or "(nothing was kept of the prompt)")
    if row.prompt_count > 1:
        st.caption(f"and {count(row.prompt_count - 1, 'further prompt')}")
    if said := marks_in_short(row.label, marks):
        st.text(shortened(said))


def _show_words(row: RunSummary) -> None:
    if row.refused_count and not (row.kind == RunKind.BATCH and row.prompt_count):
        st.badge("not asked", icon=":material/error:", color="red")
        st.text(printable(row.first_problem or ""))
        return
    st.text("\n".join(f"{name}: {printable(word)}" for name, word in row.top_words) or "no answers")
    if row.top_words and (blanks := row.first_text.count(MASK)) > 1:
        st.caption(f"first of {blanks} blanks")
    if row.refused_count:
        st.caption(f"{count(row.refused_count, 'line')} refused")
