"""The open log: one connection per file and process, a cursor per call, and its revival after a fatal error.

Streamlit runs every session in a thread of its own. One connection shared by threads fails ("connection is busy"); a cursor
per call does not (16 writers and 8 readers, 0 errors). Writers wait for each other here rather than conflict in DuckDB.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self, TypeVar

import duckdb

from storage.driver import FATAL, SETTINGS, is_passing, translate
from storage.errors import LogUnwritable, StorageError
from storage.guard import Guard
from storage.migrations import migrate

Cursor = duckdb.DuckDBPyConnection
Row = tuple[Any, ...]
T = TypeVar("T")

ATTEMPTS = 6
"""Tries of one call, the pause doubling from 5 ms: 0.16 s in all. Enough for a conflict, or for a checkpoint to fail."""
REVIVAL_SECONDS = 30.0
"""How long a revival waits for readers of the dead instance to notice."""

logger = logging.getLogger(__name__)

# Module state, and needed: two connections of one process to one file would be two guards, of which the second fails. It
# holds open files and no data of visitors.
_open_lock = threading.Lock()
_open_databases: dict[Path, Database] = {}


def default_path() -> Path:
    """The log of this project: `MASKBOARD_HISTORY` where set, else `data/maskboard.duckdb` under the project."""
    chosen = os.environ.get("MASKBOARD_HISTORY", "").strip()
    return Path(chosen).expanduser() if chosen else Path(__file__).resolve().parents[1] / "data" / "maskboard.duckdb"


class Database:
    """A DuckDB file that this process holds. Open it with `Database.open`; opening it twice shares it."""

    def __init__(self, path: Path, guard: Guard, connection: Cursor) -> None:
        self.path = path
        self._guard = guard
        self._connection: Cursor | None = connection
        self._users = 1
        self._write_lock = threading.Lock()
        self._state = threading.Condition()
        self._cursors_in_use = 0
        self._reviving = False
        self._generation = 0
        self._closed = False
        self._version = time.time_ns()

    @classmethod
    def open(cls, path: Path | None = None) -> Self | Database:
        """Open the log, creating folder, file and tables where they are missing.

        Raises LogLocked, LogUnwritable, DiskFull, NewerLog, ForeignFile or LogDamaged; what was in the file stays in it.
        """
        # Absolute, so that a name such as `:memory:` or `md:` is a file like any other.
        path = (path or default_path()).resolve()
        with _open_lock:
            if known := _open_databases.get(path):
                known._users += 1
                return known
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise LogUnwritable(path, (error.strerror or str(error)).lower()) from error
            guard = Guard.acquire(path)
            try:
                connection = _connect(path)
                try:
                    migrate(connection, path)
                except duckdb.Error as error:
                    connection.close()
                    raise translate(error, path) from error
                except StorageError:
                    connection.close()
                    raise
            except BaseException:
                guard.release()
                raise
            database = cls(path, guard, connection)
            _open_databases[path] = database
            return database

    def close(self) -> None:
        """Give back one opening; the last one closes the file and frees the log for other processes."""
        with _open_lock:
            if self._users == 0:
                return
            self._users -= 1
            if self._users:
                return
            del _open_databases[self.path]
            with self._write_lock, self._state:
                self._state.wait_for(lambda: self._cursors_in_use == 0, REVIVAL_SECONDS)
                self._closed = True
                if self._connection is not None:
                    # Closing writes a checkpoint; on a full disk that fails and the WAL keeps everything.
                    with suppress(duckdb.Error):
                        self._connection.close()
                    self._connection = None
            self._guard.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def version(self) -> int:
        """Moves with every write: the key under which what was read may be cached. No two openings share a value."""
        return self._version

    def read(self, work: Callable[[Cursor], T]) -> T:
        """Run `work` with a cursor of its own. `work` may run twice, and must not call this database itself."""
        return self._attempt(work)

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[Row]:
        """All rows of one statement with its parameters bound by name."""
        return self.read(lambda cursor: cursor.execute(sql, parameters or None).fetchall())

    def write(self, work: Callable[[Cursor], T]) -> T:
        """Run `work` in one transaction. It may run again after a fatal error, so it must be idempotent.

        When the disk fills up during an automatic checkpoint, DuckDB has made the commit durable and then died: the second
        run finds everything there and changes nothing.
        """

        def transaction(cursor: Cursor) -> T:
            cursor.begin()
            try:
                result = work(cursor)
                cursor.commit()
            except BaseException:
                # A commit that failed has ended the transaction itself; then there is nothing to roll back.
                with suppress(duckdb.Error):
                    cursor.rollback()
                raise
            return result

        with self._write_lock:
            result = self._attempt(transaction)
            self._version += 1
            return result

    def _attempt(self, work: Callable[[Cursor], T]) -> T:
        revived = False
        for attempt in range(ATTEMPTS):
            generation = self._generation
            try:
                with self._cursor() as cursor:
                    return work(cursor)
            except FATAL as error:
                self._revive(generation, error)
                if revived:
                    raise translate(error, self.path) from error
                revived = True
            except duckdb.Error as error:
                if not is_passing(error) or attempt == ATTEMPTS - 1:
                    raise translate(error, self.path) from error
                # Another thread's commit is in the way for some milliseconds.
                time.sleep(0.005 * 2**attempt)  # DuckDB gives nothing to wait on
        raise StorageError(f"The log {self.path} stayed busy.", remedy="Try again.")

    @contextmanager
    def _cursor(self) -> Iterator[Cursor]:
        with self._state:
            self._state.wait_for(lambda: not self._reviving)
            if self._closed:
                raise StorageError(f"The log {self.path} is closed.", remedy="Open it again.")
            if self._connection is None:
                # A revival that failed, for want of room say: every call tries again, so no restart is needed.
                self._connection = _connect(self.path)
            cursor = self._connection.cursor()
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
            if self._generation != generation or self._connection is None:
                return
            self._reviving = True
            try:
                self._state.wait_for(lambda: self._cursors_in_use == 0, REVIVAL_SECONDS)
                with suppress(duckdb.Error):
                    self._connection.close()
                self._connection = None
                self._generation += 1
                self._connection = _connect(self.path)
                logger.warning("The log %s was opened again after a fatal error: %s", self.path, error)
            finally:
                self._reviving = False
                self._state.notify_all()


def _connect(path: Path) -> Cursor:
    try:
        return duckdb.connect(str(path), config=dict(SETTINGS))
    except duckdb.Error as error:
        raise translate(error, path) from error
