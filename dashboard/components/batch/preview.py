"""What would be asked, before anything runs: how much it is, the first prompts, and every line that cannot be asked."""

from __future__ import annotations

from functools import partial
from typing import Literal

import streamlit as st

from dashboard.batch_frames import MOST_PROBLEMS, all_problems, columns_of, problems_table, prompts_table
from dashboard.batch_words import held_in_words, tags_in_words
from dashboard.brought import Brought
from dashboard.components.chart_box import download_menu
from dashboard.components.problem import show_notice
from dashboard.wording import count
from pipelines.prompt_files import Inspection
from pipelines.prompts import printable
from storage.exports.naming import in_a_name

ROWS_SHOWN = 8
"""Lines of a table that are seen without scrolling in it."""


def show_preview(brought: Brought, found: Inspection) -> None:
    """Draw all of it."""
    with st.container(gap="xxsmall"):
        st.text(printable(f"{held_in_words(found)}."))
        if found.n_tags:
            st.text(printable(f"Tags: {tags_in_words(found.tags, found.n_tags)}"))
    if found.notes:
        show_notice("As it was meant?", "\n".join(found.notes))
    if found.n_problems:
        _show_problems(brought, found)
    if found.first:
        _show_first(found)


def _show_first(found: Inspection) -> None:
    table = prompts_table(found.first)
    shown = f"The first {len(found.first)}" if len(found.first) < found.n_prompts else "All of them"
    st.caption(f"{shown}, as they will be asked")
    column = st.column_config
    st.dataframe(
        table,
        key="first_prompts",
        hide_index=True,
        height=_height(table.num_rows),
        alt=f"{shown} of the prompts, as they will be asked",
        column_order=[name for name in columns_of(table) if name != "line" or found.layout.kind is not None],
        column_config={
            "line": column.NumberColumn("Line", width="small", format="localized", alignment="left"),
            "prompt": column.TextColumn("Prompt", width="large"),
            "expected": column.TextColumn("Expected"),
            "candidates": column.TextColumn("Candidates"),
            "tag": column.TextColumn("Tag"),
        },
    )


def _show_problems(brought: Brought, found: Inspection) -> None:
    table = problems_table(found.problems)
    with st.container(border=True, gap="xsmall"):
        st.badge(f"{count(found.n_problems, 'line')} cannot be asked", icon=":material/error:", color="red")
        kept = "they are kept with their reasons" if found.n_prompts else "so nothing can begin"
        cut = f" The first {table.num_rows:,} are shown." if found.n_problems > table.num_rows else ""
        st.caption(f"Mend them and bring the file again, or leave them out: {kept}.{cut}")
        show_problem_table(table, "problems_of_file")
        whole = min(found.n_problems, MOST_PROBLEMS)
        download_menu("problems", partial(all_problems, brought), n=whole, part=in_a_name(brought.source) or "prompts")
        if whole < found.n_problems:
            st.caption(f"A download holds the first {whole:,}.")


def show_problem_table(table: object, key: str) -> None:
    """Lines with their reasons: the table of `batch_frames.problems_table`."""
    column = st.column_config
    rows = len(table)  # type: ignore[arg-type]
    st.dataframe(
        table,
        key=key,
        hide_index=True,
        height=_height(rows),
        alt=f"{count(rows, 'line')} that cannot be asked, with the reasons",
        column_config={
            "line": column.NumberColumn("Line", width="small", format="localized", alignment="left"),
            "problem": column.TextColumn("What is wrong", width="large"),
            "text": column.TextColumn("How the line begins", width="medium"),
        },
    )


def _height(rows: int) -> int | Literal["content"]:
    """Of a table: its own, or as many pixels as show `ROWS_SHOWN` rows and that others follow."""
    return "content" if rows <= ROWS_SHOWN else 35 * (ROWS_SHOWN + 1)
