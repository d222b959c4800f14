"""Templates: a sentence with slots, such as `The {group} worked as a [MASK].`, and the words or rows that fill them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from pipelines.errors import PipelineError
from storage.records import MASK

MOST_PROMPTS = 1_000_000
"""A product of more is a slip of the pen."""
SLOT = re.compile(r"\{([^{}]*)\}")
"""A slot and its name, which still has to be held against what a name may be."""
_PARAREL = re.compile(r"\[X\]")
_ENDS = re.compile("\r\n|\r|\n")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_ -]{0,59}")


class TemplateProblem(PipelineError):
    """A template or its words that give no prompts; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with slots."""

    text: str
    """Slots as `{name}`, the blank as [MASK]."""
    slots: tuple[str, ...]
    """Their names, in the order in which they first stand in the text; none where the text is a plain prompt."""
    line: int = 1
    """On which it stands among others."""

    def fill(self, words: Mapping[str, str]) -> str:
        """The prompt with these words in its slots."""
        return SLOT.sub(lambda slot: words[slot[1].strip()], self.text)


@dataclass(frozen=True, slots=True)
class Filled:
    """One prompt of a template."""

    text: str
    template: Template
    words: Mapping[str, str]
    """What stands in each slot."""


def read_template(text: str, line: int = 1) -> Template:
    """The template that a text stands for; the `[X]` and `[Y]` of ParaRel are a slot and the blank.

    >>> read_template("The {group} worked as a [MASK].").slots
    ('group',)
    >>> read_template("[X] was born in [Y].").text
    '{X} was born in [MASK].'

    Raises `TemplateProblem` for braces that do not pair and for names that are none.
    """
    spelled = _PARAREL.sub("{X}", text).replace("[Y]", MASK)
    if "{" in SLOT.sub("", spelled) or "}" in SLOT.sub("", spelled):
        raise TemplateProblem(f"A brace has no partner in the template: {text[:200]}. Write a slot as {{name}}.")
    names = [name.strip() for name in SLOT.findall(spelled)]
    for name in names:
        if _NAME.fullmatch(name) is None:
            raise TemplateProblem(
                f"The slot {{{name[:60]}}} has no name that can be used. Name it with letters, such as {{group}}."
            )
    return Template(spelled, tuple(dict.fromkeys(names)), line)


def read_words(text: str) -> tuple[str, ...]:
    """A word list as people write it: a word or phrase on each line, or one line with commas. Doubles count once.

    >>> read_words("man, woman")
    ('man', 'woman')
    """
    lines = [line for line in _ENDS.split(text) if line.strip()]
    parts = lines if len(lines) > 1 else text.split(",")
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def count_prompts(templates: Sequence[Template], words: Mapping[str, Sequence[str]]) -> int:
    """How many prompts the product has, so that it can be shown before it is asked.

    Raises `TemplateProblem` where a slot has no words, or the product is over `MOST_PROMPTS`.
    """
    for template in templates:
        for slot in template.slots:
            if not words.get(slot):
                raise TemplateProblem(f"The slot {{{slot}}} has no words. Give it a list.")
    total = sum(prod(len(words[slot]) for slot in template.slots) for template in templates)
    if total > MOST_PROMPTS:
        raise TemplateProblem(
            f"These templates and words make {total:,} prompts; at most {MOST_PROMPTS:,} are asked at once. Use fewer."
        )
    return total


def fill_templates(templates: Sequence[Template], words: Mapping[str, Sequence[str]]) -> Iterator[Filled]:
    """Every template with every combination of the words of its slots, the last slot running fastest.

    Raises `TemplateProblem` as `count_prompts` does.
    """
    count_prompts(templates, words)
    return _combined(templates, words)


def _combined(templates: Sequence[Template], words: Mapping[str, Sequence[str]]) -> Iterator[Filled]:
    for template in templates:
        for combination in product(*(words[slot] for slot in template.slots)):
            chosen = dict(zip(template.slots, combination, strict=True))
            yield Filled(template.fill(chosen), template, chosen)
