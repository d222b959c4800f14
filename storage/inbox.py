"""Where another process puts what it asked while this one has the log open: a log of its own, taken over once it lets go of it.

Beside the log lies a folder `<log>.inbox`. A command that finds the log in use makes a private log in it, asks into that, and
closes it. The process that has the log takes every private log that nobody holds any more, also that of a command that was
killed, in one transaction, and removes it. One that cannot be taken stays, with the reason beside it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from storage.archive import Merged, merge, unpacked, write_archive
from storage.database import Database, is_open
from storage.door import inbox_folder
from storage.errors import LogLocked, LogUnwritable, StorageError
from storage.guard import Guard
from storage.removal import remove_unasked
from storage.run_ids import new_run_id

PRIVATE = "log.duckdb"
REASON = "not-taken.txt"
"""In the folder of a private log that the log refused: why."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A private log that is in the log now."""

    folder: Path
    merged: Merged


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A private log that stays where it is."""

    folder: Path
    reason: str
    """A sentence with the way out."""


@contextmanager
def private_log(log: Path) -> Iterator[Path]:
    """The path of a private log in the inbox, to be opened, filled and closed within; afterwards it is there to be taken.

    Where nothing was made at the path, nothing is left. Raises LogUnwritable.
    """
    folder = inbox_folder(log) / new_run_id()
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise LogUnwritable(log, (error.strerror or str(error)).lower()) from error
    # Held from the first moment to the last, so that nobody takes a log that is about to be opened again.
    guard = Guard.acquire(folder / "maker")
    try:
        yield folder / PRIVATE
    finally:
        guard.release()
        if not (folder / PRIVATE).exists():
            shutil.rmtree(folder, ignore_errors=True)


def take_all(database: Database) -> tuple[Taken | NotTaken, ...]:
    """Take over every private log that nobody holds any more, each in one transaction.

    What cannot be taken is told once, and left alone from then on. Raises StorageError where this log can take nothing now.
    """
    folder = inbox_folder(database.path)
    if not folder.is_dir():
        return ()
    found = [each for each in sorted(folder.iterdir()) if (each / PRIVATE).exists() and not (each / REASON).exists()]
    return tuple(told for each in found if (told := _take(database, each)) is not None)


def why_not_taken(private: Path) -> str | None:
    """The reason that was left beside a private log; None where there is none."""
    try:
        return (private.parent / REASON).read_text("utf-8").strip()
    except OSError:
        return None


def _take(database: Database, folder: Path) -> Taken | NotTaken | None:
    if _is_held(folder):
        return None
    try:
        merged = _merge(database, folder / PRIVATE, folder)
    except LogLocked:
        return None
    except StorageError as error:
        if database.trouble is not None:
            raise  # the fault is this log's: the private one waits until it can be written again
        with suppress(OSError):
            (folder / REASON).write_text(f"{error}\n", "utf-8")
        return NotTaken(folder, str(error))
    shutil.rmtree(folder, ignore_errors=True)
    return Taken(folder, merged)


def _is_held(folder: Path) -> bool:
    if is_open(folder / PRIVATE):
        return True
    try:
        Guard.acquire(folder / "maker").release()
    except LogLocked:
        return True
    except StorageError:
        return False
    return False


def _merge(database: Database, private: Path, folder: Path) -> Merged:
    archive = folder / "all.zip"
    with Database.open(private) as opened:
        # What it was lent and did not ask for: here it may have been deleted meanwhile.
        remove_unasked(opened)
        write_archive(opened, archive)
    with unpacked(archive, folder) as whole:
        return merge(database, whole)
