"""What a report says about one prompt: its blanks, the lists at each, how alike they are, and all blanks filled together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.charts import words_heat_map
from dashboard.frames import (
    MOST_WORDS_IN_LIST,
    candidates_table,
    figure,
    fillings_table,
    heat_map_table,
    low_coverage,
    pairs_table,
    predictions_table,
    words_in_lists,
)
from dashboard.palette import FAMILY_NAMES
from dashboard.report.drawing import drawing
from dashboard.report.text import visible, visible_table
from dashboard.side_by_side import Blank, blank, legend
from dashboard.wording import ELSEWHERE, SOURCES, agreement_in_words, choices, lead, listed, milliseconds, percent
from storage.records import MASK, Answer, AskedAnswer, Comparison, Prompt

Rows = tuple[Mapping[str, Any], ...]
"""Rows of a table of `dashboard.frames`."""

_NARROW, _WIDE = 92, 150
"""Pixels of one checkpoint in the heat map, at least and at most."""
_LETTER = 6.5
"""Pixels of a letter of its name."""


@dataclass(frozen=True, slots=True)
class Line:
    """A ranked word."""

    rank: int
    word: str
    kind: str
    """What the piece is where it starts no word; else empty."""
    expected: bool
    figure: str
    """Its probability."""
    width: float | None
    """Length of its bar, 0 to 100; None where the probability is not known."""
    colour: str


@dataclass(frozen=True, slots=True)
class ListOfWords:
    """What one checkpoint says at a blank."""

    name: str
    about: str
    """Family, source, and whether a model ran."""
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    """What of the list is not known or not shown."""
    figures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BlankSection:
    """One mask."""

    title: str
    """Empty where it is the only one."""
    finding: str
    """The agreement in words."""
    lists: tuple[ListOfWords, ...]
    legend: str
    candidates: Rows
    expected: bool
    """Whether any of the candidates was expected."""
    chart: str
    """The heat map as an `svg` element; empty where one checkpoint answered."""
    chart_title: str
    pairs: Rows
    notes_on_pairs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One prompt, or several that differ in case alone."""

    title: str
    parts: tuple[str, ...]
    """The text around the masks: one more than there are masks."""
    other_cases: tuple[str, ...]
    blanks: tuple[BlankSection, ...]
    fillings: Rows
    """All blanks together; none of a prompt with one."""


def section(comparison: Comparison, prompts: Sequence[Prompt], place: int, of: int) -> Section:
    """What is said about prompts that stand side by side, the `place`th of `of`."""
    prompt = prompts[0]
    masks = range(prompt.mask_count)
    return Section(
        title="The prompt" if of == 1 else f"Prompt {place:,} of {of:,}",
        parts=tuple(prompt.text.split(MASK)),
        other_cases=tuple(_other_case(comparison, other) for other in prompts[1:]),
        blanks=tuple(_blank_section(blank(comparison, prompts, i), f"Blank {i + 1}" if len(masks) > 1 else "") for i in masks),
        fillings=_rows(fillings_table([each for each in comparison.fillings if each.prompt in prompts])),
    )


def _other_case(comparison: Comparison, prompt: Prompt) -> str:
    names = dict.fromkeys(each.answer.checkpoint.name for each in comparison.answers if each.answer.prompt == prompt)
    return f"{listed(list(names))} was asked in another case: {prompt.text}"


def _blank_section(here: Blank, title: str) -> BlankSection:
    several = len(here.answers) > 1
    where = f" at {title.lower()}" if title else ""
    return BlankSection(
        title=title,
        finding=agreement_in_words(here.answers, here.agreements),
        lists=tuple(_list_of_words(each, here) for each in here.answers),
        legend=f"{legend(here)} The bars of all lists share one scale.".strip(),
        candidates=_rows(candidates_table(here.answers, here.expected)),
        expected=bool(here.expected),
        chart=_heat_map(here.answers, where) if several else "",
        chart_title=f"Every listed word{where}",
        pairs=_rows(pairs_table(here.agreements)),
        notes_on_pairs=_notes_on_pairs(here),
    )


def _list_of_words(asked: AskedAnswer, here: Blank) -> ListOfWords:
    answer = asked.answer
    family = FAMILY_NAMES.get(answer.checkpoint.family, answer.checkpoint.family)
    source = SOURCES.get(answer.checkpoint.source, ELSEWHERE)[0]
    right = {word.casefold() for word in here.expected}
    came = "" if asked.latency_ms is None else "from the log" if asked.reused else "fresh"
    return ListOfWords(
        name=answer.checkpoint.name,
        about=" · ".join(part for part in (family, source, came) if part),
        lines=tuple(
            Line(
                rank=row["rank"],
                word=row["label"],
                kind="" if row["kind"] == "starts a word" else row["kind"],
                expected=row["word"].casefold() in right,
                figure=figure(row["probability"]),
                width=None if row["probability"] is None else round(100 * row["probability"] / here.most_probable, 2),
                colour=row["colour"],
            )
            for row in predictions_table(answer, here.colours, here.expected).to_pylist()
        ),
        notes=_notes_on_list(answer),
        figures=(
            ("Choices", choices(answer)),
            ("Lead", lead(answer)),
            ("On words", "-" if answer.word_mass is None else percent(answer.word_mass)),
            ("Time", "-" if asked.latency_ms is None else milliseconds(asked.latency_ms)),
        ),
    )


def _notes_on_list(answer: Answer) -> tuple[str, ...]:
    scored = any(line.score is not None for line in answer.predictions)
    notes = (
        ("Rank only: no score was published.", not scored),
        ("Some ranks were published without a score.", scored and not answer.has_scores),
        (
            "Only these probabilities were published, and not the full distribution.",
            answer.entropy is None and answer.has_scores,
        ),
        (f"The first {MOST_WORDS_IN_LIST} of {answer.depth:,} listed words are shown.", answer.depth > MOST_WORDS_IN_LIST),
    )
    return tuple(sentence for sentence, holds in notes if holds)


def _heat_map(answers: Sequence[AskedAnswer], where: str) -> str:
    chart = words_heat_map(visible_table(heat_map_table(answers)), words_in_lists(answers))
    names = [visible(each.answer.checkpoint.name) for each in answers]
    column = min(max(_NARROW, round(_LETTER * max(map(len, names)) + 12)), _WIDE)
    said = f"Probability of each listed word{where} in {listed(names)}. The lists of words give the same figures."
    return drawing(chart, column * len(answers), said)


def _notes_on_pairs(here: Blank) -> tuple[str, ...]:
    notes = (
        (
            "In brackets: one of the two puts under half of its probability on shared words, so the divergence says little.",
            any(low_coverage(each) for each in here.agreements),
        ),
        (
            "A dash: the full distribution of one of the two was not published, so their divergence is not known.",
            any(each.jsd_shared is None for each in here.agreements),
        ),
    )
    return tuple(sentence for sentence, holds in notes if holds)


def _rows(table: Any) -> Rows:  # noqa: ANN401 - pyarrow ships no types
    return tuple(table.to_pylist())
