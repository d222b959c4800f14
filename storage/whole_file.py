"""A file that appears whole or not at all, and knows its own sha256."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from uuid import uuid4

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
    with _written(out) as temporary:
        with temporary.open("xb") as file:
            yield file
            _keep(file)
        temporary.replace(out)
        _keep_names(out.parent)


@contextmanager
def whole_pair(out: Path, beside: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Two files of one folder that take their names when both are whole, `out` last; where anything fails, what had the names
    before is there as it was.

    Raises StorageError as `whole_file` does.
    """
    with _written(out) as first, _written(out) as second, _written(out) as before:
        with first.open("xb") as file, second.open("xb") as text:
            yield file, text
            _keep(text)
            _keep(file)
        # Some file systems know no second name of a file, and most often there is none to keep.
        with suppress(OSError):
            before.hardlink_to(beside)
        second.replace(beside)
        try:
            first.replace(out)
        except BaseException:
            _put_back(before, beside)
            raise
        before.unlink(missing_ok=True)
        _keep_names(out.parent)


@contextmanager
def _written(out: Path) -> Iterator[Path]:
    """A name that nobody else has, in the folder of `out`. No file of that name is left where the block fails."""
    temporary = out.with_name(f".{uuid4().hex}.part")
    try:
        try:
            yield temporary
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise FileUnwritable(out, (error.strerror or str(error)).lower()) from error


def _put_back(before: Path, beside: Path) -> None:
    with suppress(OSError):
        if before.exists():
            before.replace(beside)
        else:
            beside.unlink()


def _keep(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _keep_names(folder: Path) -> None:
    """Have the names of the folder on disk too."""
    # Not every file system lets a folder be opened; the file has its name then all the same.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def refuse_the_log(out: Path, log: Path) -> None:
    """Raise StorageError where `out` is a file of the log."""
    if belongs_to(out, log):
        raise StorageError("The answer would overwrite the log.", key="--out", value=str(out), remedy="Name another file.")
