"""A file of cases -> a suite that can be checked, or every problem in it with its line. No model is needed for that."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.ask import MAX_TOP_K
from pipelines.check.cases import ROW_KEYS, Case, check_keys, read_case, read_checkpoints
from pipelines.check.nodes import Fields, Listing, Node, Scalar, read_yaml, what_it_is
from pipelines.check.problems import CheckError, SuiteProblem, UnusableSuite
from pipelines.check.sources import MOST_PROMPTS
from pipelines.check.values import read_whole
from pipelines.prompt_files import FileKind, Problem
from pipelines.prompt_files.kinds import HEAD, kind_of
from pipelines.prompt_files.tables import read_table
from storage.spelling import short, unprintable

MOST_BYTES = 5_000_000
"""Of a suite; long lists of prompts stand in files of their own."""
_YAML = (".yaml", ".yml")
_SUITE_KEYS = ("top_k", "checkpoints", "cases")
TOP_K = 5
"""How many predictions count where nobody says."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases that are checked together."""

    name: str
    """Of its file."""
    sha256: str
    """Of its file."""
    cases: tuple[Case, ...]
    checkpoints: tuple[str, ...] = ()
    """Of the cases that name none; none where the default ones are meant."""
    top_k: int = TOP_K


def read_suite(path: Path) -> Suite:
    """The suite of a YAML file or a table of cases.

    Raises `UnusableSuite` with every problem and its line, `CheckError` or `UnreadableFile` where the file is no suite.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CheckError(f"The suite {path} cannot be read: {(error.strerror or str(error)).lower()}.") from error
    if len(content) > MOST_BYTES:
        raise CheckError(
            f"The suite {path} has over {MOST_BYTES // 1_000_000} MB. Keep long lists of prompts in a CSV, named by file."
        )
    kind = kind_of(path.name, content[:HEAD])
    problems: list[SuiteProblem] = []
    if path.suffix.lower() in _YAML:
        suite = _from_yaml(content, path, problems)
    elif kind is FileKind.TXT:
        raise CheckError(f"The name {path.name} does not say what kind of suite it is. End it on .yaml or .csv.")
    else:
        suite = Suite(path.name, "", tuple(_from_table(content, kind, path, problems)))
    cases = _named_apart(suite.cases, problems)
    if problems:
        raise UnusableSuite(path.name, sorted(problems, key=lambda each: each.line))
    if not cases:
        raise CheckError(f"The suite {path.name} holds no case. Write one: a prompt, and what is expected.")
    if (count := sum(len(each.prompts) for each in cases)) > MOST_PROMPTS:
        raise CheckError(
            f"The suite {path.name} has {count:,} prompts; at most {MOST_PROMPTS:,} are checked at once. Split it."
        )
    return replace(suite, cases=cases, sha256=hashlib.sha256(content).hexdigest())


def _from_yaml(content: bytes, path: Path, problems: list[SuiteProblem]) -> Suite:
    """The cases that can be read; what is wrong with the others is among the problems."""
    empty = Suite(path.name, "", ())
    try:
        root = read_yaml(_decoded(content))
        if root is None:
            return empty
        if isinstance(root, Listing):  # a suite without anything to say about all of its cases
            root = Fields(root.line, {"cases": root}, {"cases": root.line})
        if not isinstance(root, Fields):
            raise SuiteProblem(root.line, f"The suite is {what_it_is(root)}. Write cases: and a case after each dash.")
    except SuiteProblem as problem:
        problems.append(problem)
        return empty
    found: list[Case | None] = []
    checkpoints: tuple[str, ...] = ()
    top_k = TOP_K
    try:
        check_keys(root, _SUITE_KEYS, "a suite")
        if "checkpoints" in root.values:
            checkpoints = read_checkpoints(root.values["checkpoints"])
        if "top_k" in root.values:
            top_k = read_whole(root.values["top_k"], "top_k", MAX_TOP_K)
    except SuiteProblem as problem:
        problems.append(problem)
    cases = root.values.get("cases")
    if isinstance(cases, Listing):
        found = [read_case(each, path.parent, problems) for each in cases.items]
    elif cases is not None:
        problems.append(SuiteProblem(cases.line, f"cases is {what_it_is(cases)}. Write a list, a case after each dash."))
    return replace(empty, cases=tuple(filter(None, found)), checkpoints=checkpoints, top_k=top_k)


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SuiteProblem(
            line, f"The line is not in UTF-8 (byte 0x{content[error.start]:02X}). Save the file in UTF-8."
        ) from error
    for number, line_text in enumerate(text.split("\n"), start=1):
        if (problem := unprintable(line_text)) is not None:
            raise SuiteProblem(number, f"The line {problem}")
    return text


def _from_table(content: bytes, kind: FileKind, path: Path, problems: list[SuiteProblem]) -> Iterator[Case]:
    """A case for each row. A cell says what the value of its column's key would say in YAML; an empty one says nothing."""
    table = read_table(io.BytesIO(content), kind, path.name)
    columns = tuple(column.strip() for column in table.columns)
    try:
        check_keys(Fields(1, {}, dict.fromkeys(columns, 1)), ROW_KEYS, "a row")
    except SuiteProblem as problem:
        problems.append(problem)
        return
    for row in table.rows:
        if isinstance(row, Problem):
            problems.append(SuiteProblem(row.line, row.reason))
            continue
        cells: dict[str, Node] = {
            key: Scalar(row.line, cell) for key, cell in zip(columns, row.cells, strict=True) if cell.strip()
        }
        fields = Fields(row.line, cells, dict.fromkeys(cells, row.line))
        if cells and (case := read_case(fields, path.parent, problems, ROW_KEYS)) is not None:
            yield case


def _named_apart(cases: tuple[Case, ...], problems: list[SuiteProblem]) -> tuple[Case, ...]:
    """Each case with a name of its own: one that came from a prompt gets a number, one given twice is a problem."""
    first: dict[str, Case] = {}
    for case in cases:
        if case.is_named and case.name in first and first[case.name].is_named:
            line = first[case.name].line
            problems.append(SuiteProblem(case.line, f"The name {short(case.name)} is taken by the case on line {line}."))
        if case.name not in first or case.is_named:
            first[case.name] = case
    taken = {case.name for case in cases if case.is_named}
    named = []
    for case in cases:
        name, number = case.name, 1
        while not case.is_named and name in taken:
            number += 1
            name = f"{case.name} ({number})"
        taken.add(name)
        named.append(replace(case, name=name))
    return tuple(named)
