"""Running an allowed statement of a person in a throw-away process, on a copy of the log."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa

from storage.errors import QueryRefused, StorageError
from storage.visitors.decision import Allowed, Refused
from storage.visitors.failures import FLATTEN, UNSHOWABLE, StatementFailed, Told, failure, read_told
from storage.visitors.limits import LARGEST_PIECE, SCREEN, Limits
from storage.visitors.parameters import Value, packed
from storage.visitors.processes import Child
from storage.visitors.watch import Watch
from storage.visitors.workers import taken

LEAST_SECONDS = 0.05
"""What a statement gets that had to wait for its process; it is killed a little later."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer as it comes."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    """To be read once. Its end is the end of the statement: what fails midway is raised here."""


@contextmanager
def run(
    decision: Allowed | Refused,
    snapshot: Path,
    limits: Limits = SCREEN,
    parameters: Mapping[str, Value] | None = None,
) -> Iterator[Rows]:
    """Run an allowed statement on a copy of the log, which is not changed. All rows come, whatever `limits.rows` is.

    Raises QueryRefused for a refused one, and StatementFailed, a QueryFailed, for one that does not come to its end: here, or
    while the batches are read.
    """
    if isinstance(decision, Refused):
        raise QueryRefused(decision.reason, remedy=decision.remedy)
    deadline = time.monotonic() + limits.seconds
    with taken(limits, deadline) as child:
        watch = Watch(child.process, limits, deadline)
        with watch.watching():
            yield _Request(child, watch, decision.sql, limits).send(snapshot, parameters or {}, deadline)


class _Request:
    """One request to one worker."""

    def __init__(self, child: Child, watch: Watch, sql: str, limits: Limits) -> None:
        self._child, self._watch, self._sql, self._limits = child, watch, sql, limits

    def send(self, snapshot: Path, parameters: Mapping[str, Value], deadline: float) -> Rows:
        try:
            self._child.wait_until_ready()
            self._watch.start_from_here()
            request = {
                "folder": str(snapshot.resolve().parent),
                "file": snapshot.name,
                "sql": self._sql,
                "parameters": packed(parameters),
                "seconds": max(LEAST_SECONDS, deadline - time.monotonic()),
                "memory_mb": self._limits.memory_mb,
                "threads": self._limits.threads,
            }
            with self._child.stdin as stdin:
                stdin.write(json.dumps(request).encode("utf-8") + b"\n")
            stream = pa.ipc.open_stream(_Measured(self._child.stdout))
        except (pa.ArrowInvalid, OSError) as error:
            raise self._failure(error) from error
        return Rows(stream.schema, self._batches(stream))

    def _batches(self, stream: pa.RecordBatchStreamReader) -> Iterator[pa.RecordBatch]:
        try:
            for batch in stream:
                batch.validate()
                yield batch
        except (pa.ArrowInvalid, OSError) as error:
            raise self._failure(error) from error
        # A worker that failed midway has ended its stream too: only its exit says whether this was all.
        if self._child.process.wait() != 0:
            raise self._failure()

    def _failure(self, error: Exception | None = None) -> StorageError:
        # A worker that still has something to say about the rows would wait for a reader.
        self._child.stdout.close()
        said = self._child.stderr.read()
        if not said and error is not None and self._child.process.wait() == 0:
            return StatementFailed(UNSHOWABLE, remedy=FLATTEN)
        told = read_told(said)
        return failure(Told(self._watch.ended or told.kind, told.message, told.position), self._sql, self._limits)


class _Measured:
    """The stream, of which the server takes no more at once than it can bear, whatever a worker announces."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= 2 * LARGEST_PIECE:
            raise OSError("more than the server takes at once")
        return self._stream.read(size)

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self.closed = True
