"""How a batch stands: what the log says of it, and what this process does with it."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard import resources
from dashboard.batches import BatchState
from pipelines.batch import BatchProgress
from storage.batch_list import BatchLine
from storage.comparison import run_record
from storage.log import Log
from storage.pending import count_pending
from storage.records import RunKind, RunStatus


@dataclass(frozen=True, slots=True)
class Standing:
    """One batch, now."""

    line: BatchLine
    state: BatchState | None
    """None where this process does nothing with it."""
    progress: BatchProgress | None
    """Of the stretch on its way; None where it has not begun to answer."""
    before: int
    """Batches that are answered before it."""
    problem: str | None
    """Why it ended here without being complete."""

    @property
    def moving(self) -> bool:
        """Whether something happens to it, or will without anybody doing anything."""
        return self.state is not None or self.line.run.status is RunStatus.RUNNING

    @property
    def n_done(self) -> int:
        """The newest that is known."""
        here = self.progress.n_done if self.progress is not None and self.state is not None else 0
        return max(here, self.line.n_done)

    @property
    def share(self) -> float:
        """What is done, 0 to 1."""
        return min(self.n_done / self.line.n_rows, 1.0) if self.line.n_rows else float(not self.moving)


def standing(log: Log, run_id: str) -> Standing | None:
    """How it stands; None where the log has no batch of that id. Raises `StorageError`."""
    batches = resources.batches()
    state = batches.state(run_id)
    run = run_record(log.database, run_id)
    if run is None or run.kind is not RunKind.BATCH:
        return None
    return standing_of(BatchLine(run, count_pending(log.database, run_id)), state)


def standing_of(line: BatchLine, state: BatchState | None = None) -> Standing:
    """The same of a line of the list."""
    batches, run_id = resources.batches(), line.run.run_id
    state = state or batches.state(run_id)
    at_work = batches.at_work
    before = at_work.index(run_id) if run_id in at_work else 0
    return Standing(line, state, batches.progress(run_id) if state is not None else None, before, batches.problem(run_id))
