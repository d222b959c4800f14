"""The open log of this process: held once, shared by its threads, written by one at a time.

Writers wait for each other here rather than conflict in DuckDB.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

import duckdb

from storage.connection import Connection, Cursor
from storage.errors import LogUnwritable, StorageError, WalDamaged
from storage.guard import Guard
from storage.migrations import migrate
from storage.questions import question
from storage.trouble import LASTING, UNREADABLE, Trouble
from storage.wal import read_wal, wal_path

__all__ = ["Cursor", "Database", "Row", "default_path", "is_open"]

Row = tuple[Any, ...]
T = TypeVar("T")

# Module state, and needed: two connections of one process to one file would be two guards, of which the second fails. It
# holds open files and no data of visitors.
_open_lock = threading.Lock()
_open_databases: dict[Path, Database] = {}


def default_path() -> Path:
    """The log of this project: `MASKBOARD_HISTORY` where set, else `data/maskboard.duckdb` under the project."""
    chosen = os.environ.get("MASKBOARD_HISTORY", "").strip()
    return Path(chosen).expanduser() if chosen else Path(__file__).resolve().parents[1] / "data" / "maskboard.duckdb"


def is_open(path: Path) -> bool:
    """Whether this process has the log open."""
    with _open_lock:
        return path.resolve() in _open_databases


class Database:
    """A DuckDB file that this process holds. Open it with `Database.open`; opening it twice shares it."""

    def __init__(self, path: Path, guard: Guard, connection: Connection) -> None:
        self.path = path
        self._guard = guard
        self._connection = connection
        self._users = 1
        self._write_lock = threading.Lock()
        self._version = self._first_version = time.time_ns()
        self._trouble: Trouble | None = None

    @classmethod
    def open(cls, path: Path | None = None) -> Self | Database:
        """Open the log, creating folder, file and tables where they are missing.

        Raises LogLocked, LogUnwritable, DiskFull, NewerLog, ForeignFile, WalDamaged or LogDamaged; what was in the file stays.
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
                connection = _open_whole(path)
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
            with self._write_lock:
                self._connection.close()
            self._guard.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def version(self) -> int:
        """Moves with every write: the key under which what was read may be cached. No two openings share a value."""
        return self._version

    @property
    def changes(self) -> int:
        """How often the version has moved since this process opened the log."""
        return self._version - self._first_version

    @property
    def trouble(self) -> Trouble | None:
        """Why nothing is being saved: set by a call that failed for it, cleared by the next write that succeeds."""
        return self._trouble

    def read(self, work: Callable[[Cursor], T]) -> T:
        """Run `work` with a cursor of its own. `work` may run twice, and must not call this database itself."""
        try:
            return self._connection.attempt(work)
        except UNREADABLE as error:
            self._note(error, may_be_read=False)
            raise

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[Row]:
        """All rows of one statement with its parameters bound by name."""
        return self.read(lambda cursor: cursor.execute(sql, parameters or None).fetchall())

    def write(self, work: Callable[[Cursor], T], *, moves: bool = True) -> T:
        """Run `work` in one transaction. It may run again after a fatal error, or for want of memory, so it must be idempotent.

        `moves=False` leaves the version where it is, for what nobody reads who goes by it.

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
            try:
                result = self._connection.attempt(transaction)
            except LASTING as error:
                self._note(error, may_be_read=True)
                raise
            self._trouble = None
            self._version += moves
            return result

    @contextmanager
    def within(self, megabytes: int) -> Iterator[None]:
        """Let DuckDB keep no more than this in memory meanwhile; pages and indexes beyond it are read again when needed.

        Whatever asks at the same time has the same limit. It sorts and joins on the disk, slower, and what still needs more
        gets it: it runs again, and as long as it runs there is no limit.
        """
        with self._connection.within(megabytes):
            yield

    def trim(self, megabytes: int) -> None:
        """Give back what is in memory of the log beyond this, where nobody asks just now. For whoever writes much."""
        self._connection.trim(megabytes)

    def try_writing(self, *, moves: bool = True) -> None:
        """Write one row that nobody reads: `trouble` is gone when this returns. Raises what a write raises.

        With `moves=False` the version stays: a server that is asked every few seconds whether it is well would else read and
        copy its log anew as often.
        """
        now = datetime.now(UTC).replace(tzinfo=None)
        self.write(lambda cursor: cursor.execute(question("try_writing"), {"now": now}), moves=moves)

    def _note(self, error: StorageError, *, may_be_read: bool) -> None:
        before = self._trouble
        self._trouble = Trouble(error, before.since if before else datetime.now(UTC), may_be_read)


def _open_whole(path: Path) -> Connection:
    """A connection to a file whose WAL is whole and whose tables are today's."""
    wal = read_wal(wal_path(path))
    if wal.damaged_at is not None:
        # DuckDB would open it, and lose every commit behind this byte without a word (storage/wal.py).
        raise WalDamaged(path, wal.damaged_at)
    connection = Connection(path)
    try:
        if connection.attempt(lambda cursor: migrate(cursor, path)):
            # The tables into the file at once: were they in the WAL, damage to its first bytes would take the whole log.
            with suppress(StorageError):
                connection.attempt(lambda cursor: cursor.execute("CHECKPOINT"))
    except BaseException:
        connection.close()
        raise
    return connection
