"""A backup is a copy made by SQL in one read transaction, while people go on asking; it appears whole or not at all.

The file is never copied as a file: without its WAL the newest commits are missing, and a WAL that is being written is torn.
"""

from __future__ import annotations

import glob
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from storage.connection import Cursor, connect
from storage.database import Database
from storage.driver import translate
from storage.errors import DiskFull, LogDamaged, LogUnwritable, StorageError
from storage.files import belongs_to, copy_file, files_of, flush, put_in_place, remove, why
from storage.guard import Guard
from storage.questions import question
from storage.verification import Finding, inspect
from storage.wal import commits_behind, size_of, wal_path

# Every session of a process sees an attached database, so the name under which a backup is attached is in use once at a time.
_one_backup = threading.Lock()


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup holds, or a restored log."""

    path: Path
    taken_at: datetime
    """When the copying began, UTC: what was acknowledged before is in it."""
    size: int
    """Bytes of the file."""
    runs: int
    asks: int
    last_asked_at: datetime | None
    """UTC; None where nothing was asked."""
    findings: tuple[Finding, ...] = ()
    """What is odd in the rows, and was in the log already. Never damage: a damaged copy is not kept."""
    kept: tuple[Path, ...] = ()
    """Where the files lie that a restored log took the place of."""

    def in_words(self) -> str:
        """One sentence for a person."""
        last = f", the last of {self.last_asked_at:%Y-%m-%d %H:%M:%S} UTC" if self.last_asked_at else ""
        said = f"{self.path} holds {_count(self.runs, 'run')} and {_count(self.asks, 'ask')}{last}."
        if self.findings:
            said += (
                f" It is whole, but {_count(len(self.findings), 'thing')} in it should not be so: see python -m storage verify."
            )
        if self.kept:
            said += f" What was there before lies in {', '.join(each.name for each in self.kept)}."
        return said


def backup(database: Database, out: Path) -> Copied:
    """Write a copy of the whole log to `out`, read it from end to end, and only then let it appear there.

    People may ask and write all the while. Raises StorageError where `out` is a file of the log, is there already, or cannot be
    written; then nothing of it is left.
    """
    out = out.resolve()
    if belongs_to(out, database.path):
        raise StorageError("The backup would overwrite the log.", key="out", value=str(out), remedy="Name another file.")
    try:
        if out.exists():
            raise StorageError(f"There is a file at {out} already.", key="out", value=str(out), remedy="Name another file.")
        if not out.parent.is_dir():
            raise _unwritable(out, "there is no such folder")
    except OSError as error:
        raise _unwritable(out, why(error)) from error
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    taken_at = datetime.now(UTC)
    with _one_backup:
        try:
            _copy(database, part)
            copied = _read_back(part, taken_at)
            if commits_behind(wal_path(part), 0):
                # Detaching says nothing where there is no room, and only the file is renamed.
                raise _unwritable(out, "the disk is full")
            flush(part)
            part.rename(out)
            flush(out.parent)
        except LogDamaged as error:
            raise StorageError(
                f"The copy is not whole and was thrown away: {error.reason}.",
                key="out",
                value=str(out),
                remedy="Run python -m storage verify to see whether the log is.",
            ) from error
        except OSError as error:
            raise _unwritable(out, why(error)) from error
        finally:
            remove(files_of(part))
    return replace_fields(copied, path=out)


def restore(source: Path, log: Path, *, replace: bool = False) -> Copied:
    """Let the backup at `source` be the log at `log`, once it has been read from end to end.

    A log that is there is left alone unless `replace` says otherwise; then its files are kept under other names. Raises
    LogLocked where a process has the log open, and StorageError where the backup is damaged or is none, or where the system
    refuses a step; then what was there before is there still.
    """
    source, log = source.resolve(), log.resolve()
    try:
        return _restore(source, log, replace=replace)
    except OSError as error:
        raise StorageError(
            f"The backup {source} could not be restored to {log}: {why(error)}.",
            key="log",
            value=str(log),
            remedy="What was there before is there still. Make the folder writable, with room for the backup, and try again.",
        ) from error


def _restore(source: Path, log: Path, *, replace: bool) -> Copied:
    if not source.is_file():
        raise StorageError(f"There is no backup at {source}.", key="backup", value=str(source), remedy="Name another file.")
    if belongs_to(source, log):
        raise StorageError(
            "A log is no backup of itself.", key="backup", value=str(source), remedy="Name the file of a backup."
        )
    if size_of(wal_path(source)):
        raise StorageError(
            f"{source} is a log and no backup: a .wal lies beside it.",
            key="backup",
            value=str(source),
            remedy="Open it with MASKBOARD_HISTORY, and make a backup of it.",
        )
    log.parent.mkdir(parents=True, exist_ok=True)
    guard = Guard.acquire(log)
    try:
        if not replace and any(each.exists() for each in files_of(log)):
            raise StorageError(
                f"There is a log at {log} already.",
                key="log",
                value=str(log),
                remedy="With --replace the backup takes its place and its files are kept under other names.",
            )
        part = log.with_name(f".{log.name}.{os.getpid()}.part")
        remove(log.parent.glob(f".{glob.escape(log.name)}.*.part*"))  # of a restore that was killed
        try:
            copy_file(source, part)
            try:
                copied = _read_back(part, datetime.fromtimestamp(source.stat().st_mtime, UTC))
            except LogDamaged as error:
                raise StorageError(
                    f"The backup {source} is damaged: {error.reason}.",
                    key="backup",
                    value=str(source),
                    remedy="Nothing was changed. Restore another one.",
                ) from error
            flush(part)
            kept = put_in_place(part, log, "replaced")
        finally:
            remove(files_of(part))
    finally:
        guard.release()
    return replace_fields(copied, path=log, kept=kept)


def _copy(database: Database, part: Path) -> None:
    def work(cursor: Cursor) -> None:
        remove(files_of(part))
        cursor.execute(question("attach_backup"), {"path": str(part)})
        try:
            ((name,),) = cursor.execute("SELECT current_database()").fetchall()
            cursor.begin()
            # The name of a database is the file's and cannot be bound.
            cursor.execute("COPY FROM DATABASE " + _quoted(name) + " TO maskboard_backup")
            cursor.commit()
        finally:
            # Detaching writes what is still in the WAL of the copy into its file.
            with suppress(duckdb.TransactionException):
                cursor.rollback()
            cursor.execute("DETACH maskboard_backup")

    try:
        database.read(work)
    except DiskFull as error:
        raise _unwritable(part, "the disk is full") from error
    except LogUnwritable as error:
        raise _unwritable(part, error.reason) from error


def _read_back(part: Path, taken_at: datetime) -> Copied:
    """What the copy holds, once it has been read from end to end."""
    connection = connect(part, read_only=True)
    try:
        findings = tuple(each for each in inspect(connection, part) if not each.harmless)
        if damage := [each for each in findings if each.is_damage]:
            raise LogDamaged(part, damage[0].in_words().rstrip("."))
        runs, asks, last = connection.execute(question("extent")).fetchall()[0]
    except duckdb.Error as error:
        raise translate(error, part) from error
    finally:
        connection.close()
    return Copied(part, taken_at, size_of(part), runs, asks, last.replace(tzinfo=UTC) if last else None, findings)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _unwritable(out: Path, reason: str) -> StorageError:
    return StorageError(
        f"The backup could not be written to {out.parent}: {reason}.",
        key="out",
        value=str(out),
        remedy="Nothing of it was left there, and the log is as it was. Name a place with room.",
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
