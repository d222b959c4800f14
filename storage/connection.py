"""The connection of a process to its log: a cursor per call, and its revival after a fatal error.

Streamlit runs every session in a thread of its own. One connection shared by threads fails ("connection is busy"); a cursor
per call does not (16 writers and 8 readers, 0 errors).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import duckdb

from storage.driver import FATAL, SETTINGS, is_passing, lacks_memory, translate
from storage.errors import StorageError

Cursor = duckdb.DuckDBPyConnection
T = TypeVar("T")

ATTEMPTS = 6
"""Tries of one call, the pauses doubling from 5 ms to 0.16 s in all. Enough for a conflict, or for a checkpoint to fail."""
REVIVAL_SECONDS = 30.0
"""How long a revival waits for readers of the dead instance to notice."""

logger = logging.getLogger(__name__)


class Connection:
    """An open database file. Any thread may call it."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises the StorageError of `storage.driver.translate`."""
        self.path = path
        self._instance: Cursor | None = connect(path)
        self._state = threading.Condition()
        self._cursors_in_use = 0
        self._reviving = False
        self._generation = 0
        self._limits: list[int] = []
        self._beyond = 0
        self._closed = False

    def close(self) -> None:
        """Close the file once no call is under way."""
        with self._state:
            self._state.wait_for(lambda: self._cursors_in_use == 0, REVIVAL_SECONDS)
            self._closed = True
            if self._instance is not None:
                # Closing writes a checkpoint; on a full disk that fails and the WAL keeps everything.
                with suppress(duckdb.Error):
                    self._instance.close()
                self._instance = None

    def attempt(self, work: Callable[[Cursor], T]) -> T:
        """Run `work` with a cursor of its own; again after a conflict, after a fatal error, and without a limit."""
        revived = beyond = False
        for attempt in range(ATTEMPTS):
            generation, limited, last = self._generation, self._most is not None, attempt == ATTEMPTS - 1
            try:
                with self._unlimited(beyond), self._cursor() as cursor:
                    return work(cursor)
            except duckdb.Error as error:
                lifts = limited and not beyond and lacks_memory(error)
                beyond = beyond or lifts
                if isinstance(error, FATAL):
                    with self._unlimited(beyond):
                        self._revive(generation, error)
                    if last or (revived and not lifts):
                        raise translate(error, self.path) from error
                    revived = True
                    continue
                if last or not (lifts or is_passing(error)):
                    raise translate(error, self.path) from error
                if lifts:
                    continue
                # Another thread's commit or checkpoint is in the way: it is over when no cursor is in use any more.
                with self._state:
                    self._state.wait_for(lambda: self._reviving or not self._cursors_in_use, 0.005 * 2**attempt)
        raise StorageError(f"The log {self.path} stayed busy.", remedy="Try again.")

    @contextmanager
    def within(self, megabytes: int) -> Iterator[None]:
        """Let DuckDB keep no more than this in memory meanwhile; where several want a limit, the least of them holds.

        No call fails for it: one that lacks memory runs again, and as long as it runs there is no limit.
        """
        with self._state:
            self._limits.append(megabytes)
            self._apply()
        try:
            yield
        finally:
            with self._state:
                self._limits.remove(megabytes)
                self._apply()

    def trim(self, megabytes: int) -> None:
        """Have DuckDB keep no more than this of the file in memory, now; later it may keep more again.

        Nobody's call fails for it: where one is under way, nothing happens. Pages that were given back are read again.
        """
        with self._state:
            if self._closed or self._reviving or self._instance is None or self._cursors_in_use:
                return
            # What can go has gone when DuckDB says that it is not enough; an instance that died is revived by the next call.
            with suppress(duckdb.Error), self._instance.cursor() as cursor:
                cursor.execute(_limiting(megabytes))
            self._apply()

    @property
    def _most(self) -> int | None:
        """Megabytes that hold now; None for DuckDB's own limit."""
        return None if self._beyond else min(self._limits, default=None)

    @contextmanager
    def _unlimited(self, wanted: bool) -> Iterator[None]:
        """No limit as long as the block runs, where that is `wanted`."""
        if not wanted:
            yield
            return
        with self._state:
            self._beyond += 1
            self._apply()
        try:
            yield
        finally:
            with self._state:
                self._beyond -= 1
                self._apply()

    def _apply(self) -> None:
        """Tell DuckDB what holds now. Under the lock, so that of two threads the later one's word stays."""
        if self._instance is None:
            return
        # Where what is in use leaves no room for the limit, DuckDB says so and keeps the one it had; the next call of this, or
        # of `trim`, tries again. An instance that died is opened again with what holds then.
        with suppress(duckdb.Error), self._instance.cursor() as cursor:
            cursor.execute(_limiting(self._most))

    @contextmanager
    def _cursor(self) -> Iterator[Cursor]:
        with self._state:
            self._state.wait_for(lambda: not self._reviving)
            if self._closed:
                raise StorageError(f"The log {self.path} is closed.", remedy="Open it again.")
            if self._instance is None:
                # A revival that failed, for want of room say: every call tries again, so no restart is needed.
                self._instance = connect(self.path, megabytes=self._most)
            cursor = self._instance.cursor()
            self._cursors_in_use += 1
        try:
            yield cursor
        finally:
            with suppress(duckdb.Error):
                cursor.close()
            with self._state:
                self._cursors_in_use -= 1
                self._state.notify_all()

    def _revive(self, generation: int, error: duckdb.Error) -> None:
        """Open the file again and swap the connection, once per death however many threads saw it."""
        with self._state:
            self._state.wait_for(lambda: not self._reviving)
            if self._generation != generation or self._instance is None:
                return
            self._reviving = True
            try:
                self._state.wait_for(lambda: self._cursors_in_use == 0, REVIVAL_SECONDS)
                if self._closed:
                    # By a thread that waited here, too. The log may be another process's by now.
                    return
                with suppress(duckdb.Error):
                    self._instance.close()
                self._instance = None
                self._generation += 1
                self._instance = connect(self.path, megabytes=self._most)
                logger.warning("The log %s was opened again after a fatal error: %s", self.path, error)
            finally:
                self._reviving = False
                self._state.notify_all()


def _limiting(megabytes: int | None) -> str:
    return "RESET memory_limit" if megabytes is None else f"SET memory_limit = '{megabytes}MB'"


def connect(path: Path, *, read_only: bool = False, megabytes: int | None = None) -> Cursor:
    """A connection with our settings, and so much memory, or the StorageError for what DuckDB says."""
    memory = {} if megabytes is None else {"memory_limit": f"{megabytes}MB"}
    try:
        return duckdb.connect(str(path), read_only=read_only, config={**SETTINGS, **memory})
    except duckdb.Error as error:
        raise translate(error, path) from error
