"""What was asked and answered: one function per question, its statement in `storage/sql`."""

from __future__ import annotations

import unicodedata
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from storage.comparison import comparison
from storage.database import Database, Row
from storage.drift import Drift, drifts
from storage.questions import question
from storage.records import Checkpoint
from storage.selection import Selection, parameters
from storage.spelling import spell_part

__all__ = [
    "CheckpointUse",
    "Counts",
    "Drift",
    "Latency",
    "RunPage",
    "RunSummary",
    "checkpoints",
    "comparison",
    "counts",
    "drifts",
    "latency",
    "prompt_ids_of",
    "recent_runs",
    "run_summary",
]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One line of the history."""

    run_id: str
    kind: str
    label: str | None
    author: str | None
    started_at: datetime
    """UTC, with its zone."""
    status: str
    prompt_count: int
    """Distinct prompts that were answered."""
    answer_count: int
    """Answers asked for, reused ones included."""
    refused_count: int
    first_problem: str | None
    """Why the first refused prompt was refused; None where none was."""
    first_text: str
    """The first prompt; of a run without answers the first refused text; empty where there is neither."""
    checkpoints: tuple[str, ...]
    """Names, in the order in which they were asked."""
    top_words: tuple[tuple[str, str], ...]
    """Name of the checkpoint and the word it puts first, at the first mask of the first prompt."""


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some of the runs that match, newest first."""

    rows: tuple[RunSummary, ...]
    n: int
    """How many runs match in all."""
    truncated: bool
    """Whether older runs follow these."""


@dataclass(frozen=True, slots=True)
class CheckpointUse:
    """A checkpoint, and how much it has been used."""

    checkpoint: Checkpoint
    first_used_at: datetime
    """UTC, with its zone."""
    answer_count: int


@dataclass(frozen=True, slots=True)
class Latency:
    """How long a checkpoint takes to answer a prompt when a model runs and no words are scored beside it."""

    checkpoint: Checkpoint
    median_ms: float
    n: int
    """Prompts, however many masks each has."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is in the log."""

    prompts: int
    answers: int
    asks: int
    runs: int
    predictions: int
    refused: int


def recent_runs(
    database: Database,
    *,
    search: str | None = None,
    whole_words: bool = False,
    starred: bool = False,
    selection: Selection | None = None,
    limit: int = 50,
    offset: int = 0,
) -> RunPage:
    """Runs, newest first; with `search` those whose prompts, refused texts, label, author, tags or notes contain it.

    `search` is a piece of text and no pattern: `%` and `_` stand for themselves, and upper and lower case are the same. It is
    spelled as prompts are, and so is what it is looked for in: a curly quote finds a straight one, `___` finds `[MASK]`. With
    `whole_words` it must begin and end where words do: `art` finds "Art is long" and no "part". With `starred`, only runs that
    somebody starred, or that asked a starred prompt. With a `selection` that leaves anything out, only runs with an ask or a
    refused prompt that passes it; a refused prompt was asked of no checkpoint.
    """
    chosen = Selection() if selection is None else selection
    wanted = {name: value for name, value in parameters(chosen).items() if name != "counting"}
    filtered = any(value is not None for value in wanted.values())
    spelled = spell_part(search or "") or None
    wanted |= {"search": spelled, "pattern": whole_words_pattern(spelled) if whole_words else None, "starred": starred}
    wanted |= {"filtered": filtered, "limit": max(limit, 0), "offset": max(offset, 0)}
    found = database.rows(question("recent_runs"), wanted)
    n: int = found[0][0]
    rows = _summaries(database, [row[1:] for row in found if row[1] is not None])
    return RunPage(rows, n, truncated=max(offset, 0) + len(rows) < n)


def run_summary(database: Database, run_id: str) -> RunSummary | None:
    """One run as the list shows it, without reading its answers; None where there is no run of that name."""
    try:
        key = str(uuid.UUID(run_id))
    except ValueError:
        return None
    rows = database.rows(question("run"), {"run_id": key})
    page = [(key, kind, label, author, started_at, status) for kind, started_at, _, status, label, author, *_ in rows]
    return next(iter(_summaries(database, page)), None)


def _summaries(database: Database, page: Sequence[Row]) -> tuple[RunSummary, ...]:
    """From rows of run_id, kind, label, author, started_at, status."""
    runs = {"runs": [row[0] for row in page]}
    counts = {row[0]: row[1:] for row in database.rows(question("run_counts"), runs)} if page else {}
    openings = database.rows(question("run_first_answers"), runs) if page else []
    names = database.rows(question("run_checkpoints"), runs) if page else []
    checkpoints = {run_id: tuple(name for _, name in group) for run_id, group in groupby(names, lambda row: row[0])}
    texts = {run_id: text for run_id, text, _, _ in reversed(openings)}
    words: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for run_id, _, name, word in openings:
        if word is not None:
            words[run_id].append((name, word))
    rows = []
    for run_id, kind, label, author, started_at, status in page:
        prompts, answers, refused, first_refused, first_problem = counts[run_id]
        rows.append(
            RunSummary(
                run_id=run_id,
                kind=kind,
                label=label,
                author=author,
                started_at=started_at.replace(tzinfo=UTC),
                status=status,
                prompt_count=prompts,
                answer_count=answers,
                refused_count=refused,
                first_problem=first_problem,
                first_text=texts.get(run_id) or first_refused or "",
                checkpoints=checkpoints.get(run_id, ()),
                top_words=tuple(words[run_id]),
            )
        )
    return tuple(rows)


def whole_words_pattern(text: str | None) -> str | None:
    """The text as a pattern of RE2, at whose ends no word goes on; an end that is no letter or digit may stand anywhere."""
    if text is None:
        return None
    before = r"(?:^|[^\pL\pM\pN_])" if _in_word(text[0]) else ""
    after = r"(?:$|[^\pL\pM\pN_])" if _in_word(text[-1]) else ""
    return before + "".join(rf"\x{{{ord(each):x}}}" for each in text.lower()) + after


def _in_word(character: str) -> bool:
    return character == "_" or unicodedata.category(character)[0] in "LMN"


def prompt_ids_of(database: Database, run_id: str) -> dict[str, int]:
    """The keys of the prompts of a run, by text, in the order in which they were asked; empty where there is no such run."""
    try:
        key = str(uuid.UUID(run_id))
    except ValueError:
        return {}
    return dict(database.rows(question("run_prompts"), {"run_id": key}))


def checkpoints(database: Database) -> tuple[CheckpointUse, ...]:
    """Every checkpoint that has answered into this log."""
    answers: dict[int, int] = dict(database.rows(question("answer_counts")))
    return tuple(
        CheckpointUse(Checkpoint(*row[1:9]), row[9].replace(tzinfo=UTC), answers.get(row[0], 0))
        for row in database.rows(question("checkpoints"))
    )


def latency(database: Database) -> tuple[Latency, ...]:
    """Median time to a fresh answer, per checkpoint, in milliseconds."""
    known = {row[0]: Checkpoint(*row[1:9]) for row in database.rows(question("checkpoints"))}
    return tuple(Latency(known[key], median, n) for key, median, n in database.rows(question("latency")))


def counts(database: Database) -> Counts:
    """How much is in the log."""
    (row,) = database.rows(question("counts"))
    return Counts(*row)
