"""The copy of the log that a command asks: its own, or that of the process which has the log open."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from storage.connection import connect
from storage.door import is_taken_here, settle, wait_for_files, wish_for_copy
from storage.driver import translate
from storage.errors import LogLocked, StorageError
from storage.guard import Guard
from storage.migrations import known_migrations, missing_migrations
from storage.snapshots import Snapshot, newest_on_disk, sweep, take

COPY_SECONDS = 60.0
"""How long a copy is waited for that another process takes; of three million predictions it is there after two seconds."""


@dataclass(frozen=True, slots=True)
class AtHand:
    """A copy, and who has the log itself."""

    snapshot: Snapshot
    held: LogLocked | None = None
    """Says which process has the log open, where one has; the copy is then of that process, or one that was left there."""


def at_hand(log: Path) -> AtHand:
    """A copy of the log as it is, taken now unless nothing was written since the last one; the log is not changed.

    While the dashboard has the log open, it takes the copy. Where it cannot, or another process has the log open, the newest
    one that is there serves. Raises LogLocked where there is none, NewerLog and its kin, or StorageError where there is no log.
    """
    log = log.resolve()
    if not log.exists():
        raise StorageError(
            f"There is no log at {log} yet.",
            key="path",
            value=str(log),
            remedy="Ask something first, or set MASKBOARD_HISTORY to a log that exists.",
        )
    try:
        guard = Guard.acquire(log)
    except LogLocked as locked:
        _ask_for_copy(log)
        if (newest := newest_on_disk(log)) is None:
            raise
        return AtHand(newest, locked)
    try:
        return AtHand(_unchanged(log) or _taken(log))
    finally:
        guard.release()


def _ask_for_copy(log: Path) -> None:
    if not is_taken_here(log) or (wish := wish_for_copy(log)) is None:
        return
    until = time.monotonic() + COPY_SECONDS
    try:
        wait_for_files(lambda: not wish.exists() or time.monotonic() > until or not is_taken_here(log))
    finally:
        settle([wish])


def _unchanged(log: Path) -> Snapshot | None:
    newest = newest_on_disk(log)
    return newest if newest is not None and newest.path.parent.name.endswith(_state(log)) else None


def _taken(log: Path) -> Snapshot:
    sweep(log)
    connection = connect(log, read_only=True)
    try:
        if missing_migrations(connection, log):
            raise StorageError(f"The log {log} is of an earlier version.", remedy="Open it once with the dashboard.")
        return take(connection, log, 0, _state(log))
    except duckdb.Error as error:
        raise translate(error, log) from error
    finally:
        connection.close()


def _state(log: Path) -> str:
    """The end of a copy's name: it says of which files, and for which schema, the copy was taken."""
    known = [known_migrations()[-1].sha256]
    for file in (log, log.with_name(f"{log.name}.wal")):
        with suppress(FileNotFoundError):
            status = file.stat()
            known.append(f"{file.name} {status.st_size} {status.st_mtime_ns}")
    return "-" + hashlib.sha256("\n".join(known).encode("utf-8")).hexdigest()[:16]
