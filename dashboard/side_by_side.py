"""What of a run stands side by side, on a page and in a report. Imports no Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from dashboard.frames import kind_of
from dashboard.palette import WORD_COLOURS, word_colours
from pipelines.agreement import compare_lists
from storage.records import Agreement, AskedAnswer, Checkpoint, Comparison, Prompt


@dataclass(frozen=True, slots=True)
class Blank:
    """What was answered at one mask."""

    answers: tuple[AskedAnswer, ...]
    """One for each checkpoint, in the order of asking."""
    agreements: tuple[Agreement, ...]
    """One for each pair of them."""
    expected: tuple[str, ...]
    """The words that people hold to be right here."""

    @property
    def colours(self) -> Mapping[str, str]:
        """A colour for each word that several lists hold."""
        return word_colours([[line.word for line in each.answer.predictions] for each in self.answers])

    @property
    def most_probable(self) -> float:
        """The largest probability of all lists, which share one scale; 1 where none is known."""
        first = [line.score for each in self.answers for line in each.answer.predictions[:1] if line.score is not None]
        return max(first, default=1.0)


def blank(comparison: Comparison, prompts: Sequence[Prompt], mask_index: int) -> Blank:
    """One mask of prompts that stand side by side."""
    here = {(prompt, mask_index) for prompt in prompts}
    answers = tuple(each for each in comparison.answers if (each.answer.prompt, each.answer.mask_index) in here)
    agreements = [each for each in comparison.agreements if (each.prompt, each.mask_index) in here]
    # What was asked in another case was not compared when it was asked; here it stands side by side.
    agreements += [
        compare_lists(a.answer, b.answer, None, (None, None))
        for a, b in combinations(answers, 2)
        if a.answer.prompt != b.answer.prompt
    ]
    expected = tuple(each.word for each in comparison.expectations if (each.prompt, each.mask_index) in here)
    return Blank(answers, tuple(agreements), expected)


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


def legend(shown: Blank) -> str:
    """What the colours and the pale bars of the lists mean; empty where nothing needs to be said."""
    parts = []
    shared = len(shown.colours)
    if shared and any(each.answer.has_scores for each in shown.answers):
        beyond = "" if shared <= len(WORD_COLOURS) else ", or is dark grey where the colours have run out"
        parts.append(
            f"A word that several lists hold has the same colour in each{beyond}; a light grey one is in one list only."
        )
    if any(kind_of(line) == "continues a word" for asked in shown.answers for line in asked.answer.predictions):
        parts.append("A pale bar and ## mark a piece that continues the word before it.")
    return " ".join(parts)
