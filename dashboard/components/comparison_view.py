"""One run, whole: the same view on Compare right after an ask and on History ever after."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.components.agreement_panel import show_candidates, show_heat_map, show_pairs
from dashboard.components.answer_column import show_answer
from dashboard.components.cut_panel import show_cuts
from dashboard.components.fillings_panel import show_fillings
from dashboard.components.problem import show_problem
from dashboard.side_by_side import blank, legend, prompts_side_by_side
from dashboard.wording import agreement_in_words, listed
from pipelines.prompts import printable
from storage.records import Comparison, Prompt

MOST_COLUMNS = 3
"""Answers side by side; further ones go to the next row."""


def show_comparison(comparison: Comparison, beside_prompt: Callable[[], None]) -> None:
    """Everything that was answered in a run, and what could not be. `beside_prompt` draws what stands beside the prompt."""
    for refused in comparison.refused:
        show_problem("Not asked", refused.problem)
        st.code(printable(refused.text), language=None, wrap_lines=True)
    prompts = _choose_prompts(comparison)
    if not prompts:
        return
    prompt = prompts[0]
    left, right = st.columns([13, 7], vertical_alignment="center")
    with right:
        beside_prompt()
    left.code(prompt.text, language=None, wrap_lines=True)
    for other in prompts[1:]:
        names = [each.answer.checkpoint.name for each in comparison.answers if each.answer.prompt == other]
        st.text(f"{listed(list(dict.fromkeys(names)))} was asked in another case: {printable(other.text)}")
    if prompt.mask_count == 1:
        _show_mask(comparison, prompts, 0)
    else:
        _show_masks(comparison, prompts)


def _choose_prompts(comparison: Comparison) -> Sequence[Prompt]:
    groups = prompts_side_by_side(comparison)
    if len(groups) < 2:
        return groups[0] if groups else ()
    return st.selectbox("Prompt", groups, format_func=lambda each: each[0].text, key="prompt_of_run", bind="query-params")


def _show_masks(comparison: Comparison, prompts: Sequence[Prompt]) -> None:
    prompt = prompts[0]
    fillings = [each for each in comparison.fillings if each.prompt in prompts]
    names = [f"Blank {i + 1}" for i in range(prompt.mask_count)] + (["All together"] if fillings else [])
    # Only the open one is drawn: ten blanks of three checkpoints are forty charts.
    for mask_index, tab in enumerate(st.tabs(names, key="blank", on_change="rerun", bind="query-params")):
        if tab.open:
            with tab:
                if mask_index < prompt.mask_count:
                    _show_mask(comparison, prompts, mask_index)
                else:
                    show_fillings(fillings, "all")


def _show_mask(comparison: Comparison, prompts: Sequence[Prompt], mask_index: int) -> None:
    here = blank(comparison, prompts, mask_index)
    answers, agreements, expected, colours = here.answers, here.agreements, here.expected, here.colours
    st.text(agreement_in_words(answers, agreements))
    for start in range(0, len(answers), MOST_COLUMNS):
        row = answers[start : start + MOST_COLUMNS]
        for column, asked in zip(st.columns(max(len(row), 2), gap="medium"), row, strict=False):
            with column:
                key = f"{mask_index}_{asked.answer.checkpoint.name}"
                show_answer(asked, colours, expected, here.most_probable, key)
    if sentences := legend(here):
        st.caption(sentences)
    show_candidates(answers, expected, str(mask_index))
    checkpoints = [each.answer.checkpoint for each in answers]
    if len(answers) < 2:
        show_cuts(prompts[0], checkpoints)
        return
    left, right = st.columns([5, 6], gap="medium")
    with left:
        show_heat_map(answers, str(mask_index))
    with right:
        show_pairs(agreements, answers, str(mask_index))
        show_cuts(prompts[0], checkpoints)
