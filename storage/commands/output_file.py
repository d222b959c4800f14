"""Where a command writes: standard output, or a file that appears whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import typer

from storage.errors import StorageError
from storage.guard import lock_path


@contextmanager
def opened(out: Path | None, log: Path) -> Iterator[IO[bytes]]:
    """Standard output, or a file that takes its name when it is whole."""
    if out is None:
        with reader_may_leave():
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        return
    log = log.resolve()
    if out.resolve() in (log, lock_path(log), log.with_name(log.name + ".wal")):
        raise StorageError("The answer would overwrite the log.", key="--out", value=str(out), remedy="Name another file.")
    temporary = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with temporary.open("xb") as file:
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                temporary.replace(out)
            except BaseException:
                with suppress(OSError):
                    temporary.unlink()
                raise
    except OSError as error:
        raise _unwritable(out, error) from error


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """The reader of a pipe, such as `head`, has seen enough: the command ends well."""
    try:
        yield
    except BrokenPipeError as error:
        # What is left in the buffer must go nowhere at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from error


def _unwritable(out: Path, error: OSError) -> StorageError:
    reason = (error.strerror or str(error)).lower()
    return StorageError(
        f"The file {out} cannot be written: {reason}.", key="--out", value=str(out), remedy="Name another file with --out."
    )
