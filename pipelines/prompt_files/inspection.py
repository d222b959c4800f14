"""What a file of prompts holds, told before anything runs: one pass over it, in the memory of what is shown."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.prompt_files.columns import Columns
from pipelines.prompt_files.kinds import FileKind
from pipelines.prompt_files.lines import Problem, counted, shown
from pipelines.prompt_files.products import open_product_reading
from pipelines.prompt_files.prompts import FilePrompt
from pipelines.prompt_files.reading import Layout, Reading, open_reading
from pipelines.prompt_files.sources import Given
from pipelines.prompt_files.templates import SLOT
from storage.records import MASK

FIRST_PROMPTS = 20
"""Prompts that an inspection shows."""
FIRST_PROBLEMS = 1_000
"""Problems that an inspection holds; it counts them all."""
MOST_TAGS = 1_000
"""Tags whose prompts an inspection counts, the first that stand in the file; it says how many there are in all."""

_NOTHING = "No prompt stands in the file. Write one on each line, below the names of the columns where it is a table."


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is asked when this file is asked."""

    layout: Layout
    n_prompts: int
    """That can be asked, those that stand twice counted twice."""
    n_distinct: int
    """Distinct prompts among them: each is asked of a checkpoint once."""
    n_problems: int
    """Lines or rows that cannot be asked."""
    n_expected: int
    """Prompts whose expected words are known at one mask at least."""
    n_candidates: int
    """Prompts with candidates."""
    n_tagged: int
    n_tags: int
    """Distinct tags."""
    tags: Mapping[str, int]
    """Prompts by tag, of the first `MOST_TAGS` tags."""
    masks: Mapping[int, int]
    """Prompts by the number of their masks, from the fewest."""
    first: tuple[FilePrompt, ...]
    """As they will be asked, at most `FIRST_PROMPTS`."""
    problems: tuple[Problem, ...]
    """The first, at most `FIRST_PROBLEMS`."""
    notes: tuple[str, ...]
    """Sentences about what could be meant otherwise."""


def inspect(
    given: Given,
    name: str | None = None,
    columns: Columns | None = None,
    *,
    kind: FileKind | None = None,
    templates: Given | None = None,
) -> Inspection:
    """Read a file to its end and say what `open_prompts` with the same arguments gives.

    Raises `UnreadableFile` (`OtherHalfWanted`) and `TemplateProblem` as `open_prompts` does.
    """
    with open_reading(given, name, columns, kind=kind, templates=templates) as reading:
        return _inspected(reading)


def inspect_product(templates: Given, words: Mapping[str, Sequence[str]], tag_by: Sequence[str] | None = None) -> Inspection:
    """What `open_product` with the same arguments gives. Raises `TemplateProblem` as it does."""
    with open_product_reading(templates, words, tag_by) as reading:
        return _inspected(reading)


def _inspected(reading: Reading) -> Inspection:
    first: list[FilePrompt] = []
    problems: list[Problem] = []
    notes = _Notes(reading.layout)
    n_problems = n_expected = n_candidates = n_tagged = 0
    tags: dict[str, int] = {}
    masks: Counter[int] = Counter()
    texts, others = array("q"), array("q")
    for each in reading.prompts:
        if isinstance(each, Problem):
            n_problems += 1
            if n_problems <= FIRST_PROBLEMS:
                problems.append(each)
            continue
        if len(first) < FIRST_PROMPTS:
            first.append(each)
        # 64 bits of each text: among ten million that differ, two are taken for one with a chance of 1 in 300,000.
        texts.append(hash(each.text))
        masks[each.text.count(MASK)] += 1
        n_expected += bool(each.expected)
        n_candidates += bool(each.candidates)
        if each.tag is not None:
            n_tagged += 1
            if each.tag in tags or len(tags) < MOST_TAGS:
                tags[each.tag] = tags.get(each.tag, 0) + 1
            else:
                others.append(hash(each.tag))
        notes.take(each)
    return Inspection(
        layout=reading.layout,
        n_prompts=len(texts),
        n_distinct=_distinct(texts),
        n_problems=n_problems,
        n_expected=n_expected,
        n_candidates=n_candidates,
        n_tagged=n_tagged,
        n_tags=len(tags) + _distinct(others),
        tags=tags,
        masks=dict(sorted(masks.items())),
        first=tuple(first),
        problems=tuple(problems),
        notes=(*reading.layout.notes, *(() if texts or n_problems else (_NOTHING,)), *notes.sentences()),
    )


class _Notes:
    """What is asked as it stands, but may have been meant otherwise."""

    def __init__(self, layout: Layout) -> None:
        self._may_have_slots = not layout.templates
        self._may_have_quotes = layout.kind is FileKind.TSV
        self._n_slots = 0
        self._slot = ""
        self._n_quoted = 0

    def take(self, prompt: FilePrompt) -> None:
        if "{" in prompt.text and self._may_have_slots and (slot := SLOT.search(prompt.text)):
            self._n_slots += 1
            self._slot = self._slot or shown(slot[0])
        if self._may_have_quotes and prompt.text[0] == '"' == prompt.text[-1]:
            self._n_quoted += 1

    def sentences(self) -> Iterator[str]:
        if self._n_slots:
            yield (
                f"{counted(self._n_slots, 'prompt')} with braces, such as {self._slot}, will be asked as written. "
                "If they are slots, bring the file as templates with the words that fill them."
            )
        if self._n_quoted:
            yield (
                f"{counted(self._n_quoted, 'prompt')} will be asked with the quotes around the text, since TSV knows none. "
                "If they are not meant, save the file as CSV."
            )


def _distinct(hashes: array[int]) -> int:
    """How many they are. They are sorted in place: with `np.unique` a million took 54 MB more."""
    if not hashes:
        return 0
    ordered = np.frombuffer(hashes, np.int64)
    ordered.sort()
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + 1
