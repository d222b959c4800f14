"""Reading an archive: unpacked beside the log, every file compared with the manifest before a row is taken."""

from __future__ import annotations

import hashlib
import lzma
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from storage.archive.contents import MANIFEST, TABLES, Contents, TableFile, damaged, member
from storage.errors import StorageError
from storage.migrations import known_migrations

MAX_MANIFEST = 1_000_000
"""Bytes; the manifest of a log has some thousand."""
CHUNK = 1 << 20
UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, ValueError, struct.error)
"""What Python's reader of ZIPs raises for bytes that are none: encrypted, packed in a way that it does not know, cut, wrong."""


@dataclass(frozen=True, slots=True)
class Archive:
    """An unpacked archive."""

    path: Path
    """The ZIP it came from."""
    contents: Contents
    folder: Path
    """Holds `<table>.parquet` for every table that the archive has."""

    def file(self, table: str) -> Path | None:
        """The Parquet file of a table; None where the archive was written before there was that table."""
        return self.folder / f"{table}.parquet" if table in self.contents.tables else None


def is_archive(path: Path) -> bool:
    """Whether the file begins as a ZIP does, whatever it is called."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError:
        return False


@contextmanager
def unpacked(path: Path, beside: Path) -> Iterator[Archive]:
    """The archive in a folder of its own in the folder `beside`, which is removed again.

    Raises StorageError where it is damaged, of a later version, or no archive of a log.
    """
    with _folder(path, beside) as folder:
        yield Archive(path, _unpack_all(path, folder), folder)


@contextmanager
def _folder(path: Path, beside: Path) -> Iterator[Path]:
    try:
        made = tempfile.TemporaryDirectory(prefix=".import-", dir=beside)
    except OSError as error:
        raise _no_room(path, error) from error
    with made as folder:
        yield Path(folder)


def _unpack_all(path: Path, folder: Path) -> Contents:
    try:
        with zipfile.ZipFile(path) as archive:
            contents = _read_manifest(path, archive)
            _check_steps(path, contents)
            for table, facts in contents.tables.items():
                _unpack(path, archive, table, facts, folder)
            return contents
    except UNREADABLE as error:
        raise damaged(path, "it is no whole ZIP") from error
    except OSError as error:
        # What bzip2 cannot unpack is an OSError too, and none of the system.
        raise damaged(path, "it is no whole ZIP") if error.errno is None else _no_room(path, error) from error


def _no_room(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The archive {path} cannot be unpacked: {(error.strerror or str(error)).lower()}.",
        key="file",
        value=str(path),
        remedy="It needs its own size of room beside the log.",
    )


def _read_manifest(path: Path, archive: zipfile.ZipFile) -> Contents:
    try:
        facts = archive.getinfo(MANIFEST)
    except KeyError as error:
        raise StorageError(
            f"The file {path} is a ZIP and no archive of a log.",
            key="file",
            value=str(path),
            remedy="Unpack it and import the files in it, or make an archive with python -m storage export log --out FILE.zip.",
        ) from error
    if facts.file_size > MAX_MANIFEST:
        raise damaged(path, "its manifest is too long")
    return Contents.from_json(archive.read(facts), path)


def _check_steps(path: Path, contents: Contents) -> None:
    ours = {step.name: step.sha256 for step in known_migrations()}
    foreign = [name for name, sha256 in contents.steps.items() if ours.get(name) != sha256]
    foreign += [table for table in contents.tables if table not in TABLES]
    if foreign:
        raise StorageError(
            f"The archive {path} was written by another version of Maskboard ({contents.maskboard}): {foreign[0]} is unknown "
            "here. Nothing of it was imported.",
            key="file",
            value=str(path),
            remedy="Import it with the newest Maskboard.",
        )


def _unpack(path: Path, archive: zipfile.ZipFile, table: str, facts: TableFile, folder: Path) -> None:
    target = folder / f"{table}.parquet"
    try:
        with archive.open(member(table)) as packed, target.open("xb") as out:
            sha256, size = _copy(packed, out, facts.bytes)
    except KeyError as error:
        raise damaged(path, f"the table {table} is missing") from error
    if (sha256, size) != (facts.sha256, facts.bytes):
        raise damaged(path, f"the table {table} is not what its manifest says")
    try:
        rows = pq.ParquetFile(target).metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise damaged(path, f"the table {table} cannot be read") from error
    if rows != facts.rows:
        raise damaged(path, f"the table {table} has {rows:,} rows and its manifest says {facts.rows:,}")


def _copy(packed: IO[bytes], out: IO[bytes], most: int) -> tuple[str, int]:
    """Copy at most one byte more than was promised, so that a ZIP that unpacks to terabytes stops there."""
    digest, size = hashlib.sha256(), 0
    while size <= most and (piece := packed.read(min(CHUNK, most + 1 - size))):
        out.write(piece)
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size
