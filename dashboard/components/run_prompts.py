"""The prompts of a large run, a page at a time, with what each checkpoint puts first."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import from_log, places
from dashboard.components.paging import back_to_first, turned_to
from dashboard.components.run_list import shortened
from dashboard.run_link import ASKED
from dashboard.wording import count
from pipelines.prompts import printable
from storage.log import Log
from storage.records import Comparison, Run, RunKind
from storage.run_rows import RunPrompt, prompts_of_run, tags_of_run

ROWS_PER_PAGE = 12
PAGE, TEXT, TAG = "prompts_page", "prompt_holds", "prompt_tag"
MOST_CHARACTERS = 200
MOST_TAGS = 200
_WIDTHS = [6, 4.5, 1.1]


def show_prompts(log: Log, run: Run) -> None:
    """The list with its search, or a sentence where the run asked no prompt. Raises `StorageError`."""
    if not from_log.answer_of(log, prompts_of_run, run.run_id, limit=1).n:
        st.text("No prompt of this run is answered.")
        return
    text, tag = _search(log, run)
    ask = partial(from_log.answer_of, log, prompts_of_run, run.run_id, text=text, tag=tag)
    above, rows = st.container(), st.container()
    found, first = turned_to(PAGE, ROWS_PER_PAGE, lambda limit, offset: ask(limit=limit, offset=offset))
    with above:
        if not found.n:
            st.text("No prompt of this run fits.")
            return
        last = first + len(found.rows) - 1
        st.caption(
            f"{first:,} to {last:,} of {count(found.n, 'prompt')}" if found.n > ROWS_PER_PAGE else count(found.n, "prompt")
        )
    answers = from_log.comparison(log, run.run_id, [each.prompt_id for each in found.rows])
    with rows:
        for each in found.rows:
            _show_row(run, each, answers)


def _search(log: Log, run: Run) -> tuple[str | None, str | None]:
    """What the prompts shall hold, and which tag they shall bear."""
    turn = back_to_first(PAGE)
    tags = [each.tag for each in from_log.answer_of(log, tags_of_run, run.run_id, MOST_TAGS).rows]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text = st.text_input(
            "Prompt holds", key=TEXT, max_chars=MOST_CHARACTERS, placeholder="Any text", bind="query-params", on_change=turn,
            width=300,
        )  # fmt: skip
        tag = None
        if tags or TAG in st.query_params:
            named = st.session_state[TAG] if TAG in st.session_state else st.query_params.get(TAG)
            offered = tags if named in (None, *tags) else [*tags, str(named)[:MOST_CHARACTERS]]
            tag = st.selectbox(
                "Tag", offered, index=None, key=TAG, placeholder="Any", bind="query-params", on_change=turn, width=220
            )
    return (text or "").strip()[:MOST_CHARACTERS] or None, tag


def _show_row(run: Run, row: RunPrompt, answers: Comparison | None) -> None:
    with st.container(border=True, gap="xsmall"):
        prompt, words, way_on = st.columns(_WIDTHS, vertical_alignment="center")
        with prompt.container(gap="xxsmall"):
            st.text(shortened(row.text))
            if run.kind is RunKind.BATCH:
                st.caption(f"line {row.row_number:,}")
        with words.container(gap="xxsmall"):
            st.text(_first_words(row.text, answers))
        way_on.page_link(
            places.HISTORY, label="Open", icon=":material/arrow_forward:",
            query_params={"run": run.run_id, ASKED: str(row.prompt_id)},
        )  # fmt: skip


def _first_words(text: str, answers: Comparison | None) -> str:
    """A line for each checkpoint, at the first blank, with a mark where that is a word held to be right."""
    if answers is None:
        return ""
    here = [each.answer for each in answers.answers if each.answer.prompt.text == text and each.answer.mask_index == 0]
    right = {each.word.casefold() for each in answers.expectations if each.prompt.text == text and each.mask_index == 0}
    said = {answer.checkpoint.name: answer.predictions[0].word for answer in here if answer.predictions}
    lines = [f"{name}: {word}{' ✓' if word.casefold() in right else ''}" for name, word in said.items()]
    if right:
        lines.append(f"expected: {', '.join(sorted(right))}")
    return printable("\n".join(lines)) or "no answers"
