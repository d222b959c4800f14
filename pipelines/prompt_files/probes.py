"""Published sets of probes, told by their columns: how each row of them becomes prompts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.prompt_files.columns import TEMPLATE_NAMES, listed
from pipelines.prompt_files.errors import Half, OtherHalfWanted
from pipelines.prompt_files.lines import Problem, shown
from pipelines.prompt_files.prompts import FilePrompt, checked
from pipelines.prompt_files.tables import Table
from storage.records import MASK

_TASK = re.compile(r"olmpics_([a-z_]+?)(?:_(?:dev|train|test))?\.", re.IGNORECASE)
_RELATION = re.compile(r"(?<![A-Za-z0-9])P[0-9]{1,6}(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class ProbeSet:
    """A published set of probes whose columns say how its prompts are made."""

    name: str
    source: str
    """The paper it was published with."""
    columns: frozenset[str]
    """A table that has them all is taken for this set."""
    prompts: Callable[[int, Mapping[str, str], str], tuple[FilePrompt, ...]]
    """Line, cells by column and the name of the set or of its part -> the prompts of a row, not yet checked."""


def recognise(columns: Sequence[str]) -> ProbeSet | None:
    """The probe set that a table with these columns is, if it is one. A table with a column `prompt` is a person's own."""
    if "prompt" in {column.strip().lower() for column in columns}:
        return None
    return next((each for each in PROBE_SETS if each.columns <= set(columns)), None)


def need_other_half(name: str, columns: Sequence[str]) -> None:
    """Raise `OtherHalfWanted` where a table with these columns is the patterns or the pairs of ParaRel, or of one's own."""
    if {"sub_label", "obj_label"} <= set(columns):
        raise OtherHalfWanted(
            f"The file {name} holds the pairs of ParaRel (sub_label and obj_label), which fill patterns. Bring the patterns of "
            "the same relation too: the file in graphs_json, or sentences with [X] and [Y], one on a line.",
            Half.PATTERNS,
        )
    if any(column.strip().lower() in TEMPLATE_NAMES for column in columns):
        raise OtherHalfWanted(
            f"The file {name} holds templates ({listed(columns)}), whose slots want words. Bring the pairs too: of ParaRel the "
            "file of the same relation in trex_lms_vocab, else a table with a column for each slot, or lists of words.",
            Half.PAIRS,
        )


def relation_of(*names: str) -> str | None:
    """The relation that the first of these file names holds, such as P101."""
    return next((found[0] for name in names if (found := _RELATION.search(name))), None)


def read_probes(table: Table, probes: ProbeSet, name: str = "") -> Iterator[FilePrompt | Problem]:
    """The prompts of a table that `recognise` took for a probe set; a row may give two, such as affirmed and negated.

    Their tag is the set and the part of it, by which its authors report it: of oLMpics the task, which only the name of the
    file says; of NEG-136 the file and whether the sentence is negated.
    """
    part = probes.name
    if task := _TASK.match(name):
        part = f"{part} {task[1].replace('_', ' ').lower()}"
    for row in table.rows:
        if isinstance(row, Problem):
            yield row
            continue
        try:
            found = probes.prompts(row.line, dict(zip(table.columns, row.cells, strict=True)), part)
        except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
            reason = f"The row is not one of {probes.name} ({shown(str(error))}). Compare it with its neighbours."
            yield Problem(row.line, shown(" ".join(row.cells)), reason)
            continue
        yield from map(checked, found)


def _role(line: int, row: Mapping[str, str], part: str) -> tuple[FilePrompt, ...]:
    # An expected answer of two words, such as "worked for", cannot be said in one mask; it is left out where another remains.
    words = tuple(word.strip() for word in row["expected"].split("|"))
    single = tuple(word for word in words if " " not in word)
    return (FilePrompt(line, f"{row['context'].strip()} {MASK}.", (single or words,), tag=part),)


def _cprag(line: int, row: Mapping[str, str], part: str) -> tuple[FilePrompt, ...]:
    words = (row["expected"], row["within_category"], row["between_category"])
    text = f"{row['context_s1'].strip()} {row['context_s2'].strip()} {MASK}."
    return (FilePrompt(line, text, ((row["expected"],),), tuple(dict.fromkeys(words)), part),)


def _negated(line: int, row: Mapping[str, str], part: str) -> tuple[FilePrompt, ...]:
    """Affirmed and negated. The article before the blank is that of the word which is true there."""
    words = (row["target_aff"].strip(), row["target_neg"].strip())
    file = "NAT" if "licensing" in row else "SIMP"
    return tuple(
        FilePrompt(
            line,
            f"{row[column].strip().replace('(a|an)', 'an' if true[:1] in tuple('aeiou') else 'a')} {MASK}.",
            ((true,),),
            words,
            f"{part} {file} {name}",
        )
        for column, true, name in (("context_aff", words[0], "affirmative"), ("context_neg", words[1], "negated"))
    )


def _olmpics(line: int, row: Mapping[str, str], part: str) -> tuple[FilePrompt, ...]:
    question: Any = json.loads(row["question"])
    choices = {str(each["label"]): str(each["text"]) for each in question["choices"]}
    return (FilePrompt(line, str(question["stem"]), ((choices[row["answerKey"]],),), tuple(choices.values()), part),)


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
"""ParaRel (Elazar et al. 2021) comes as patterns and pairs, two files: see `pipelines.prompt_files.filling`."""
