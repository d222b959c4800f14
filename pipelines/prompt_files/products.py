"""Templates and lists of words, opened: what fills which slot, what the tag is, and every combination as a prompt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from pipelines.prompt_files.columns import listed
from pipelines.prompt_files.filling import fill_words, read_templates, slots_of_tag
from pipelines.prompt_files.lines import Problem
from pipelines.prompt_files.prompts import LONGEST_TAG, FilePrompt
from pipelines.prompt_files.reading import Layout, Reading
from pipelines.prompt_files.sources import Given, opened
from pipelines.prompt_files.templates import TemplateProblem, count_prompts


@contextmanager
def open_product_reading(
    templates: Given, words: Mapping[str, Sequence[str]], tag_by: Sequence[str] | None = None
) -> Iterator[Reading]:
    """Templates and lists of words with their layout and their prompts; the arguments are those of `open_product`."""
    read = read_templates(templates)
    count_prompts(read, words)
    slots = dict.fromkeys(slot for template in read for slot in template.slots)
    for slot in tag_by or ():
        if slot not in slots:
            raise TemplateProblem(
                f"No template has the slot {{{slot}}}, which is to be the tag. Choose one of {listed(tuple(slots))}."
            )
    notes = [f"No template has the slot {{{slot}}}, so its words are not used." for slot in words if slot not in slots]
    if tag_by is None:
        left_out = {slot for template in read for slot in template.slots if slot not in slots_of_tag(template, words)}
        notes += [
            f"The tag leaves out the slot {{{slot}}}, with which it would have more than {LONGEST_TAG} characters."
            for slot in slots
            if slot in left_out
        ]
    with opened(templates) as file:
        layout = Layout(
            file.name,
            0,
            None,
            templates=tuple(template.text for template in read),
            slots={slot: f"{len(words[slot]):,} words" for slot in slots},
            notes=tuple(notes),
        )
    yield Reading(layout, fill_words(read, words, tag_by))


@contextmanager
def open_product(
    templates: Given, words: Mapping[str, Sequence[str]], tag_by: Sequence[str] | None = None
) -> Iterator[Iterator[FilePrompt | Problem]]:
    """The prompts of templates with every combination of the words for their slots.

    Args:
        templates: a file of them, or pasted, one a line. `count_prompts(read_templates(templates), words)` says how many.
        words: for each slot, as `read_words` reads a list.
        tag_by: the slots whose words are the tag; by default all, as far as the tag has room. None of them: `()`.

    Raises `TemplateProblem` where a slot has no words, where `tag_by` names no slot, or there would be more than
    `MOST_PROMPTS` prompts.
    """
    with open_product_reading(templates, words, tag_by) as reading:
        yield reading.prompts
