"""The tables of a batch: what a file holds and what is wrong with it, and the answers by tag. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa

from dashboard.estimates import estimate
from pipelines.prompt_files import FilePrompt, Problem
from pipelines.prompts import printable
from storage.records import Refused

if TYPE_CHECKING:
    from dashboard.brought import Brought
    from pipelines.batch.by_tag import ByTag

MOST_CHARACTERS = 500
"""Of a prompt in a table; the run itself shows it whole."""
MOST_PROBLEMS = 100_000
"""Problems in a file to download; a file may hold millions."""

_PROMPTS = pa.schema(
    {"line": pa.int64(), "prompt": pa.string(), "expected": pa.string(), "candidates": pa.string(), "tag": pa.string()}
)
_PROBLEMS = pa.schema({"line": pa.int64(), "problem": pa.string(), "text": pa.string()})


def prompts_table(prompts: Sequence[FilePrompt]) -> pa.Table:
    """Prompts as they will be asked; expected words and candidates as they are written in a file."""
    rows = [
        {
            "line": each.line,
            "prompt": _shortened(each.text),
            "expected": _shortened("; ".join(" | ".join(words) for words in each.expected)),
            "candidates": _shortened(" | ".join(each.candidates)),
            "tag": each.tag or "",
        }
        for each in prompts
    ]
    return pa.Table.from_pylist(rows, schema=_PROMPTS)


def columns_of(table: pa.Table) -> tuple[str, ...]:
    """Those that hold something in any row."""
    return tuple(
        name for name in table.column_names if any(value not in ("", None) for value in table.column(name).to_pylist())
    )


def problems_table(problems: Iterable[Problem]) -> pa.Table:
    """Lines that cannot be asked, with the reason."""
    rows = [{"line": each.line, "problem": each.reason, "text": printable(each.text)} for each in problems]
    return pa.Table.from_pylist(rows, schema=_PROBLEMS)


def all_problems(brought: Brought) -> pa.Table:
    """Every problem of what was brought, read once more; at most `MOST_PROBLEMS`."""
    with brought.open() as prompts:
        return problems_table(islice((each for each in prompts if isinstance(each, Problem)), MOST_PROBLEMS))


def refused_table(rows: Sequence[Refused]) -> pa.Table:
    """The same of a batch that was begun."""
    return problems_table(Problem(each.row_number, each.text, each.problem) for each in rows)


def tags_table(found: ByTag) -> pa.Table:
    """A row for each tag: how many prompts, how alike the lists are, then a column for each checkpoint: how often it is right.

    Without these columns where no expected word is known.
    """
    known = any(interval is not None for row in found.rows for interval in row.accuracy)
    columns: dict[str, list[object]] = {
        "tag": [row.tag for row in found.rows],
        "n": [row.n for row in found.rows],
        "agreement": [estimate(row.agreement, of=row.n) for row in found.rows],
    }
    if known:
        for place, each in enumerate(found.checkpoints):
            told = [estimate(row.accuracy[place], as_share=True, of=row.n) for row in found.rows]
            columns[f"accuracy, {printable(each.label)}"] = list(told)
    return pa.Table.from_pydict(columns)


def _shortened(text: str) -> str:
    text = printable(text)
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
