"""Rows -> prompts to ask: which column is what, and the probe sets that are recognised by their columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from pipelines.errors import PipelineError
from pipelines.prompt_files.kinds import UnreadableFile
from pipelines.prompt_files.lines import Problem, shown
from pipelines.prompt_files.tables import Row, Table
from pipelines.prompts import read_candidates, read_prompt
from storage.records import MASK

MEANINGS = MappingProxyType(
    {
        "prompt": ("prompt", "text", "sentence", "input", "query", "masked_sentence", "cloze"),
        "expected": ("expected", "gold", "answer", "target", "label", "obj_label"),
        "candidates": ("candidates", "choices", "options", "words"),
        "tag": ("tag", "group", "category", "relation"),
    }
)
"""What a prompt can have, and the names of columns that are taken for it, the first that is there."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a table is what. A name of the table, or None where there is none."""

    prompt: str
    expected: str | None = None
    candidates: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class FilePrompt:
    """One prompt of a file, read and found fit to be asked."""

    line: int
    """On which it stands, from 1."""
    text: str
    """In the canonical spelling."""
    expected: tuple[tuple[str, ...], ...] = ()
    """For each mask, from the first, the words held to be right there."""
    candidates: tuple[str, ...] = ()
    """Words to score at every mask."""
    tag: str | None = None


def guess_columns(names: tuple[str, ...]) -> Columns:
    """Which column is what, by its name in any case. Raises `UnreadableFile` where none looks like the prompt."""
    by_name = {name.strip().lower(): name for name in reversed(names)}
    found = {what: next((by_name[name] for name in known if name in by_name), None) for what, known in MEANINGS.items()}
    prompt = found.pop("prompt")
    if prompt is None:
        listed = ", ".join(shown(name) for name in names[:12])
        raise UnreadableFile(
            f"None of the columns ({listed}) is called prompt. Name one of them prompt, or say which one it is."
        )
    return Columns(prompt, **{what: None if name == prompt else name for what, name in found.items()})


def read_prompts(table: Table, columns: Columns) -> Iterator[FilePrompt | Problem]:
    """Each row as a prompt, or why it cannot be asked.

    Expected words are written as everywhere: alternatives with `|`, masks with `;`. Candidates and choices with `|`.
    Raises `UnreadableFile` where the table lacks a column that `columns` names.
    """
    places = {}
    for what in MEANINGS:
        name = getattr(columns, what)
        if name is None:
            continue
        if name not in table.columns:
            raise UnreadableFile(
                f"The file has no column {shown(name)}. Choose one of {', '.join(map(shown, table.columns[:12]))}."
            )
        places[what] = table.columns.index(name)
    for row in table.rows:
        yield row if isinstance(row, Problem) else _prompt(row, {what: row.cells[place] for what, place in places.items()})


def _prompt(row: Row, cells: Mapping[str, str]) -> FilePrompt | Problem:
    words = tuple(word.strip() for word in cells.get("candidates", "").split("|") if word.strip())
    found = FilePrompt(
        row.line, cells["prompt"], _expected(cells.get("expected", "")), words, cells.get("tag", "").strip() or None
    )
    return checked(found)


def checked(given: FilePrompt) -> FilePrompt | Problem:
    """The same in canonical spelling, or why it cannot be asked."""
    try:
        prompt = read_prompt(given.text)
        if len(given.expected) > prompt.mask_count:
            raise PipelineError(
                f"Expected words are given for {len(given.expected)} masks, but the prompt has {prompt.mask_count}. "
                "Separate masks with ; and alternatives for one mask with |."
            )
        expected = tuple(read_candidates(alternatives) for alternatives in given.expected)
        return replace(given, text=prompt.text, expected=expected, candidates=read_candidates(given.candidates))
    except PipelineError as error:
        return Problem(given.line, shown(given.text), str(error))


