"""YAML -> texts, lists and tables that know their lines. Every value is the text that a person wrote.

`yaml.safe_load` would read `no` as False, `1e3` as a text and 1984 as a number, keep the last of two equal keys, and follow
aliases until the memory is full. Here the events of PyYAML's safe parser are read: nothing is constructed and nothing is
guessed, so that `expected: no` is the word "no", and each key says later what it wants. Aliases, tags and deep nesting have no
use in a suite and are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from pipelines.check.problems import SuiteProblem
from storage.spelling import short

DEEPEST = 8
"""Lists and tables inside each other; a suite needs six."""

# libyaml, where PyYAML was built with it, reads 1.4 MB in 0.3 s; PyYAML's own parser takes ten times that.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_QUOTES = "Put a text that begins with a sign, such as [MASK], or that holds ': ' or ' #', in quotes."


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value."""

    line: int
    """From 1."""
    text: str
    """As it is written, without the quotes around it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Several values."""

    line: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """Values with their keys."""

    line: int
    values: Mapping[str, Node]
    lines: Mapping[str, int]
    """On which each key stands."""


Node = Scalar | Listing | Fields


@dataclass(slots=True)
class _Open:
    """A list or a table that is not at its end yet."""

    line: int
    is_table: bool
    items: list[Node]
    """Of a table the keys and values in turn."""

    def closed(self) -> Node:
        if not self.is_table:
            return Listing(self.line, tuple(self.items))
        values: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for key, value in zip(self.items[::2], self.items[1::2], strict=True):
            if not isinstance(key, Scalar):
                raise SuiteProblem(key.line, f"A key is {what_it_is(key)}. {_QUOTES}")
            if key.text in values:
                raise SuiteProblem(
                    key.line, f"The key {short(key.text)} stands twice, first on line {lines[key.text]}. Remove one of them."
                )
            values[key.text] = value
            lines[key.text] = key.line
        return Fields(self.line, values, lines)


def read_yaml(text: str) -> Node | None:
    """The one document of a YAML text; None where it holds nothing. Raises `SuiteProblem` at the first thing amiss."""
    root: list[Node] = []
    opened: list[_Open] = []
    documents = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            line = 1 if event.start_mark is None else event.start_mark.line + 1
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise SuiteProblem(line, "A second document begins here (---). A suite is one document: join them.")
            elif isinstance(event, yaml.NodeEvent):
                _check(event, line, len(opened))
                if isinstance(event, yaml.ScalarEvent):
                    _add(Scalar(line, event.value), opened, root)
                else:
                    opened.append(_Open(line, isinstance(event, yaml.MappingStartEvent), []))
            elif isinstance(event, yaml.CollectionEndEvent):
                _add(opened.pop().closed(), opened, root)
    except yaml.MarkedYAMLError as error:
        raise _no_yaml(error, text) from error
    return root[0] if root else None


def _add(node: Node, opened: list[_Open], root: list[Node]) -> None:
    (opened[-1].items if opened else root).append(node)


def _check(event: yaml.NodeEvent, line: int, depth: int) -> None:
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        sign = f"{'*' if isinstance(event, yaml.AliasEvent) else '&'}{(event.anchor or '')[:40]}"
        raise SuiteProblem(
            line, f"Anchors and aliases ({sign}) are not read. Write it out, and put a text that begins with * or & in quotes."
        )
    if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
        raise SuiteProblem(line, f"Tags ({event.tag[:60]}) are not read. Put a text that begins with ! in quotes.")
    if depth >= DEEPEST:
        raise SuiteProblem(line, f"Lists and tables are nested over {DEEPEST} deep here. {_QUOTES}")


def _no_yaml(error: yaml.MarkedYAMLError, text: str) -> SuiteProblem:
    """What the parser stumbled over. A quote without an end is told where it begins."""
    problem = " ".join((error.problem or "it cannot be read").split())
    if "nesting" in problem:
        problem = "lists and tables are nested too deep"
    mark = error.context_mark if "quoted scalar" in (error.context or "") else error.problem_mark
    line = 1 if mark is None else mark.line + 1
    lines = text.split("\n")
    there = lines[line - 1] if line <= len(lines) else ""
    indent = there[: len(there) - len(there.lstrip())]
    hint = "Indent with spaces, not with tabs." if "\t" in indent else _QUOTES
    return SuiteProblem(line, f"This is no YAML: {problem}. {hint}")


def what_it_is(node: Node) -> str:
    """The kind of a value, for a sentence."""
    if isinstance(node, Scalar):
        return short(node.text) if node.text else "empty"
    return "a list" if isinstance(node, Listing) else "a table"
