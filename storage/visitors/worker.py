"""The throw-away process in which one statement of a person runs. Not for people: see `storage.visitors`.

Reads one JSON object on standard input and writes an Arrow stream on standard output, or one JSON object on standard error.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import pyarrow as pa

from storage.driver import SETTINGS
from storage.visitors.cage import address_space, drop_rights, enter
from storage.visitors.limits import LARGEST_PIECE, MOST_COLUMNS
from storage.visitors.messages import told
from storage.visitors.parameters import Value, unpacked
from storage.visitors.processes import READY

STREAM_ERRORS = MappingProxyType(
    {"INTERRUPT Error": "InterruptException", "Out of Memory Error": "OutOfMemoryException"},
)
"""How DuckDB's messages begin, and the class they have outside a stream."""
BATCH_ROWS = 2048
"""Rows that DuckDB hands over at once."""
PIECE = LARGEST_PIECE // 8
"""Bytes above which a batch is sent in halves."""
LONGEST_MESSAGE = 2000
"""Characters of an error: `error(repeat('x', 1e9))` may be any length."""
LATE_ERRORS = (duckdb.BinderException, duckdb.CatalogException)
"""Errors of names, which come without their place when a statement streams."""


def main() -> int:
    """Answer the one request."""
    warm_up()
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    request = json.loads(sys.stdin.buffer.readline())
    space = address_space()
    try:
        connection = open_copy(request)
    except (duckdb.Error, OSError) as error:
        return _fail("copy", told(error)[0], None)
    drop_rights(space + request["memory_mb"] * 2**20, int(request["seconds"] * request["threads"]) + 5)
    try:
        _answer(connection, request["sql"], unpacked(request["parameters"]))
    except duckdb.Error as error:
        message, position = told(error)
        if position is None and isinstance(error, LATE_ERRORS):
            position = _position(connection, request["sql"])
        return _fail(type(error).__name__, message, position)
    except BrokenPipeError:
        # The asker has seen enough.
        return 0
    except (pa.ArrowException, MemoryError, OSError) as error:
        # What goes wrong while rows are streaming comes through Arrow, and only DuckDB's words tell what it was.
        message, position = told(error)
        kinds = (kind for start, kind in STREAM_ERRORS.items() if str(error).startswith(start))
        return _fail(next(kinds, type(error).__name__), message, position)
    return 0


def warm_up() -> None:
    """Do once what a statement will do: Python imports some modules at their first use, and then no file can be opened."""
    with duckdb.connect(":memory:") as connection:
        values = {"a": date(2026, 1, 1), "b": "x", "c": 1, "d": 0.5, "e": True, "f": None}
        relation = connection.sql("SELECT $a, $b, $c, $d, $e, $f, now() AT TIME ZONE 'Europe/Berlin'", params=values)
        for batch in relation.to_arrow_reader(1):
            with pa.ipc.new_stream(pa.BufferOutputStream(), batch.schema) as stream:
                stream.write_batch(batch)
        try:
            connection.sql("SELECT nowhere")
        except duckdb.Error as error:
            told(error)


def open_copy(request: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
    """The copy of the log, read-only and with no way out."""
    enter(Path(request["folder"]))
    connection = duckdb.connect(request["file"], read_only=True, config=_settings(request))
    # The zone of the machine would be read from its files.
    connection.execute("SET TimeZone = 'UTC'")
    # Drawn into the rows where DuckDB takes the process for a person's: `start` is a file for that reason, and this makes sure.
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET disabled_filesystems = 'LocalFileSystem'")
    connection.execute("SET lock_configuration = true")
    return connection


def _settings(request: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **SETTINGS,
        "errors_as_json": True,
        "enable_external_access": False,
        "memory_limit": f"{request['memory_mb']}MB",
        "threads": request["threads"],
        "max_execution_time": max(1, int(request["seconds"] * 1000)),
        # No spilling: the process may not write.
        "temp_directory": "",
    }


def _answer(connection: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Value]) -> None:
    statements = connection.extract_statements(sql)
    wanted = {name for statement in statements for name in statement.named_parameters}
    bound = {name: value for name, value in values.items() if name in wanted}
    # A relation streams; the result of `execute` would first be held whole.
    relation = connection.sql(sql, params=bound) if bound else connection.sql(sql)
    if relation is None:
        raise duckdb.InvalidInputException("This statement gives no rows.")
    if len(relation.columns) > MOST_COLUMNS:
        raise duckdb.OutOfRangeException(f"The answer has {len(relation.columns):,} columns and {MOST_COLUMNS:,} are allowed.")
    reader = relation.to_arrow_reader(BATCH_ROWS)
    with os.fdopen(1, "wb") as out, pa.ipc.new_stream(out, reader.schema) as stream:
        for batch in reader:
            for piece in _pieces(batch):
                stream.write_batch(piece)


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in parts that the server can take one by one, down to a row."""
    size = batch.nbytes
    if size <= PIECE or (batch.num_rows == 1 and size < LARGEST_PIECE):
        yield batch
        return
    if batch.num_rows == 1:
        raise duckdb.OutOfRangeException(f"A row of this answer has more than {LARGEST_PIECE // 2**20} MB.")
    half = batch.num_rows // 2
    yield from _pieces(batch.slice(0, half))
    yield from _pieces(batch.slice(half))


def _position(connection: duckdb.DuckDBPyConnection, sql: str) -> int | None:
    """Where the name stands that DuckDB does not know. Preparing a statement finds the mistake once more and runs nothing."""
    prefix = "PREPARE looked_at AS "
    try:
        connection.execute(prefix + sql)
    except duckdb.Error as error:
        position = told(error)[1]
        if position is not None and position >= len(prefix):
            return position - len(prefix)
    return None


def _fail(kind: str, message: str, position: int | None) -> int:
    sys.stderr.write(json.dumps({"kind": kind, "message": message[:LONGEST_MESSAGE], "position": position}))
    return 3
