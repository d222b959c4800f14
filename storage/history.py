"""What was asked and answered: one function per question, its statement in `storage/sql`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from storage.comparison import comparison
from storage.database import Database
from storage.questions import question
from storage.records import Checkpoint
from storage.selection import Selection, parameters

__all__ = [
    "CheckpointUse",
    "Counts",
    "Latency",
    "RunPage",
    "RunSummary",
    "checkpoints",
    "comparison",
    "counts",
    "latency",
    "recent_runs",
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
    selection: Selection | None = None,
    limit: int = 50,
    offset: int = 0,
) -> RunPage:
    """Runs, newest first; with `search` those whose prompts, refused texts, label or author contain it.

    `search` is a piece of text and no pattern: `%` and `_` stand for themselves, and upper and lower case are the same.
    With a `selection` that leaves anything out, only runs with an ask or a refused prompt that passes it; a refused prompt
    was asked of no checkpoint.
    """
    chosen = Selection() if selection is None else selection
    wanted = {name: value for name, value in parameters(chosen).items() if name != "counting"}
    filtered = any(value is not None for value in wanted.values())
    wanted |= {"search": search or None, "filtered": filtered, "limit": max(limit, 0), "offset": max(offset, 0)}
    found = database.rows(question("recent_runs"), wanted)
    n: int = found[0][0]
    page = [row[1:] for row in found if row[1] is not None]
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
    return RunPage(tuple(rows), n, truncated=max(offset, 0) + len(rows) < n)


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
