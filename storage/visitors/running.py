"""Running an allowed statement of a person in a throw-away process, on a copy of the log."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa

from storage.errors import QueryRefused, StorageError
from storage.visitors.clock import Clock
from storage.visitors.decision import Allowed, Refused
from storage.visitors.failures import FLATTEN, UNSHOWABLE, StatementFailed, StatementStopped, Told, failure, read_told
from storage.visitors.limits import LARGEST_PIECE, LONGEST_DOWNLOAD, SCREEN, Limits
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
    *,
    stop: threading.Event | None = None,
) -> Iterator[Rows]:
    """Run an allowed statement on a copy of the log, which is not changed. All rows come, whatever `limits.rows` is.

    Its time runs while its rows are waited for, and stands still while they are with their reader. An event `stop` that is set
    ends it within some hundredths of a second, also before its turn has come.

    Raises QueryRefused for a refused one, and StatementFailed, a QueryFailed, for one that does not come to its end: here, or
    while the batches are read; StatementStopped of these for one that was stopped.
    """
    if isinstance(decision, Refused):
        raise QueryRefused(decision.reason, remedy=decision.remedy)
    clock = Clock()
    clock.start()
    with taken(limits, stop) as child:
        waited = clock.seconds
        if limits.is_download:
            waited, clock = 0.0, Clock()
            clock.start()
        watch = Watch(child.process, limits, clock, stop)
        with watch.watching():
            rows = _Request(child, watch, decision.sql, limits, clock, waited).send(snapshot, parameters or {})
            with clock.standing_still():
                yield rows


class _Request:
    """One request to one worker."""

    def __init__(self, child: Child, watch: Watch, sql: str, limits: Limits, clock: Clock, waited: float) -> None:
        self._child, self._watch, self._sql, self._limits, self._clock = child, watch, sql, limits, clock
        self._waited = waited

    def send(self, snapshot: Path, parameters: Mapping[str, Value]) -> Rows:
        try:
            self._child.wait_until_ready()
            self._watch.start_from_here()
            request = {
                "folder": str(snapshot.resolve().parent),
                "file": snapshot.name,
                "sql": self._sql,
                "parameters": packed(parameters),
                # The worker cannot know how long its reader takes with the rows.
                "seconds": LONGEST_DOWNLOAD if self._limits.is_download else self._left(),
                "memory_mb": self._limits.memory_mb,
                "threads": self._limits.threads,
            }
            with self._child.stdin as stdin:
                stdin.write(json.dumps(request).encode("utf-8") + b"\n")
            stream = pa.ipc.open_stream(_Measured(self._child.stdout))
        except (pa.ArrowInvalid, OSError) as error:
            raise self._failure(error) from error
        return Rows(stream.schema, self._batches(stream))

    def _left(self) -> float:
        return max(LEAST_SECONDS, self._limits.seconds - self._clock.seconds)

    def _batches(self, stream: pa.RecordBatchStreamReader) -> Iterator[pa.RecordBatch]:
        while (batch := self._next(stream)) is not None:
            yield batch

    def _next(self, stream: pa.RecordBatchStreamReader) -> pa.RecordBatch | None:
        """The next rows, None behind the last. Only in here does the time of the statement run."""
        self._clock.start()
        try:
            return self._read(stream)
        finally:
            self._clock.stop()

    def _read(self, stream: pa.RecordBatchStreamReader) -> pa.RecordBatch | None:
        if self._watch.ended == "stopped":
            raise StatementStopped
        try:
            batch = stream.read_next_batch()
            batch.validate()
            return batch
        except StopIteration:
            pass
        except (pa.ArrowInvalid, OSError) as error:
            raise self._failure(error) from error
        # A worker that failed midway has ended its stream too: only its exit says whether this was all.
        if self._child.process.wait() != 0:
            raise self._failure()
        return None

    def _failure(self, error: Exception | None = None) -> StorageError:
        # A worker that still has something to say about the rows would wait for a reader.
        self._child.stdout.close()
        said = self._child.stderr.read()
        if not said and error is not None and self._child.process.wait() == 0:
            return StatementFailed(UNSHOWABLE, remedy=FLATTEN)
        told = read_told(said)
        return failure(Told(self._watch.ended or told.kind, told.message, told.position), self._sql, self._limits, self._waited)


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
