"""The batches of the log, a page at a time: those that have not come to their end first, then the newest."""

from __future__ import annotations

from dataclasses import dataclass

from storage.comparison import run_record
from storage.database import Database
from storage.questions import question
from storage.records import Run


@dataclass(frozen=True, slots=True)
class BatchPage:
    """Some of the batches."""

    rows: tuple[BatchLine, ...]
    n: int
    """How many there are in all."""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One batch, and how much of it is left."""

    run: Run
    n_pending: int
    """Rows that have not been asked yet."""

    @property
    def n_rows(self) -> int:
        """Rows to answer in all, as many as they were when the file was read."""
        planned = self.run.options.get("n_rows")
        return planned if isinstance(planned, int) and planned >= self.n_pending else self.n_pending

    @property
    def n_done(self) -> int:
        return self.n_rows - self.n_pending


def batches(database: Database, *, limit: int = 20, offset: int = 0) -> BatchPage:
    """The batches, without reading an answer of them."""
    found = database.rows(question("batches"), {"limit": max(limit, 0), "offset": max(offset, 0)})
    lines = [(run_record(database, run_id), n_pending) for _, run_id, n_pending in found if run_id is not None]
    return BatchPage(tuple(BatchLine(run, n_pending) for run, n_pending in lines if run is not None), found[0][0])
