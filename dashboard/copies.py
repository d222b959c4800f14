"""The copies of the log that people's SQL reads, and when a new one is made."""

from __future__ import annotations

import threading
import time

from storage.database import Database
from storage.snapshots import Snapshot, Snapshots

QUICK_SECONDS = 1.0
"""Where the last copy took less, each run of a statement reads the log as it is; else a person presses Refresh for that."""


class Copies:
    """For all sessions of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._snapshots = Snapshots(database)
        self._seconds = 0.0
        self._lock = threading.Lock()

    def newest(self) -> Snapshot | None:
        """The one that is there, if any."""
        return self._snapshots.newest()

    def to_read(self, *, fresh: bool = False) -> Snapshot:
        """The one that a statement reads. Made anew where the log has moved and copying it is quick, or `fresh` is asked for.

        Raises `StorageError`.
        """
        newest = self._snapshots.newest()
        if newest is not None and not fresh and self._seconds > QUICK_SECONDS:
            return newest
        started = time.monotonic()
        found = self._snapshots.current()
        if found != newest:
            with self._lock:
                self._seconds = time.monotonic() - started
        return found

    def is_behind(self, snapshot: Snapshot) -> bool:
        """Whether the log has moved since."""
        return snapshot.version != self._database.version

    def forget(self) -> None:
        """Take them away: they hold what a person has just deleted."""
        self._snapshots.forget()

    def close(self) -> None:
        """Take the copies away."""
        self._snapshots.close()
