"""The write-ahead log beside the database file, read without opening it: is it whole, torn by a kill, or damaged?

DuckDB cannot be asked. A flipped bit in the length of an entry, or in the first bytes of the file, makes DuckDB 2.0.0 take the
rest for the torn end that a kill leaves: it opens, says nothing, and the first write cuts off every commit behind that bit. So
the lengths are followed here before DuckDB sees the file. A kill leaves the beginning of what was written, and the last thing
written of a commit is its mark: behind a torn end there is no mark, behind damage there is.

A DuckDB WAL of version 2 is a header (16 bytes that name the database, a counter of checkpoints), then entries: a length and a
checksum of 8 bytes each, then as many bytes as the length says. A flipped bit inside an entry is left to DuckDB, which compares
the checksum and names the byte. The file is read through `cat` in a process of its own: no Python code opens it, and
storage/guard.py says why.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ENTRY_HEAD = 16
"""Bytes of length and checksum before an entry; DuckDB names the byte after them."""

_COMMIT = bytes.fromhex("e7fe7d722fed3d5e640064ffff")
"""Checksum and content of the mark that ends a commit: always the same bytes, so they are found whatever the length says."""
_COMMIT_LENGTH = 5

_START, _VERSION, _NAME = bytes.fromhex("6400626500"), b"\x02", bytes.fromhex("660010")
"""Of the header: an entry of the kind version, which version it is, and a name of 16 numbers to come."""
_LONGEST_HEADER = 64
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Wal:
    """What lies in a WAL."""

    size: int
    """Bytes."""
    commits: int
    """Whole commits before the first byte that cannot be followed."""
    damaged_at: int | None
    """Where the entries can no longer be followed although commits lie behind it; None where nothing is wrong, or a kill tore
    the end off."""
    commits_behind: int
    """Commits that lie behind `damaged_at`."""


def wal_path(database: Path) -> Path:
    """The WAL of a database file."""
    return database.with_name(f"{database.name}.wal")


def size_of(path: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def read_wal(path: Path) -> Wal:
    """Follow the entries of the WAL at `path`. Memory does not grow with the file."""
    size = size_of(path)
    if not size:
        return Wal(0, 0, None, 0)
    with _bytes_of(path) as source:
        reader = _Reader(source, size)
        if not _pass_header(reader):
            return _broken(reader, 0, 0)
        commits = 0
        while reader.left:
            at = reader.position
            head = reader.take(ENTRY_HEAD)
            length = int.from_bytes(head[:8], "little")
            if len(head) < ENTRY_HEAD or length > reader.left:
                return _broken(reader, at, commits, head)
            if length == _COMMIT_LENGTH and head[8:] + reader.take(length) == _COMMIT:
                commits += 1
            elif length != _COMMIT_LENGTH:
                reader.skip(length)
        return Wal(size, commits, None, 0)


def commits_behind(path: Path, position: int) -> int:
    """How many commits of the WAL at `path` end behind a byte."""
    size = size_of(path)
    if size <= position:
        return 0
    with _bytes_of(path) as source:
        reader = _Reader(source, size)
        reader.skip(position)
        return _count_marks(reader, b"")


class _Reader:
    """A stream of known length, forward only."""

    def __init__(self, source: IO[bytes], size: int) -> None:
        self._source = source
        self._size = size
        self.position = 0

    @property
    def left(self) -> int:
        return self._size - self.position

    def take(self, count: int) -> bytes:
        found = self._source.read(min(count, self.left))
        self.position += len(found)
        if len(found) < count:
            self._size = self.position  # the file became shorter, or ends here
        return found

    def skip(self, count: int) -> None:
        while count > 0 and (found := self.take(min(count, _CHUNK))):
            count -= len(found)


def _pass_header(reader: _Reader) -> bool:
    """Read over the header, and say whether it is one."""
    if reader.take(len(_START)) != _START or reader.take(1) != _VERSION or reader.take(len(_NAME)) != _NAME:
        return False
    for _ in range(16):
        _take_number(reader)
    if reader.take(2) != b"\x67\x00":
        return False
    _take_number(reader)
    return reader.take(2) == b"\xff\xff" and reader.position <= _LONGEST_HEADER


def _take_number(reader: _Reader) -> None:
    """A number in as many bytes as it needs: the top bit says that another follows."""
    while (byte := reader.take(1)) and byte[0] & 0x80 and reader.position < _LONGEST_HEADER:
        pass


def _broken(reader: _Reader, at: int, commits: int, begun: bytes = b"") -> Wal:
    size_before = at
    marks = _count_marks(reader, begun)
    return Wal(max(reader.position, size_before), commits, at if marks else None, marks)


def _count_marks(reader: _Reader, begun: bytes) -> int:
    marks, window = 0, begun
    while found := reader.take(_CHUNK):
        window += found
        marks += window.count(_COMMIT)
        # A mark that lies across two pieces is found with the next one, and none is found twice.
        window = window[-(len(_COMMIT) - 1) :]
    return marks


@contextmanager
def _bytes_of(path: Path) -> Iterator[IO[bytes]]:
    with subprocess.Popen(
        ["cat", "--", str(path)],  # noqa: S607 - as in storage/files.py
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        if process.stdout is None:
            raise OSError("cat gave nothing to read")
        try:
            yield process.stdout
        finally:
            with suppress(OSError):
                process.stdout.close()
            process.kill()
