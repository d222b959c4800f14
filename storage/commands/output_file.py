"""Where a command writes: standard output, or a file that appears whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import typer

from storage.errors import StorageError
from storage.output import Format
from storage.whole_file import refuse_the_log, whole_file


@contextmanager
def opened(out: Path | None, log: Path) -> Iterator[IO[bytes]]:
    """Standard output, or a file that takes its name when it is whole."""
    if out is None:
        with reader_may_leave():
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        return
    refuse_the_log(out, log)
    with whole_file(out) as file:
        yield file


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """The reader of a pipe, such as `head`, has seen enough: the command ends well."""
    try:
        yield
    except BrokenPipeError as error:
        # What is left in the buffer must go nowhere at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from error


def form_by_ending(out: Path) -> Format:
    """How to write the rows, by the ending of the file's name; StorageError where it does not say."""
    endings = {f".{form}": form for form in (Format.CSV, Format.JSON, Format.PARQUET)}
    try:
        return endings[out.suffix.lower()]
    except KeyError:
        raise StorageError(
            f"The name {out.name} does not say how to write the rows.",
            key="--out",
            value=str(out),
            remedy=f"End it on {', '.join(endings)}, or choose with --format.",
        ) from None
