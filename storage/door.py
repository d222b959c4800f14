"""What other processes see of the one that has the log open and serves them, and how they ask it for a copy: by files.

Beside the log lies a folder `<log>.inbox`. In it lies a lock, held as long as somebody takes what is put there
(`storage.inbox`), and, for as long as somebody waits for one, the wish for a copy of the log as it is now.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from storage.errors import LogLocked, LogUnwritable, StorageError
from storage.guard import Guard

WISH = "copy-wanted"
"""Lies in the inbox until a copy of the log was taken, or could not be."""
LOOK_SECONDS = 0.2
"""Between two looks at what another process does."""
_DOOR = "open"
"""Beside the private logs; locked as long as somebody takes them."""


class Door:
    """Says to other processes that this one takes what they put into the inbox; held while the log is open."""

    def __init__(self, log: Path) -> None:
        """Open the inbox of a log. Raises LogUnwritable, DiskFull, or LogLocked where another process holds it."""
        folder = inbox_folder(log)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise LogUnwritable(log, (error.strerror or str(error)).lower()) from error
        self._guard = Guard.acquire(folder / _DOOR)

    def close(self) -> None:
        """From now on nobody takes anything."""
        self._guard.release()


def inbox_folder(log: Path) -> Path:
    """The inbox of a log; it may not be there."""
    return log.resolve().with_name(f"{log.name}.inbox")


def is_taken_here(log: Path) -> bool:
    """Whether some process takes what is put into the inbox of this log."""
    folder = inbox_folder(log)
    if not folder.is_dir():
        return False
    try:
        Guard.acquire(folder / _DOOR).release()
    except LogLocked:
        return True
    except StorageError:
        return False
    return False


def wish_for_copy(log: Path) -> None:
    """Ask the process that has the log open for a copy of it as it is now. Raises LogUnwritable."""
    try:
        (inbox_folder(log) / WISH).touch(mode=0o600)
    except OSError as error:
        raise LogUnwritable(log, (error.strerror or str(error)).lower()) from error


def is_copy_wished(log: Path) -> bool:
    """Whether somebody still waits for a copy."""
    return (inbox_folder(log) / WISH).exists()


def settle_wish(log: Path) -> None:
    """Nobody waits any longer: the copy is there, or will not be."""
    (inbox_folder(log) / WISH).unlink(missing_ok=True)


def wait_for_files(done: Callable[[], bool]) -> None:
    """Wait for another process, of which nothing but files can be seen."""
    while not done():
        time.sleep(LOOK_SECONDS)  # no file can wake this process, so it looks again
