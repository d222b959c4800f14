"""One process per log: an advisory lock on a file of our own beside the database.

DuckDB locks its file too, with a POSIX lock, and a POSIX lock is dropped when *any* descriptor of the file is closed in the
process that holds it: `open(path).close()` in our own Python code once let a second process in, and 5,000 committed rows
were overwritten. So no Python code here opens the database or its WAL, and the lock that counts is a `flock` on
`<file>.lock`. The kernel releases it when the process ends, however it ends. The lock file stays behind on purpose: were it
deleted, two processes could lock two different files of the same name.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from storage.errors import DiskFull, LogLocked, LogUnwritable

COMMAND_LENGTH = 120
"""Characters of a command line that a sentence can bear."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the log open."""

    pid: int
    started_at: str
    """When the log was opened, ISO 8601, UTC."""
    command: str

    def __str__(self) -> str:
        since = f" since {self.started_at[:16].replace('T', ' ')} UTC" if self.started_at else ""
        return f"process {self.pid} ({self.command}){since}" if self.command else f"process {self.pid}{since}"


class Guard:
    """The held lock of one log. Released by `release`, or by the kernel when the process ends."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        """The lock file."""
        self._descriptor: int | None = descriptor

    @classmethod
    def acquire(cls, database: Path) -> Self:
        """Take the lock of the log at `database`, or raise LogLocked naming the holder, LogUnwritable or DiskFull."""
        path = lock_path(database)
        try:
            # Descriptors of Python are closed on exec, so a child that the dashboard starts does not keep the log locked.
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(database) from error
            raise LogUnwritable(database, (error.strerror or str(error)).lower()) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = _read_holder(descriptor)
            os.close(descriptor)
            who = str(holder) if holder else "another process"
            raise LogLocked(database, who, holder.pid if holder else None) from error
        except OSError as error:
            os.close(descriptor)
            raise LogUnwritable(database, f"its folder does not support locks ({error.strerror})") from error
        # A full disk must not keep people from reading: without these bytes the lock still holds, only the name is missing.
        with suppress(OSError):
            _write_holder(descriptor)
        return cls(path, descriptor)

    def release(self) -> None:
        """Give the log free. Safe to call twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def lock_path(database: Path) -> Path:
    """The guard file of a database file."""
    return database.with_name(f"{database.name}.lock")


def describe_process(pid: int) -> str:
    """The command line of a running process, shortened; empty where it cannot be read."""
    try:
        parts = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return ""
    # The folder of the interpreter tells a person nothing.
    return " ".join(" ".join([Path(parts[0]).name, *parts[1:]]).split())[:COMMAND_LENGTH]


def _write_holder(descriptor: int) -> None:
    command = describe_process(os.getpid()) or " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:COMMAND_LENGTH]
    holder = Holder(os.getpid(), datetime.now(UTC).isoformat(timespec="seconds"), command)
    content = json.dumps(asdict(holder)).encode("utf-8")
    os.pwrite(descriptor, content, 0)
    os.ftruncate(descriptor, len(content))


def _read_holder(descriptor: int) -> Holder | None:
    """The holder as the lock file tells it; None where it was not yet written or is of a process that has ended."""
    try:
        holder = Holder(**json.loads(os.pread(descriptor, 4096, 0)))
    except (OSError, ValueError, TypeError):
        return None
    return holder if Path(f"/proc/{holder.pid}").exists() or not Path("/proc/self").exists() else None
