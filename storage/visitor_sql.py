"""SQL that a person typed: decide whether it may run, then run it in a process of its own.

What protects now: the statement must be a single SELECT (or a plain EXPLAIN of one); it runs in a throw-away process with an
empty environment that opens the log read-only, reaches no other file, cannot change its settings, writes no file
(RLIMIT_FSIZE is 0), and is killed at the time limit.

What does not: the process sees the log itself and all its tables, not a snapshot of the views people may see, and it runs
as the same user. Against the one known way past a read-only database (EXPLAIN ANALYZE COPY onto the log's own file truncates
it) only the statement check stands. So this serves the owner of the log at a command line; it is not yet fit for strangers.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, cast

import duckdb
import pyarrow as pa

from storage.driver import first_line
from storage.errors import QueryFailed, QueryRefused, StorageError
from storage.guard import Guard

LONGEST_SQL = 10_000
"""Bytes of a statement in UTF-8."""
EXAMPLE = "Try SELECT * FROM runs."

_EXPLAIN = re.compile(r"\s*explain\s+(?!analy[sz]e\b|\()(?P<inner>.+)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Allowed:
    """A statement that may run."""

    sql: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A statement that may not, and what to do instead."""

    reason: str
    """A sentence for the person who typed it."""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one statement may use."""

    seconds: float
    memory_mb: int = 1024
    threads: int = 2


SCREEN = Limits(seconds=5)
"""For what a person waits for."""
DOWNLOAD = Limits(seconds=300)
"""For what goes to a file."""


def decide(sql: str) -> Allowed | Refused:
    """Whether this text is one statement that only reads. Looks at nothing but the text."""
    try:
        size = len(sql.encode("utf-8"))
    except UnicodeEncodeError:
        return Refused("The statement holds a character that is no text.", "Type it again.")
    if size > LONGEST_SQL:
        return Refused(f"The statement has {size:,} bytes and {LONGEST_SQL:,} are allowed.", "Shorten it.")
    if "\0" in sql:
        return Refused("The statement holds a NUL character.", "Type it again.")
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        return Refused(f"DuckDB cannot read this statement: {first_line(error)}.")
    if not statements:
        return Refused("There is no statement.", EXAMPLE)
    if len(statements) > 1:
        return Refused(f"There are {len(statements)} statements and one at a time may run.", "Keep the last one.")
    kind = statements[0].type
    if kind == duckdb.StatementType.SELECT:
        return Allowed(sql)
    if kind == duckdb.StatementType.EXPLAIN:
        explained = _EXPLAIN.fullmatch(sql)
        if explained and isinstance(decide(explained["inner"]), Allowed):
            return Allowed(sql)
        return Refused("Only EXPLAIN of a SELECT may run, without ANALYZE.", "Write EXPLAIN SELECT ...")
    if kind == duckdb.StatementType.MULTI:
        return Refused("A PIVOT needs its values named here.", "Write PIVOT ... ON column IN ('one', 'two') ...")
    name = str(kind).rpartition(".")[2].replace("_", " ")
    return Refused(f"This is a {name} statement; the log is only read here, so it has to be a SELECT.", EXAMPLE)


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer as it comes."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    """To be read once. Its end is the end of the statement: what fails midway is raised here."""


@contextmanager
def run(decision: Allowed | Refused, path: Path, limits: Limits = SCREEN) -> Iterator[Rows]:
    """Run an allowed statement on the log at `path`, which is neither created nor changed.

    Raises QueryRefused, QueryFailed, LogLocked while another process has the log open, or StorageError where there is no log.
    """
    if isinstance(decision, Refused):
        raise QueryRefused(decision.reason, remedy=decision.remedy)
    path = path.resolve()
    if not path.exists():
        raise StorageError(
            f"There is no log at {path} yet.",
            key="path",
            value=str(path),
            remedy="Ask something first, or set MASKBOARD_HISTORY to a log that exists.",
        )
    guard = Guard.acquire(path)
    try:
        with _worker(decision, path, limits) as rows:
            yield rows
    finally:
        guard.release()


@contextmanager
def _worker(decision: Allowed, path: Path, limits: Limits) -> Iterator[Rows]:
    root = Path(__file__).resolve().parents[1]
    process = subprocess.Popen(
        [sys.executable, "-B", "-m", "storage.visitor_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=root,
        env={"PYTHONPATH": str(root), "PYTHONUTF8": "1"},
    )
    # DuckDB's own limit comes first and ends most; 8 of 28 costly statements ran past it, so the kill stands behind.
    overdue = threading.Event()

    def kill() -> None:
        overdue.set()
        process.kill()

    timer = threading.Timer(limits.seconds + 1.5, kill)
    timer.start()
    stdin, stdout, stderr = (cast(IO[bytes], pipe) for pipe in (process.stdin, process.stdout, process.stderr))

    def failure() -> StorageError:
        return _failure(stderr.read(), overdue.is_set(), limits)

    def batches(stream: pa.RecordBatchStreamReader) -> Iterator[pa.RecordBatch]:
        try:
            yield from stream
        except (pa.ArrowInvalid, OSError) as error:
            raise failure() from error
        # A worker that failed midway has ended its stream too: only its exit says whether this was all.
        if process.wait() != 0:
            raise failure()

    try:
        try:
            with stdin:
                stdin.write(json.dumps({"path": str(path), "sql": decision.sql, **asdict(limits)}).encode())
            stream = pa.ipc.open_stream(stdout)
        except (pa.ArrowInvalid, OSError) as error:
            raise failure() from error
        yield Rows(stream.schema, batches(stream))
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        stdout.close()
        stderr.close()


def _failure(said: bytes, overdue: bool, limits: Limits) -> StorageError:
    told = {"kind": "InterruptException"} if overdue else _told(said)
    match told["kind"]:
        case "InterruptException":
            return QueryFailed(
                f"The statement took longer than {limits.seconds:g} s and was stopped.",
                remedy="Ask for less, or add a LIMIT.",
            )
        case "OutOfMemoryException" | "MemoryError":
            return QueryFailed(f"The statement needs more than {limits.memory_mb:,} MB of memory.", remedy="Ask for less.")
        case "ended":
            return QueryFailed("The statement ended its process; the log is unharmed.", remedy="Ask in another way.")
        case "log":
            return StorageError(told["message"])
    message = told["message"]
    return QueryFailed(message if message.endswith((".", "!", "?")) else f"{message}.")


def _told(said: bytes) -> dict[str, str]:
    try:
        told: dict[str, str] = json.loads(said)
    except ValueError:
        return {"kind": "ended"}
    return told
