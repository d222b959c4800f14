"""What came of a batch: how many rows, who was right, how alike the lists are, and the most telling prompts."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.analysis.accuracy import Accuracy, accuracy
from pipelines.analysis.disagreements import Disagreements, disagreements
from pipelines.analysis.overlap import Overlap, overlap
from pipelines.batch.errors import BatchProblem
from storage.comparison import run_record
from storage.database import Database
from storage.questions import question
from storage.records import Run, RunKind
from storage.selection import Selection

MOST_TELLING = 10
"""Prompts at which the checkpoints are farthest apart."""


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """How many of what."""

    run: Run
    n_rows: int
    """Prompts to answer, as they were when the file was read."""
    n_pending: int
    """Of these, not asked yet."""
    n_answered: int
    """Rows with answers."""
    n_prompts: int
    """Distinct prompts among them."""
    n_answers: int
    """Distinct answers that they asked for: one for each mask and checkpoint."""
    n_reused: int
    """Rows that needed no model: known to the log, or a double within the file."""
    n_refused: int
    """Lines that could not be asked, and prompts that a checkpoint cannot read."""
    n_expected: int
    """Distinct prompts whose expected words are known."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A batch, told with intervals over its distinct prompts."""

    counts: BatchCounts
    overlap: Overlap
    accuracy: Accuracy
    """Empty where no expected word is known."""
    telling: Disagreements
    """The prompts whose lists are farthest apart by RBO."""


def count(database: Database, run_id: str) -> BatchCounts:
    """The numbers alone, in one question. Raises `BatchProblem` where there is no such batch, and StorageError."""
    run = run_record(database, run_id)
    if run is None or run.kind is not RunKind.BATCH:
        raise BatchProblem(f"There is no batch {run_id[:40]} in the history. Open History and look for it.")
    ((pending, answered, prompts, answers, reused, refused, expected),) = database.rows(
        question("batch_counts"), {"run_id": run.run_id}
    )
    planned = run.options.get("n_rows")
    n_rows = planned if isinstance(planned, int) else answered + pending
    return BatchCounts(run, n_rows, pending, answered, prompts, answers, reused, refused, expected)


def summarise(database: Database, run_id: str, depth: int = 5) -> Summary:
    """The whole summary, also of a batch that is not complete. Raises as `count` does."""
    counts = count(database, run_id)
    selection = selection_of(counts.run.run_id)
    return Summary(
        counts=counts,
        overlap=overlap(database, selection, depth=depth),
        accuracy=accuracy(database, selection),
        telling=disagreements(database, selection, depth=depth, limit=MOST_TELLING),
    )


def selection_of(run_id: str) -> Selection:
    """What a batch asked, as every view takes it."""
    return Selection(run=run_id)
