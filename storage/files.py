"""The files of a log, moved as wholes: renamed, linked, or copied by `cp`. No Python code opens them (storage/guard.py)."""

from __future__ import annotations

import errno
import itertools
import os
import subprocess
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

from storage.driver import FULL
from storage.errors import StorageError
from storage.guard import lock_path
from storage.wal import wal_path


def files_of(log: Path) -> tuple[Path, ...]:
    """Every file that belongs to the log at this path, whether or not it is there."""
    wal = wal_path(log)
    return (log, wal, wal.with_name(wal.name + ".checkpoint"), wal.with_name(wal.name + ".recovery"))


def belongs_to(path: Path, log: Path) -> bool:
    """Whether a path is one of the log's own files, its lock included."""
    return path.resolve() in (*files_of(log.resolve()), lock_path(log.resolve()))


def why(error: OSError) -> str:
    """What the system says of a failure, as a part of a sentence."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "the disk is full"
    return (error.strerror or str(error)).lower()


def stamp() -> str:
    """This moment, UTC, as a part of a file name."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


def copy_file(source: Path, target: Path) -> None:
    """Copy by `cp`, which shares the blocks where the file system can. Raises StorageError; a part of a copy is taken away."""
    done = subprocess.run(
        ["cp", "--", str(source), str(target)],  # noqa: S607 - its place differs between systems, and PATH knows it
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath)},
    )
    if done.returncode == 0:
        return
    with suppress(OSError):
        target.unlink()
    full = any(word in done.stderr.lower() for word in FULL)
    reason = "the disk is full" if full else done.stderr.rpartition(":")[2].strip() or "cp failed"
    raise StorageError(
        f"{source.name} could not be copied to {target.parent}: {reason}.",
        key="path",
        value=str(source),
        remedy=f"Nothing was changed. Make room for {source.name} a second time, and try again.",
    )


def flush(path: Path) -> None:
    """Have a finished file, or the names in a folder, on the disk before anything relies on it. Not for a file of the log."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_in_place(new: Path, log: Path, word: str) -> tuple[Path, ...]:
    """Let `new` be the log, and keep the files that were the log before under the names returned.

    The file at `log` is always one whole log, whenever the process is killed. Its WAL is renamed last: beside the new file it
    is of another database or of an earlier checkpoint, and DuckDB never reads it into the new one. Where the system refuses a
    step, those before it are taken back, and OSError or StorageError is raised.
    """
    kept = unused(log.with_name(f"{log.name}.{word}-{stamp()}"))
    names = []
    with ExitStack() as back:
        if log.exists():
            keep(log, kept)
            back.callback(_move_back, kept, log)
            names.append(kept)
        else:
            back.callback(remove, [log])
        new.replace(log)
        for old in files_of(log)[1:]:
            if old.exists():
                target = old.with_name(kept.name + old.name.removeprefix(log.name))
                old.replace(target)
                back.callback(_move_back, target, old)
                names.append(target)
        flush(log.parent)
        back.pop_all()
    return tuple(names)


def unused(name: Path) -> Path:
    """That name, or the first of its kind that no file has: two repairs within a second keep two copies."""
    numbered = (name.with_name(f"{name.name}-{number}") for number in itertools.count(2))
    return next(each for each in itertools.chain((name,), numbered) if not each.exists() and not wal_path(each).exists())


def keep(path: Path, name: Path) -> None:
    """Give a file a second name, which holds when the first is given to another file."""
    try:
        os.link(path, name)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
            raise
        copy_file(path, name)


def _move_back(kept: Path, name: Path) -> None:
    with suppress(OSError):
        # Two names of one file are not renamed to each other: both would stay.
        kept.unlink() if name.exists() and kept.samefile(name) else kept.replace(name)


def remove(paths: Iterable[Path]) -> None:
    """Take away working files; those that are not there are no error."""
    for path in paths:
        with suppress(OSError):
            path.unlink()
