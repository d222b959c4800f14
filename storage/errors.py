"""What storage says when it cannot: one sentence that a person can act on, with the cause behind it.

Errors of the driver and of the operating system end here; callers show `str(error)` and nothing else. The original stays on
`__cause__` for the trace in a server's own log.
"""

from __future__ import annotations

from pathlib import Path


class StorageError(Exception):
    """Anything the log cannot do. The message is a whole sentence with the way out."""

    def __init__(self, message: str, *, key: str = "", value: str = "", remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.key = key
        """What the trouble is about: `path`, `pid`, `sql`, a setting."""
        self.value = value
        self.remedy = remedy
        """The way out, also the end of the message."""


class LogLocked(StorageError):
    """Another process has the log open; DuckDB lets one process at a time."""

    def __init__(self, path: Path, holder: str, pid: int | None = None) -> None:
        super().__init__(
            f"The log {path} is in use by {holder}.",
            key="pid",
            value="" if pid is None else str(pid),
            remedy="Ask in that program, or stop it and try again, or set MASKBOARD_HISTORY to another file.",
        )
        self.pid = pid
        """Process id of the holder; None where it cannot be told."""


class NewerLog(StorageError):
    """The file was written by a version of Maskboard, or of DuckDB, that this one does not know."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(
            f"The log {path} was written by another version of Maskboard ({found}), and nothing in it was changed.",
            key="path",
            value=str(path),
            remedy="Start it with the newest Maskboard, or set MASKBOARD_HISTORY to another file.",
        )


class ForeignFile(StorageError):
    """A DuckDB file that holds somebody's tables and no log."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The file {path} is a database of something else, and nothing in it was changed.",
            key="path",
            value=str(path),
            remedy="Set MASKBOARD_HISTORY to another file.",
        )


class LogUnwritable(StorageError):
    """The folder or the file cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The log {path} cannot be written: {reason}.",
            key="path",
            value=str(path),
            remedy="Make its folder writable, or set MASKBOARD_HISTORY to a file that can be written.",
        )
        self.reason = reason
        """Why not, as the system says it."""


class DiskFull(StorageError):
    """There is no room. What was saved before is whole."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The disk that holds the log {path} is full, so this could not be saved; everything saved before is whole.",
            key="path",
            value=str(path),
            remedy="Make room and try again.",
        )


class LogDamaged(StorageError):
    """The file is not a log, or bytes in it are not what was written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The log {path} cannot be read: {reason}.",
            key="path",
            value=str(path),
            remedy="Keep the file and its .wal as they are, and bring back a backup with python -m storage restore, or set "
            "MASKBOARD_HISTORY to another file.",
        )
        self.reason = reason
        """What cannot be read, without its full stop."""


class WalDamaged(StorageError):
    """Bytes of the WAL, which holds what was saved last, are not what was written. The file itself may be whole."""

    def __init__(self, path: Path, position: int | None, reason: str = "") -> None:
        where = f" at byte {position:,}" if position is not None else ""
        why = f" ({reason})" if reason else ""
        super().__init__(
            f"What was saved last in the log {path} is damaged: its .wal cannot be read{where}{why}. Nothing was changed.",
            key="path",
            value=str(path),
            remedy="Run python -m storage repair, or press Repair in the dashboard: what lies before it is brought back, "
            "and the damaged files are kept.",
        )
        self.position = position
        """The first byte of the WAL that cannot be read; None where nobody could tell."""


class QueryRefused(StorageError):
    """A statement that a person typed is not one that may run."""

    def __init__(self, message: str, *, value: str = "", remedy: str = "") -> None:
        super().__init__(message, key="sql", value=value, remedy=remedy)


class QueryFailed(StorageError):
    """A statement was allowed to run and did not finish."""

    def __init__(self, message: str, *, value: str = "", remedy: str = "") -> None:
        super().__init__(message, key="sql", value=value, remedy=remedy)
