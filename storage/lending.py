"""What a copy of another log knows of a batch that this log is about to ask: taken over, so that no model runs for it."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from storage.archive.rows import register_rows, take_rows
from storage.connection import connect
from storage.database import Cursor, Database
from storage.driver import translate
from storage.questions import SQL_FOLDER, question
from storage.records import Checkpoint
from storage.snapshots import Snapshot
from storage.staging import stage

BLOCK = 5_000
"""Rows of the batch that are looked up at once."""
MEMORY = 200
"""Megabytes that DuckDB may take for the copy."""
LENT = ("checkpoint", "prompt", "word", "piece", "answer", "prediction", "candidate", "agreement")
"""The tables in which an answer lies."""

_IDENTITY = ("name", "source", "revision", "weights_sha256", "tokenizer_sha256")
_ASKED_OF = pa.schema([(name, pa.string()) for name in _IDENTITY])


def borrow_answers(database: Database, run_id: str, checkpoints: tuple[Checkpoint, ...], copy: Snapshot) -> None:
    """Take what the copy knows of the prompts that a batch has still to ask, from these checkpoints alone.

    `answer_from_log` then finds it here, and decides what of it is known in full. Raises StorageError; what was taken until
    then stays, and is whole.
    """
    ((first, last),) = database.rows(question("pending_extent"), {"run_id": run_id})
    if first is None:
        return
    other = connect(copy.path, read_only=True, megabytes=MEMORY)
    try:
        stage(other, "asked_of", _ASKED_OF, [each.identity for each in checkpoints])
        for start in range(first, last + 1, BLOCK):
            _borrow(database, other, _wanted(database, {"run_id": run_id, "first": start, "n": BLOCK}))
    except duckdb.Error as error:
        raise translate(error, copy.path) from error
    finally:
        other.close()


def _wanted(database: Database, rows: dict[str, object]) -> pa.Table:
    return database.read(lambda cursor: cursor.sql(question("pending_texts"), params=rows).to_arrow_table())


def _borrow(database: Database, other: Cursor, wanted: pa.Table) -> None:
    other.register("wanted", wanted)
    for file in sorted((SQL_FOLDER / "lend").glob("*.sql")):
        other.execute(question(f"lend/{file.stem}"))
    lent = {table: other.table(f"lent_{table}").to_arrow_table() for table in LENT}

    def work(cursor: Cursor) -> None:
        register_rows(cursor, lent)
        take_rows(cursor)

    if len(lent["answer"]):
        database.write(work)
