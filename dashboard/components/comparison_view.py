"""One run, whole: the same view on Compare right after an ask and on History ever after."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.components.agreement_panel import show_candidates, show_heat_map, show_pairs
from dashboard.components.answer_column import show_answer
from dashboard.components.cut_panel import show_cuts
from dashboard.components.fillings_panel import show_fillings
from dashboard.components.problem import show_problem
from dashboard.frames import kind_of
from dashboard.palette import WORD_COLOURS, word_colours
from dashboard.wording import agreement_in_words
from pipelines.prompts import printable
from storage.records import AskedAnswer, Comparison, Prompt

MOST_COLUMNS = 3
"""Answers side by side; further ones go to the next row."""


def show_comparison(comparison: Comparison, beside_prompt: Callable[[], None]) -> None:
    """Everything that was answered in a run, and what could not be. `beside_prompt` draws what stands beside the prompt."""
    for refused in comparison.refused:
        show_problem("Not asked", refused.problem)
        st.code(printable(refused.text), language=None, wrap_lines=True)
    prompt = _choose_prompt(comparison.prompts)
    if prompt is None:
        return
    left, right = st.columns([7, 3], vertical_alignment="center")
    with right:
        beside_prompt()
    left.code(prompt.text, language=None, wrap_lines=True)
    if prompt.mask_count == 1:
        _show_mask(comparison, prompt, 0)
    else:
        _show_masks(comparison, prompt)


def _choose_prompt(prompts: Sequence[Prompt]) -> Prompt | None:
    if len(prompts) < 2:
        return prompts[0] if prompts else None
    return st.selectbox("Prompt", prompts, format_func=lambda each: each.text, key="prompt_of_run")


def _show_masks(comparison: Comparison, prompt: Prompt) -> None:
    fillings = [each for each in comparison.fillings if each.prompt == prompt]
    names = [f"Blank {i + 1}" for i in range(prompt.mask_count)] + (["All together"] if fillings else [])
    # Only the open one is drawn: ten blanks of three checkpoints are forty charts.
    for mask_index, tab in enumerate(st.tabs(names, key="blank", on_change="rerun")):
        if tab.open:
            with tab:
                if mask_index < prompt.mask_count:
                    _show_mask(comparison, prompt, mask_index)
                else:
                    show_fillings(fillings, "all")


def _show_mask(comparison: Comparison, prompt: Prompt, mask_index: int) -> None:
    answers = [each for each in comparison.answers if (each.answer.prompt, each.answer.mask_index) == (prompt, mask_index)]
    agreements = [each for each in comparison.agreements if (each.prompt, each.mask_index) == (prompt, mask_index)]
    expected = [each.word for each in comparison.expectations if (each.prompt, each.mask_index) == (prompt, mask_index)]
    st.text(agreement_in_words(answers, agreements))
    colours = word_colours([[line.word for line in each.answer.predictions] for each in answers])
    most_probable = max((line.score for each in answers for line in each.answer.predictions[:1]), default=1.0)
    for start in range(0, len(answers), MOST_COLUMNS):
        row = answers[start : start + MOST_COLUMNS]
        for column, asked in zip(st.columns(max(len(row), 2), gap="medium"), row, strict=False):
            with column:
                key = f"{mask_index}_{asked.answer.checkpoint.name}"
                show_answer(asked, colours, expected, most_probable, key)
    _show_legend(answers, len(colours))
    show_candidates(answers, expected, str(mask_index))
    checkpoints = [each.answer.checkpoint for each in answers]
    if len(answers) < 2:
        show_cuts(prompt, checkpoints)
        return
    left, right = st.columns([5, 6], gap="medium")
    with left:
        show_heat_map(answers, str(mask_index))
    with right:
        show_pairs(agreements, str(mask_index))
        show_cuts(prompt, checkpoints)


def _show_legend(answers: Sequence[AskedAnswer], shared: int) -> None:
    parts = []
    if shared:
        beyond = "" if shared <= len(WORD_COLOURS) else ", or is dark grey where the colours have run out"
        parts.append(
            f"A word that several lists hold has the same colour in each{beyond}; a light grey one is in one list only."
        )
    if any(kind_of(line) == "continues a word" for asked in answers for line in asked.answer.predictions):
        parts.append("A pale bar and ## mark a piece that continues the word before it.")
    if parts:
        st.caption(" ".join(parts))
