"""What other processes see of the one that has the log open and serves them, and how they ask it for a copy: by files.

Beside the log lies a folder `<log>.inbox`. In it lies a lock, held as long as somebody takes what is put there
(`storage.inbox`), and, for as long as somebody waits for one, wishes for a copy of the log as it is now.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from storage.errors import LogLocked, LogUnwritable, StorageError
from storage.guard import Guard
from storage.run_ids import new_run_id

WISH = "copy-wanted-"
"""How the name of a wish begins; each has a name of its own, so that nobody takes the copy of one who asked before."""
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
    log = log.resolve()
    return log.with_name(f"{log.name}.inbox")


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


def wish_for_copy(log: Path) -> Path | None:
    """Ask the process that has the log open for a copy of it as it is now.

    The wish is a file, which goes when a copy was taken, or cannot be. None where no file can be written there.
    """
    wish = inbox_folder(log) / f"{WISH}{new_run_id()}"
    try:
        wish.touch(mode=0o600)
    except OSError:
        return None
    return wish


def wishes(log: Path) -> tuple[Path, ...]:
    """What is wished for now, by whoever waits."""
    return tuple(inbox_folder(log).glob(f"{WISH}*"))


def settle(wished: Iterable[Path]) -> None:
    """Those who wished these wait no longer. A file that cannot be removed is looked at again in the next round."""
    for wish in wished:
        with suppress(OSError):
            wish.unlink()


def wait_for_files(done: Callable[[], bool]) -> None:
    """Wait for another process, of which nothing but files can be seen.

    By looking again and again: it may end instead of answering, which changes no file, so that no watch over files tells it.
    """
    while not done():
        time.sleep(LOOK_SECONDS)
