"""Bringing back a log whose WAL is damaged: everything before the damage, and not a byte of the damaged files thrown away."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from storage.connection import Cursor, connect
from storage.database import is_open
from storage.driver import translate
from storage.errors import DiskFull, LogDamaged, LogUnwritable, StorageError, WalDamaged
from storage.files import copy_file, files_of, flush, put_in_place, remove, why
from storage.guard import Guard
from storage.questions import question
from storage.verification import Finding, inspect
from storage.verification import commits as commits_in_words
from storage.wal import commits_behind, read_wal, size_of, wal_path


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did."""

    kept: tuple[Path, ...]
    """Where the damaged files lie; empty where nothing had to be repaired."""
    lost_bytes: int
    """Bytes of the WAL from the damage on."""
    lost_commits: int
    """Commits, each an ask or another change, that were saved and lie in those bytes; where something was cut, 1 at least."""
    runs: int
    """What the log holds now."""
    asks: int
    last_asked_at: datetime | None
    """Of the last ask that is there, UTC; None where there is none."""
    last_written_at: datetime | None
    """When the damaged WAL was written for the last time, UTC: what is missing was asked before."""
    findings: tuple[Finding, ...] = ()
    """What a verification of the repaired log found."""

    def in_words(self) -> str:
        """A few sentences for a person."""
        runs = f"{self.runs:,} run" + ("" if self.runs == 1 else "s")
        if not self.kept:
            return f"Nothing had to be repaired: the log opens and holds {runs}."
        said = [f"The log opens again and holds {runs}."]
        if self.last_asked_at:
            said.append(f"The last ask that is there is of {_at(self.last_asked_at)}.")
        between = f" between then and {_at(self.last_written_at)}" if self.last_asked_at and self.last_written_at else ""
        said.append(f"Not brought back: {commits_in_words(self.lost_commits)} saved{between}, each an ask or another change.")
        said.append(f"{self.lost_bytes:,} bytes could not be read; the damaged files are kept: {_names(self.kept)}.")
        if self.findings:
            things = "1 thing more" if len(self.findings) == 1 else f"{len(self.findings):,} things more"
            said.append(f"{things} should not be so: see python -m storage verify.")
        return " ".join(said)


def repair(path: Path) -> Repaired:
    """Let the log at `path` open again. Where nothing is damaged, nothing is changed.

    The work is done on a copy, cut off at the damaged byte, which is verified before it takes the place of the log; the damaged
    files stay under other names. Raises LogLocked where a process has the log open, LogDamaged where the file itself is
    damaged, which only a backup can mend, and StorageError where there is no log, no room, or a step that the system refuses.
    """
    path = path.resolve()
    if is_open(path):
        raise StorageError("The log is open and needs no repair.", key="path", value=str(path))
    try:
        if not path.is_file():
            raise StorageError(f"There is no log at {path}.", key="path", value=str(path), remedy="Name the file of a log.")
        guard = Guard.acquire(path)
        try:
            return _repair(path)
        finally:
            guard.release()
    except (DiskFull, LogUnwritable) as error:
        raise _unmended(path, "the disk is full" if isinstance(error, DiskFull) else error.reason) from error
    except OSError as error:
        raise _unmended(path, why(error)) from error
    except duckdb.Error as error:
        raise translate(error, path) from error


def _repair(path: Path) -> Repaired:
    work = path.with_name(f".{path.name}.{os.getpid()}.repair")
    wal = wal_path(path)
    size = size_of(wal)
    remove(path.parent.glob(f".{glob.escape(path.name)}.*.repair*"))  # of a repair that was killed
    try:
        for source, copy in zip(files_of(path), files_of(work), strict=True):
            if source.exists():
                copy_file(source, copy)
        whole = _cut(work, path)
        connection = connect(work)
        try:
            # Where the damage is in what a new log wrote first, nothing is left, and the log begins anew.
            empty = not connection.execute(question("tables")).fetchall()
            findings = () if empty else tuple(each for each in inspect(connection, path) if not each.harmless)
            if damage := [each for each in findings if each.is_damage]:
                raise LogDamaged(path, damage[0].in_words().rstrip("."))
            runs, asks, last = (0, 0, None) if empty else connection.execute(question("extent")).fetchall()[0]
            if whole != size:
                _into_the_file(connection, path)
        finally:
            connection.close()
        if whole == size:
            return Repaired((), 0, 0, runs, asks, _utc(last), None, findings)
        lost = max(1, commits_behind(wal, whole))
        written_at = datetime.fromtimestamp(wal.stat().st_mtime, UTC)
        if commits_behind(wal_path(work), 0):
            # Only the file takes the place of the log: what still lies in its WAL would be lost.
            raise DiskFull(path)
        flush(work)
        kept = put_in_place(work, path, "damaged")
        return Repaired(kept, size - whole, lost, runs, asks, _utc(last), written_at, findings)
    finally:
        remove(files_of(work))


def _into_the_file(connection: Cursor, path: Path) -> None:
    """Write what the WAL of the copy holds into its file; closing would try to, and say nothing where there is no room."""
    try:
        connection.execute("CHECKPOINT")
    except duckdb.Error as error:
        raise translate(error, path) from error


def _cut(work: Path, path: Path) -> int:
    """Cut the WAL of the copy until DuckDB reads it, and return how many of its bytes are left."""
    wal = wal_path(work)
    while True:
        left = size_of(wal)
        position = read_wal(wal).damaged_at
        if position is None:
            try:
                connect(work, read_only=True).close()
            except WalDamaged as error:
                # Where DuckDB names no byte, the WAL is not of this file, or its first bytes are wrong.
                position = error.position or 0
            except LogDamaged as error:
                raise LogDamaged(path, "the file itself is damaged, which no repair can mend") from error
            else:
                return left
        os.truncate(wal, min(position, max(left - 1, 0)))


def _unmended(path: Path, reason: str) -> StorageError:
    return StorageError(
        f"The log {path} could not be repaired: {reason}.",
        key="path",
        value=str(path),
        remedy="Every file of it is there still. Make its folder writable, with room for the log a second time, and try again.",
    )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _names(paths: tuple[Path, ...]) -> str:
    return ", ".join(each.name for each in paths)
