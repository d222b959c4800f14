"""A file that appears whole or not at all, and knows its own sha256."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from storage.errors import StorageError
from storage.files import belongs_to


class FileUnwritable(StorageError):
    """A file that a person asked for cannot be written; nothing of it is left."""

    def __init__(self, out: Path, reason: str) -> None:
        super().__init__(
            f"The file {out} cannot be written: {reason}.", key="--out", value=str(out), remedy="Name another file with --out."
        )
        self.reason = reason
        """The operating system's word for it, such as `no space left on device`."""


class Hashed:
    """A binary file to write that keeps the sha256 and the number of bytes of what went through it.

    It has no way back, so that what it says is what the file holds.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.bytes = 0
        self.closed = False

    @property
    def sha256(self) -> str:
        """Hex digest of everything written so far."""
        return self._digest.hexdigest()

    def write(self, piece: bytes | memoryview) -> int:
        self._file.write(piece)
        self._digest.update(piece)
        size = memoryview(piece).nbytes
        self.bytes += size
        return size

    def tell(self) -> int:
        return self.bytes

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        """Whoever opened the file beneath closes it."""
        self.closed = True

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


@contextmanager
def whole_file(out: Path, log: Path | None = None) -> Iterator[IO[bytes]]:
    """A file that takes the name `out` when it is whole, on disk to stay; where anything fails, nothing is left behind.

    Raises StorageError where it cannot be written, or where it would replace the log.
    """
    if log is not None:
        refuse_the_log(out, log)
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
        raise FileUnwritable(out, (error.strerror or str(error)).lower()) from error


def refuse_the_log(out: Path, log: Path) -> None:
    """Raise StorageError where `out` is a file of the log."""
    if belongs_to(out, log):
        raise StorageError("The answer would overwrite the log.", key="--out", value=str(out), remedy="Name another file.")
