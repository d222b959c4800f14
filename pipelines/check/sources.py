"""Where the prompts of a case come from: one text, a list, a template with its words, or a file of prompts beside the suite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.check.nodes import Fields, Listing, Node, what_it_is
from pipelines.check.problems import SuiteProblem, did_you_mean
from pipelines.check.values import read_text, read_texts
from pipelines.errors import PipelineError
from pipelines.prompt_files import FilePrompt, Problem, Template, count_prompts, open_prompts
from pipelines.prompt_files.templates import fill_templates, read_template
from storage.spelling import short

MOST_PROMPTS = 20_000
"""Of a suite; more are a batch."""
_TOLD = 3
"""Rows of a file that its sentence repeats."""
_TAGS = 12
"""Tags of a file that its sentence repeats."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One prompt as it is written, before it is read."""

    line: int
    text: str
    own: Mapping[str, Node] = field(default_factory=dict)
    """What its entry says beside the prompt; it stands in place of what the case says under the same key."""
    expected: tuple[tuple[str, ...], ...] = ()
    """By mask, where a file names expected words."""
    group: tuple[str, ...] = ()
    """Prompts of one group are variants of each other."""
    file: str | None = None
    """Where it stands, if not in the suite."""


def read_prompt_text(node: Node) -> Iterator[Variant]:
    """`prompt:` one text."""
    yield Variant(node.line, read_text(node, "prompt"))


def read_list(node: Node) -> Iterator[Variant]:
    """`prompts:` a list of texts, or of tables with a prompt and what is expected of it."""
    if not isinstance(node, Listing):
        raise SuiteProblem(node.line, f"prompts is {what_it_is(node)}. Write a list, a prompt on each line after a dash.")
    if not node.items:
        raise SuiteProblem(node.line, "prompts is an empty list. Write a prompt on each line after a dash.")
    for each in node.items:
        if isinstance(each, Fields):
            if "prompt" not in each.values:
                raise SuiteProblem(each.line, "An entry of prompts has no prompt. Write prompt: and a sentence with [MASK].")
            text = read_text(each.values["prompt"], "prompt")
            yield Variant(each.line, text, {key: value for key, value in each.values.items() if key != "prompt"})
        else:
            yield Variant(each.line, read_text(each, "A value of prompts"))


def read_templates(node: Node, words: Node | None, over: Node | None) -> Iterator[Variant]:
    """`template:` one or several texts with slots, `words:` what fills them, `over:` the slots whose words make variants."""
    templates = []
    for line, text in _template_texts(node):
        try:
            templates.append(read_template(text, line))
        except PipelineError as error:
            raise SuiteProblem(line, str(error)) from error
    lists = {} if words is None else _word_lists(words, templates)
    varied = _varied(over, templates)
    try:
        count = count_prompts(templates, lists)
    except PipelineError as error:
        raise SuiteProblem(node.line if words is None else words.line, str(error)) from error
    if count > MOST_PROMPTS:
        raise SuiteProblem(
            node.line, f"The template makes {count:,} prompts; a suite has at most {MOST_PROMPTS:,}. Use fewer words."
        )
    for filled in fill_templates(templates, lists):
        fixed = (filled.template.text, *(f"{slot}={word}" for slot, word in filled.words.items() if slot not in varied))
        yield Variant(node.line, filled.text, group=fixed if over is not None else ())


def read_file(node: Node, tag: Node | None, template: Node | None, folder: Path) -> Iterator[Variant]:
    """`file:` a table or list of prompts, read as a batch reads it, or a probe set that is known by its columns.

    Every row must be fit to be asked. `tag:` leaves the rows of that tag. With `template:` the columns fill the slots of one or
    several texts, and those of one row are variants of each other.
    """
    name = read_text(node, "file")
    wanted = None if tag is None else read_text(tag, "tag")
    texts = None if template is None else "\n".join(" ".join(text.split()) for _, text in _template_texts(template))
    spoiled: list[Problem] = []
    found: list[FilePrompt] = []
    tags: dict[str, None] = {}
    try:
        with open_prompts(folder / name, templates=texts) as prompts:
            for each in prompts:
                if isinstance(each, Problem):
                    spoiled.append(each)
                    continue
                if each.tag is not None:
                    tags[each.tag] = None
                if wanted is None or each.tag == wanted:
                    found.append(each)
                if len(found) > MOST_PROMPTS:
                    break
    except PipelineError as error:
        raise SuiteProblem(node.line, str(error)) from error
    if len(found) > MOST_PROMPTS:
        raise SuiteProblem(node.line, f"The file {name} gives over {MOST_PROMPTS:,} prompts, the most of a suite. Split it.")
    if spoiled:
        told = " ".join(f"Line {each.line}: {each.reason}" for each in spoiled[:_TOLD])
        more = f" And {len(spoiled) - _TOLD:,} more." if len(spoiled) > _TOLD else ""
        rows = "A row" if len(spoiled) == 1 else f"{len(spoiled):,} rows"
        raise SuiteProblem(node.line, f"{rows} of {name} cannot be asked. {told}{more}")
    if not found and wanted is not None:
        known = did_you_mean(wanted, list(tags)[:_TAGS], "It has the tags") if tags else "It has no tags."
        raise SuiteProblem(node.line, f"The file {name} holds no prompt with the tag {short(wanted)}. {known}")
    if not found:
        raise SuiteProblem(node.line, f"The file {name} holds no prompt.")
    for each in found:
        yield Variant(each.line, each.text, expected=each.expected, group=() if texts is None else (str(each.line),), file=name)


def _template_texts(node: Node) -> tuple[tuple[int, str], ...]:
    """One text, or a list of them; a `|` in a sentence is a part of it."""
    texts = node.items if isinstance(node, Listing) else (node,)
    return tuple((each.line, read_text(each, "template")) for each in texts)


def _word_lists(node: Node, templates: list[Template]) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(node, Fields):
        raise SuiteProblem(node.line, f"words is {what_it_is(node)}. Write a list for each slot, such as group: [man, woman].")
    slots = dict.fromkeys(slot for template in templates for slot in template.slots)
    for name in node.values:
        if name not in slots:
            known = f"It has {', '.join(slots)}." if slots else "It has none: write a slot as {group}."
            raise SuiteProblem(node.lines[name], f"The template has no slot {short(name)}. {known}")
    return {
        slot: tuple(dict.fromkeys(text for _, text in read_texts(value, f"words of {slot}")))
        for slot, value in node.values.items()
    }


def _varied(over: Node | None, templates: list[Template]) -> frozenset[str]:
    if over is None:
        return frozenset()
    slots = [slot for template in templates for slot in template.slots]
    found = read_texts(over, "over")
    for line, slot in found:
        if slot not in slots:
            raise SuiteProblem(
                line, f"The template has no slot {short(slot)} to go over. It has {', '.join(dict.fromkeys(slots))}."
            )
    return frozenset(slot for _, slot in found)
