"""One run, whole: the same view on Compare right after an ask and on History ever after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import streamlit as st

from dashboard.components.agreement_panel import show_candidates, show_heat_map, show_pairs
from dashboard.components.answer_column import show_answer
from dashboard.components.cut_panel import show_cuts
from dashboard.components.fillings_panel import show_fillings
from dashboard.components.problem import show_problem
from dashboard.frames import kind_of
from dashboard.palette import WORD_COLOURS, word_colours
from dashboard.wording import agreement_in_words, listed
from pipelines.agreement import compare_lists
from pipelines.prompts import printable
from storage.records import AskedAnswer, Checkpoint, Comparison, Prompt

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
    left, right = st.columns([7, 3], vertical_alignment="center")
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
    return st.selectbox("Prompt", groups, format_func=lambda each: each[0].text, key="prompt_of_run")


def prompts_side_by_side(comparison: Comparison) -> tuple[tuple[Prompt, ...], ...]:
    """The prompts of a run, those together that differ in case alone and that no checkpoint answered both of.

    An uncased checkpoint is often asked in lower case what the others were asked as it stands.
    """
    askers: dict[Prompt, set[Checkpoint]] = {}
    for asked in comparison.answers:
        askers.setdefault(asked.answer.prompt, set()).add(asked.answer.checkpoint)
    by_text: dict[str, list[Prompt]] = {}
    for prompt in askers:
        by_text.setdefault(prompt.text.casefold(), []).append(prompt)
    groups: list[tuple[Prompt, ...]] = []
    for prompts in by_text.values():
        distinct = len(set().union(*(askers[each] for each in prompts))) == sum(len(askers[each]) for each in prompts)
        groups += [tuple(prompts)] if distinct else [(each,) for each in prompts]
    return tuple(groups)


def _show_masks(comparison: Comparison, prompts: Sequence[Prompt]) -> None:
    prompt = prompts[0]
    fillings = [each for each in comparison.fillings if each.prompt in prompts]
    names = [f"Blank {i + 1}" for i in range(prompt.mask_count)] + (["All together"] if fillings else [])
    # Only the open one is drawn: ten blanks of three checkpoints are forty charts.
    for mask_index, tab in enumerate(st.tabs(names, key="blank", on_change="rerun")):
        if tab.open:
            with tab:
                if mask_index < prompt.mask_count:
                    _show_mask(comparison, prompts, mask_index)
                else:
                    show_fillings(fillings, "all")


def _show_mask(comparison: Comparison, prompts: Sequence[Prompt], mask_index: int) -> None:
    here = {(prompt, mask_index) for prompt in prompts}
    answers = [each for each in comparison.answers if (each.answer.prompt, each.answer.mask_index) in here]
    agreements = [each for each in comparison.agreements if (each.prompt, each.mask_index) in here]
    # What was asked in another case was not compared when it was asked; here it stands side by side.
    agreements += [
        compare_lists(a.answer, b.answer, None, (None, None))
        for a, b in combinations(answers, 2)
        if a.answer.prompt != b.answer.prompt
    ]
    expected = [each.word for each in comparison.expectations if (each.prompt, each.mask_index) in here]
    st.text(agreement_in_words(answers, agreements))
    colours = word_colours([[line.word for line in each.answer.predictions] for each in answers])
    first_scores = [line.score for each in answers for line in each.answer.predictions[:1] if line.score is not None]
    most_probable = max(first_scores, default=1.0)
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
        show_cuts(prompts[0], checkpoints)
        return
    left, right = st.columns([5, 6], gap="medium")
    with left:
        show_heat_map(answers, str(mask_index))
    with right:
        show_pairs(agreements, str(mask_index))
        show_cuts(prompts[0], checkpoints)


def _show_legend(answers: Sequence[AskedAnswer], shared: int) -> None:
    parts = []
    if shared and any(each.answer.has_scores for each in answers):
        beyond = "" if shared <= len(WORD_COLOURS) else ", or is dark grey where the colours have run out"
        parts.append(
            f"A word that several lists hold has the same colour in each{beyond}; a light grey one is in one list only."
        )
    if any(kind_of(line) == "continues a word" for asked in answers for line in asked.answer.predictions):
        parts.append("A pale bar and ## mark a piece that continues the word before it.")
    if parts:
        st.caption(" ".join(parts))
