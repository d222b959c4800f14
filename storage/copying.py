"""Writing what people may see of a log into a file of its own.

The rows go as Arrow from one instance of DuckDB to another. `ATTACH` would be a third faster (1.1 s instead of 1.8 s for 3
million predictions), but every cursor of the log would see the second database, and a disk that fills up while the copy is
written would end the instance that holds the log.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from storage.driver import FULL, SETTINGS, first_line
from storage.errors import StorageError
from storage.migrations import migrate
from storage.questions import question

BATCH_ROWS = 491_520
"""Rows that are handed over at once, four row groups of DuckDB: 20 MB of predictions."""
MEMORY = "1GB"
"""Memory of the instance that writes."""


def copy_for_people(source: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Write the tables behind people's views, the views, macros and comments to `target`, which must not exist yet.

    One read transaction of `source`, so the copy is of one moment; nobody who writes waits for it. Raises StorageError where
    the copy cannot be written, whatever the instance that writes it died of; and duckdb.Error where the log cannot be read, as
    DuckDB raised it, so that a log that died is opened again and one that is damaged is called so.
    """
    source.begin()
    try:
        tables = tuple(str(name) for (name,) in source.execute(question("tables_behind_views")).fetchall())
        with _words_for(target):
            target.write_bytes(_empty_copy(tables, target.parent))
        with _opened(target) as copy:
            for name in tables:
                for rows in _rows_of(source, name):
                    with _words_for(target):
                        copy.register("incoming", rows)
                        copy.execute(_with_table("INSERT INTO {table} FROM incoming", name))
                        copy.unregister("incoming")
            with _words_for(target):
                copy.execute("CHECKPOINT")
    finally:
        with suppress(duckdb.Error):
            source.rollback()


def room_for(log: Path, folder: Path) -> None:
    """Raise StorageError where `folder` has no room for a copy of the log: a full disk is a danger to the log itself."""
    wanted = sum(file.stat().st_size for file in (log, log.with_name(f"{log.name}.wal")) if file.exists())
    free = shutil.disk_usage(folder).free
    if free < wanted + 16 * 2**20:
        raise StorageError(
            f"There are {free // 2**20:,} MB left on the disk, too little for a copy of the log to ask.",
            key="path",
            value=str(folder),
            remedy="Make room and try again.",
        )


@contextmanager
def _opened(target: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with _words_for(target):
        copy = duckdb.connect(str(target), config={**SETTINGS, "memory_limit": MEMORY, "threads": 2})
    try:
        yield copy
    finally:
        # What counts is the checkpoint before.
        with suppress(duckdb.Error):
            copy.close()


@contextmanager
def _words_for(target: Path) -> Iterator[None]:
    """Turn what the writing instance says into a sentence; the log is not read in here."""
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        full = any(word in str(error).lower() for word in FULL)
        reason = "the disk is full" if full else _words(error)
        raise StorageError(
            f"No copy of the log could be made to ask: {reason}.",
            key="path",
            value=str(target),
            remedy="Make room and try again." if full else "Try again.",
        ) from error


# Module state, and needed: it takes longer than the rows of a small log. Nothing of a log is in it.
_empty_copies: dict[tuple[str, ...], bytes] = {}


def _empty_copy(tables: tuple[str, ...], folder: Path) -> bytes:
    """A copy without rows, which a process makes once, in `folder`."""
    if tables in _empty_copies:
        return _empty_copies[tables]
    with tempfile.TemporaryDirectory(prefix="empty-", dir=folder) as place:
        target = Path(place) / "copy.duckdb"
        with _opened(target) as copy:
            # The steps that made the log make the views, macros and comments of its copy.
            migrate(copy, target)
            own = copy.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
            for (name,) in own:
                if name not in tables:
                    copy.execute(_with_table("DROP TABLE {table}", name))
            for name in tables:
                # Without its keys: their indexes would take longer to build than all rows to write.
                copy.execute(_with_table("CREATE OR REPLACE TABLE {table} AS FROM (FROM {table} LIMIT 0)", name))
            copy.execute("CHECKPOINT")
        made = _empty_copies[tables] = target.read_bytes()
    return made


def _rows_of(source: duckdb.DuckDBPyConnection, name: str) -> Iterator[pa.Table]:
    """The rows of a table, `BATCH_ROWS` at a time. Not as one stream: what fails in a stream has lost its class."""
    rows = source.table(name)
    ((last,),) = rows.max("rowid").fetchall()
    number = duckdb.ColumnExpression("rowid")
    for first in range(0, 0 if last is None else last + 1, BATCH_ROWS):
        within = (number >= duckdb.ConstantExpression(first)) & (number < duckdb.ConstantExpression(first + BATCH_ROWS))
        yield rows.filter(within).to_arrow_table()


def _with_table(statement: str, name: str) -> str:
    """A name cannot be bound. It comes from the schema of the log, never from a person."""
    return statement.replace("{table}", '"' + name.replace('"', '""') + '"')


def _words(error: Exception) -> str:
    return first_line(error).rstrip(".") if isinstance(error, duckdb.Error) else str(error)