def _expected(text: str) -> tuple[tuple[str, ...], ...]:
    if not text.strip():
        return ()
    return tuple(tuple(word.strip() for word in part.split("|") if word.strip()) for part in text.split(";"))


@dataclass(frozen=True, slots=True)
class ProbeSet:
    """A published set of probes whose columns say how its prompts are made."""

    name: str
    source: str
    columns: frozenset[str]
    """A table that has them all is taken for this set."""
    prompts: Callable[[int, Mapping[str, str]], tuple[FilePrompt, ...]]
    """Line and cells by column -> the prompts of a row, not yet checked."""


def recognise(columns: tuple[str, ...]) -> ProbeSet | None:
    """The probe set that a table with these columns is, if it is one."""
    return next((each for each in PROBE_SETS if each.columns <= set(columns)), None)


def read_probes(table: Table, probes: ProbeSet) -> Iterator[FilePrompt | Problem]:
    """The prompts of a table that `recognise` took for a probe set; a row may give two, such as affirmed and negated."""
    for row in table.rows:
        if isinstance(row, Problem):
            yield row
            continue
        try:
            found = probes.prompts(row.line, dict(zip(table.columns, row.cells, strict=True)))
        except (ValueError, KeyError, TypeError, IndexError) as error:
            yield Problem(
                row.line,
                shown(" ".join(row.cells)),
                f"The row is not one of {probes.name} ({error}). Compare it with its neighbours.",
            )
            continue
        yield from map(checked, found)


def _role(line: int, row: Mapping[str, str]) -> tuple[FilePrompt, ...]:
    # An expected answer of two words, such as "worked for", cannot be said in one mask; it is left out where another remains.
    words = tuple(word.strip() for word in row["expected"].split("|"))
    single = tuple(word for word in words if " " not in word)
    return (FilePrompt(line, f"{row['context'].strip()} {MASK}.", (single or words,), tag="ROLE-88"),)


def _cprag(line: int, row: Mapping[str, str]) -> tuple[FilePrompt, ...]:
    words = (row["expected"], row["within_category"], row["between_category"])
    text = f"{row['context_s1'].strip()} {row['context_s2'].strip()} {MASK}."
    return (FilePrompt(line, text, ((row["expected"],),), tuple(dict.fromkeys(words)), "CPRAG-102"),)


def _negated(line: int, row: Mapping[str, str]) -> tuple[FilePrompt, ...]:
    """Affirmed and negated. The article before the blank is that of the word which is true there."""
    words = (row["target_aff"].strip(), row["target_neg"].strip())
    return tuple(
        FilePrompt(
            line,
            f"{row[column].strip().replace('(a|an)', 'an' if true[:1] in tuple('aeiou') else 'a')} {MASK}.",
            ((true,),),
            words,
            f"NEG-136 {name}",
        )
        for column, true, name in (("context_aff", words[0], "affirmative"), ("context_neg", words[1], "negated"))
    )


def _olmpics(line: int, row: Mapping[str, str]) -> tuple[FilePrompt, ...]:
    question: Any = json.loads(row["question"])
    choices = {str(each["label"]): str(each["text"]) for each in question["choices"]}
    return (FilePrompt(line, str(question["stem"]), ((choices[row["answerKey"]],),), tuple(choices.values()), "oLMpics"),)


PROBE_SETS = (
    ProbeSet(
        "CPRAG-102",
        "Ettinger 2020",
        frozenset({"context_s1", "context_s2", "expected", "within_category", "between_category"}),
        _cprag,
    ),
    ProbeSet("NEG-136", "Ettinger 2020", frozenset({"context_aff", "context_neg", "target_aff", "target_neg"}), _negated),
    ProbeSet("ROLE-88", "Ettinger 2020", frozenset({"context", "expected", "exp_cloze"}), _role),
    ProbeSet("oLMpics", "Talmor et al. 2020", frozenset({"question", "answerKey"}), _olmpics),
)
"""ParaRel comes as patterns and pairs, two files: templates and their words, see `pipelines.prompt_files.templates`."""
