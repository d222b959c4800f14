"""The throw-away process in which one statement of a person runs. Not for people: see `storage.visitor_sql`.

Reads one JSON object on standard input and writes an Arrow stream on standard output, or one JSON object on standard error.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import pyarrow as pa

from storage.driver import SETTINGS, first_line, translate
from storage.errors import StorageError
from storage.migrations import missing_migrations

OVERHEAD_MB = 3072
"""Address space beside DuckDB's memory: the interpreter, its libraries, the stacks of threads."""
STREAM_ERRORS = MappingProxyType(
    {"INTERRUPT Error": "InterruptException", "Out of Memory Error": "OutOfMemoryException"},
)
"""How DuckDB's messages begin, and the class they have outside a stream."""
BATCH_ROWS = 8192
"""Rows of a batch: some hundred kilobytes for the widest view."""


def main() -> int:
    """Answer the one request."""
    request = json.loads(sys.stdin.buffer.read())
    _limit(request)
    path = Path(request["path"])
    try:
        connection = duckdb.connect(str(path), read_only=True, config=_settings(request))
    except duckdb.Error as error:
        return _fail("log", str(translate(error, path)))
    try:
        if missing_migrations(connection, path):
            return _fail("log", f"The log {path} is of an earlier version. Open it once with the dashboard.")
        # A relation streams; the result of `execute` would first be held whole.
        reader = connection.sql(request["sql"]).to_arrow_reader(BATCH_ROWS)
        with os.fdopen(1, "wb") as out, pa.ipc.new_stream(out, reader.schema) as stream:
            for batch in reader:
                stream.write_batch(batch)
    except duckdb.Error as error:
        return _fail(type(error).__name__, first_line(error))
    except StorageError as error:
        return _fail("log", str(error))
    except BrokenPipeError:
        # The asker has seen enough.
        return 0
    except (pa.ArrowException, MemoryError, OSError) as error:
        # What goes wrong while rows are streaming comes through Arrow, and only DuckDB's words tell what it was.
        message = " ".join(str(error).split("\n\nLINE ")[0].split())
        kinds = (kind for start, kind in STREAM_ERRORS.items() if message.startswith(start))
        return _fail(next(kinds, type(error).__name__), message)
    return 0


def _settings(request: dict[str, Any]) -> dict[str, Any]:
    return {
        **SETTINGS,
        "enable_external_access": False,
        "memory_limit": f"{request['memory_mb']}MB",
        "threads": request["threads"],
        "max_execution_time": int(request["seconds"] * 1000),
        # No spilling: the process may not write.
        "temp_directory": "",
        "lock_configuration": True,
    }


def _limit(request: dict[str, Any]) -> None:
    seconds = int(request["seconds"] * request["threads"]) + 5
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    # DuckDB has been seen at seven times its own memory limit; address space is the limit that holds.
    space = (request["memory_mb"] + OVERHEAD_MB) * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def _fail(kind: str, message: str) -> int:
    sys.stderr.write(json.dumps({"kind": kind, "message": message}))
    return 3


if __name__ == "__main__":
    sys.exit(main())
