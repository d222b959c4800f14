"""Where a file of prompts comes from: a path, an upload or pasted text; each is opened as a stream of bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipelines.prompt_files.errors import UnreadableFile
from pipelines.prompt_files.lines import shown

PASTED = "pasted text"
"""The name of what has none."""

Given = Path | bytes | IO[bytes] | str
"""A file by its path, its bytes, a stream of them that can be rewound (an upload), or pasted text: a `str` is never a path."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is open to be read from its beginning."""

    stream: IO[bytes]
    name: str
    size: int
    """Bytes."""


@contextmanager
def opened(given: Given, name: str | None = None) -> Iterator[Opened]:
    """The file; whoever reads it rewinds it first. Its name is the one given, else that of the path or the stream.

    Raises `UnreadableFile` where there is no such file, or it may not be read.
    """
    if isinstance(given, Path):
        with _file(given) as stream:
            yield Opened(stream, shown(name or given.name), stream.seek(0, io.SEEK_END))
        return
    if isinstance(given, str):
        # A lone surrogate is kept, so that the line which holds it is named.
        given = given.encode("utf-8", "surrogatepass")
    stream = io.BytesIO(given) if isinstance(given, bytes) else given
    called = shown(str(name or getattr(stream, "name", None) or PASTED))
    if not stream.seekable():
        raise UnreadableFile(f"{called} can be read only once. Read it whole first, and give its bytes.")
    yield Opened(stream, called, stream.seek(0, io.SEEK_END))


def _file(path: Path) -> IO[bytes]:
    try:
        if not path.exists():
            raise UnreadableFile(f"There is no file {shown(str(path))}. Name one that holds prompts.")
        if not path.is_file():
            raise UnreadableFile(f"{shown(str(path))} is no file that can be read twice. Save the prompts in one.")
        return path.open("rb")
    except OSError as error:
        raise UnreadableFile(
            f"The file {shown(str(path))} cannot be read ({error.strerror}). Copy it to where it can."
        ) from error
