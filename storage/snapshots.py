"""Read-only copies of the log for people's SQL, in the folder `<log file>.snapshots`.

A copy holds the tables behind the views that people may see, those views, the macros and all comments, and nothing else. It
is written under another name and then renamed, so what has the name of a copy is whole. A copy that has been replaced stays
until the next one is there: whoever was just given it can still open it.
"""

from __future__ import annotations

import re
import shutil
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from storage.copying import copy_for_people, room_for
from storage.database import Cursor, Database
from storage.errors import StorageError

FILE = "log.duckdb"
"""The copy in its folder. People see the name in `SHOW DATABASES`: every copy has the same."""
KEPT = 2
"""Copies that stay: the newest, and the one before for those who were just given it."""
_STAMP = "%Y%m%dT%H%M%S.%f"
_NAME = re.compile(r"(?P<taken>\d{8}T\d{6}\.\d{6})Z-(?P<version>\d+)(?P<rest>(-[0-9a-f]+)?)")
_BUILDING = ".building-"
_PROCESS = uuid.uuid4().hex
"""Tells copies that this process is writing from those that a crash left behind: process ids come again."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of the log of one moment."""

    path: Path
    """The DuckDB file."""
    taken_at: datetime
    """UTC. Everything acknowledged before is in it."""
    version: int
    """`Database.version` at that time; 0 where a shell took the copy of a log that nobody had open."""


class Snapshots:
    """The copies of an open log. Many threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._newest: Snapshot | None = None
        self._closed = False
        # The log is open here, so whatever lies there is of a process that has ended.
        sweep(database.path, copies_too=True)

    def newest(self) -> Snapshot | None:
        """The last copy of this process, however old. Builds nothing and waits for nobody."""
        return self._newest

    def current(self) -> Snapshot:
        """The last copy where the log has not moved since, else a new one. Two callers share one building.

        Raises StorageError where there is no room, or the log cannot be read.
        """
        with self._lock:
            if self._closed:
                raise StorageError("The log is closed.", remedy="Open it again.")
            found = self._newest
            if found is None or found.version != self._database.version or not found.path.exists():
                found = self._newest = self._build()
            return found

    def forget(self) -> None:
        """Take the copies away because something was deleted from the log; the next question has a new one taken.

        A statement that is running on one comes to its end.
        """
        with self._lock:
            self._newest = None
            for copy in _finished(snapshot_folder(self._database.path)):
                shutil.rmtree(copy, ignore_errors=True)

    def close(self) -> None:
        """Take the copies away. Statements that are running on one come to their end."""
        with self._lock:
            self._closed = True
            self._newest = None
            shutil.rmtree(snapshot_folder(self._database.path), ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _build(self) -> Snapshot:
        log = self._database.path
        version = self._database.version

        def work(cursor: Cursor) -> Snapshot:
            return take(cursor, log, version)

        return self._database.read(work)


def take(source: Cursor, log: Path, version: int, suffix: str = "") -> Snapshot:
    """Copy the log behind `source` into its folder, and unlink copies that were replaced. `suffix` ends the name."""
    folder = snapshot_folder(log)
    taken_at = datetime.now(UTC)
    building = folder / f"{_BUILDING}{_PROCESS}-{uuid.uuid4().hex}"
    try:
        building.mkdir(parents=True)
        room_for(log, folder)
        copy_for_people(source, building / FILE)
        finished = folder / f"{taken_at.strftime(_STAMP)}Z-{version}{suffix}"
        building.rename(finished)
    except OSError as error:
        raise StorageError(
            f"No copy of the log could be made to ask: {error.strerror or error}.", key="path", value=str(folder)
        ) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    for old in sorted(_finished(folder), key=lambda entry: entry.name)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return Snapshot(finished / FILE, taken_at, version)


def newest_on_disk(log: Path) -> Snapshot | None:
    """The newest copy of a log, whoever took it. For a shell while another process has the log open."""
    newest = max(_finished(snapshot_folder(log)), key=lambda entry: entry.name, default=None)
    if newest is None or (named := _NAME.fullmatch(newest.name)) is None:
        return None
    taken_at = datetime.strptime(named["taken"], _STAMP).replace(tzinfo=UTC)
    return Snapshot(newest / FILE, taken_at, int(named["version"]))


def snapshot_folder(log: Path) -> Path:
    """Where the copies of a log lie."""
    return log.with_name(f"{log.name}.snapshots")


def _finished(folder: Path) -> list[Path]:
    try:
        return [entry for entry in folder.iterdir() if _NAME.fullmatch(entry.name)]
    except OSError:
        return []


def sweep(log: Path, *, copies_too: bool = False) -> None:
    """Take away what a process that had the log open left unfinished, and its copies where wanted."""
    folder = snapshot_folder(log)
    if folder.is_dir():
        for entry in folder.iterdir():
            left_behind = entry.name.startswith(_BUILDING) and not entry.name.startswith(f"{_BUILDING}{_PROCESS}")
            if left_behind or (copies_too and _NAME.fullmatch(entry.name)):
                shutil.rmtree(entry, ignore_errors=True)
