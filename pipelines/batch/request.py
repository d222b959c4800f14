"""Beginning a batch: every row of a file is in the log before the first is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.ask import check_options
from pipelines.batch.errors import BatchProblem
from pipelines.prompt_files import FilePrompt, Problem
from pipelines.prompts import printable
from pipelines.shelf import Shelf
from storage.batches import begin_batch
from storage.log import Log
from storage.pending import PendingRow, gathered
from storage.records import Refused, Run, RunKind, RunStatus, word_space
from storage.run_ids import new_run_id

MEMORY_MB = 200
"""Of the log, that DuckDB may keep in memory while a batch is begun and answered: it would keep every index otherwise."""


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """How a file is asked."""

    checkpoints: tuple[str, ...]
    """Names of the catalogue, in the order in which the answers are wanted."""
    source: str
    """What the file is called, for whoever looks at the run later."""
    top_k: int = 5
    label: str | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """A batch that is kept and waits for its answers."""

    run_id: str
    n_rows: int
    """Prompts to answer."""
    n_refused: int
    """Lines that cannot be asked; each is in the history with its reason."""


def submit(prompts: Iterable[FilePrompt | Problem], request: BatchRequest, shelf: Shelf, log: Log) -> Submitted:
    """Keep every row of a file in one transaction; nothing is asked yet.

    The file is read to its end first: where that fails, nothing of it is kept. A line that cannot be asked becomes a refused
    row. The run is of the kind batch, with the line of the file as row number, and remembers which weights its checkpoints
    stand for now.

    Raises `AskError` and `BatchProblem` for what cannot be asked of anybody, `CheckpointError`, whatever reading `prompts`
    raises, and StorageError.
    """
    check_options(request.checkpoints, request.top_k, label=request.label, author=request.author)
    known = [shelf.identify(name) for name in request.checkpoints]
    try:
        with gathered(_rows(prompts)) as rows:
            if rows.n_rows + rows.n_refused == 0:
                raise BatchProblem(
                    f"Nothing stands in {printable(request.source)[:200]}. Give it a prompt with [MASK] on a line."
                )
            run = Run(
                run_id=new_run_id(),
                kind=RunKind.BATCH,
                started_at=datetime.now(UTC),
                status=RunStatus.RUNNING,
                label=request.label or None,
                author=request.author or None,
                options={
                    "source": printable(request.source)[:200],
                    "top_k": request.top_k,
                    "checkpoints": list(request.checkpoints),
                    "identities": {each.name: list(each.identity) for each in known},
                    "word_space": word_space(known),
                    "n_rows": rows.n_rows,
                    "n_refused": rows.n_refused,
                },
            )
            with log.database.within(MEMORY_MB):
                begin_batch(log.database, run, rows)
            return Submitted(run.run_id, rows.n_rows, rows.n_refused)
    except OSError as error:
        raise BatchProblem(
            f"The rows cannot be put aside ({(error.strerror or str(error)).lower()}), so nothing was begun. Make room in the "
            "folder for temporary files and try again."
        ) from error


def _rows(prompts: Iterable[FilePrompt | Problem]) -> Iterator[PendingRow | Refused]:
    position = 0
    for each in prompts:
        if isinstance(each, Problem):
            yield Refused(each.text, each.reason, each.line)
        else:
            position += 1
            yield PendingRow(position, each.line, each.text, each.expected, each.candidates, each.tag)
