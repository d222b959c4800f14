"""What a batch has still to ask: kept with its run before anything is computed, taken away with each chunk that is answered."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa

from storage.comparison import run_record
from storage.database import Cursor, Database
from storage.questions import question
from storage.records import Refused, Run, RunKind, RunStatus
from storage.staging import stage, storable

SPOOLED_ROWS = 10_000
"""Rows of a file that are in memory at once while they are gathered."""

_ROWS = pa.schema(
    [
        ("position", pa.int32()),
        ("row_number", pa.int32()),
        ("text", pa.string()),
        ("expected", pa.list_(pa.list_(pa.string()))),
        ("candidates", pa.list_(pa.string())),
        ("tag", pa.string()),
        ("problem", pa.string()),
    ]
)
_POSITIONS = pa.schema([("position", pa.int32())])


@dataclass(frozen=True, slots=True)
class PendingRow:
    """One prompt of a batch that has not been answered yet, checked and spelled."""

    position: int
    """Its place in the order of the file, from 1. No two rows of a run share one."""
    row_number: int
    """Line of the file on which it stands; two prompts that one line gave share it."""
    text: str
    expected: tuple[tuple[str, ...], ...] = ()
    """For each mask, from the first, the words held to be right there."""
    candidates: tuple[str, ...] = ()
    """Words to score at every mask."""
    tag: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Every word to score: the candidates, then the expected ones."""
        return tuple(dict.fromkeys((*self.candidates, *(word for words in self.expected for word in words))))


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A batch that has not come to its end."""

    run: Run
    n_pending: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """The rows of a file on the disk, so that a million of them need no memory."""

    file: Path
    n_rows: int
    n_refused: int


@contextmanager
def gathered(rows: Iterable[PendingRow | Refused]) -> Iterator[Gathered]:
    """Read all rows, before a transaction that keeps them begins. Raises what reading them raises, and OSError without room."""
    with tempfile.TemporaryDirectory(prefix="maskboard-batch-") as folder:
        file = Path(folder) / "rows.arrow"
        counts = {"rows": 0, "refused": 0}
        source = iter(rows)
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_stream(sink, _ROWS) as writer:
            while several := list(islice(source, SPOOLED_ROWS)):
                columns = list(zip(*map(_spooled, several), strict=True))
                arrays = [pa.array(column, field.type) for column, field in zip(columns, _ROWS, strict=True)]
                writer.write_batch(pa.record_batch(arrays, schema=_ROWS))
                refused = sum(isinstance(each, Refused) for each in several)
                counts["refused"] += refused
                counts["rows"] += len(several) - refused
        yield Gathered(file, counts["rows"], counts["refused"])


def _spooled(row: PendingRow | Refused) -> tuple[object, ...]:
    if isinstance(row, Refused):
        return (None, row.row_number, storable(row.text), None, None, None, storable(row.problem))
    return (row.position, row.row_number, row.text, row.expected, row.candidates, row.tag, None)


def write_gathered(cursor: Cursor, run_id: str, rows: Gathered) -> None:
    """Put the rows into `pending`, and those that cannot be asked into `refused`."""
    for statement in ("pending_rows", "pending_refused"):
        with pa.memory_map(str(rows.file)) as source, pa.ipc.open_stream(source) as reader:
            cursor.register("gathered", reader)
            cursor.execute(question(statement), {"run_id": run_id})
            cursor.unregister("gathered")


def read_pending(database: Database, run_id: str, limit: int) -> tuple[PendingRow, ...]:
    """The next rows of a run, in the order of the file."""
    rows = database.rows(question("pending_next"), {"run_id": run_id, "limit": limit})
    return tuple(
        PendingRow(position, row_number, text, tuple(map(tuple, expected)), tuple(candidates), tag)
        for position, row_number, text, expected, candidates, tag in rows
    )


def count_pending(database: Database, run_id: str) -> int:
    """How many rows of a run have not been answered; 0 where there is no such run."""
    ((n,),) = database.rows(question("pending_count"), {"run_id": run_id})
    return int(n)


def unfinished(database: Database) -> tuple[Unfinished, ...]:
    """The batches with rows that have not been answered, and those that are still said to run, the oldest first."""
    found = database.rows(question("pending_runs"))
    named = [(run_record(database, run_id), n) for run_id, n in found]
    return tuple(Unfinished(run, n) for run, n in named if run is not None)


def settle(cursor: Cursor, run_id: str, positions: Sequence[int]) -> None:
    """Take answered rows away, inside the transaction that keeps their answers."""
    stage(cursor, "settled", _POSITIONS, [(each,) for each in positions])
    cursor.execute(question("pending_settled"), {"run_id": run_id})


def is_running(cursor: Cursor, run_id: str) -> bool:
    """Whether the run is there and has not ended, inside a transaction."""
    row = cursor.execute("SELECT status FROM run WHERE run_id = $1 AND kind = $2", [run_id, RunKind.BATCH]).fetchone()
    return row is not None and row[0] == RunStatus.RUNNING
