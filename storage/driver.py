"""The edge to DuckDB: the settings of a connection, and its errors turned into ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import duckdb

from storage.errors import DiskFull, LogDamaged, LogLocked, LogUnwritable, NewerLog, QueryFailed, StorageError, WalDamaged
from storage.guard import Holder, describe_process
from storage.wal import ENTRY_HEAD

SETTINGS: Mapping[str, str | bool | int | float | list[str]] = MappingProxyType(
    {
        # Without this a table name that is also a Python variable in a calling frame reads that variable.
        "python_enable_replacements": False,
        # Nothing leaves the machine: no extension is fetched, and none is loaded because a query mentions it.
        "autoload_known_extensions": False,
        "autoinstall_known_extensions": False,
        "allow_community_extensions": False,
        "allow_unsigned_extensions": False,
        # A secret kept by another program of this user has no business in a log.
        "allow_persistent_secrets": False,
    }
)
"""Settings of every connection. DuckDB refuses an unknown name, so a renamed option fails loudly at the first open."""

FATAL = (duckdb.FatalException, duckdb.InternalException)
"""After one of these every cursor of the database is dead until the file is opened again."""

FULL = ("no space left", "file too large", "disk quota", "disk full")
"""Words for a full disk, of DuckDB and of the system."""
_UNWRITABLE = ("read-only file system", "permission denied", "not a directory", "is a directory", "no such file")
_USED = re.compile(r"\([\d.]+ \w+/[\d.]+ \w+ used\)")
_WAL = ("failure while replaying wal", "this wal was created for")
_NEWER = ("newer version", "storage version", "version number")


def is_passing(error: duckdb.Error) -> bool:
    """Whether the same call may succeed a moment later.

    Two transactions met in the same rows. Or a checkpoint is just failing for want of room, and a reader met a block that it
    had announced and could not write: the next try finds the database dead, and revives it.
    """
    text = str(error).lower()
    if isinstance(error, duckdb.IOException):
        return "could not read" in text
    return isinstance(error, duckdb.TransactionException) and "conflict" in text


def lacks_memory(error: duckdb.Error) -> bool:
    """Whether DuckDB wanted more memory than it may have: while it worked, as it committed, or at a checkpoint.

    It has many words for that (could not allocate, failed to pin), and one end: `(190.7 MiB/190.7 MiB used)`.
    """
    ends_a_transaction = isinstance(error, (*FATAL, duckdb.TransactionException))
    return isinstance(error, duckdb.OutOfMemoryException) or (ends_a_transaction and _USED.search(str(error)) is not None)


def first_line(error: duckdb.Error) -> str:
    """DuckDB's own words, in one line and without the drawing under the statement."""
    text = str(error).split("\n\nLINE ")[0]
    return " ".join(text.split())


def translate(error: duckdb.Error, path: Path) -> StorageError:
    """The sentence for what DuckDB reports. DuckDB has no error codes, so this reads its words; tests raise each for real."""
    text = str(error).lower()
    # Words of a person stand in other errors too, so only those of the file are read. A damaged WAL has no class of its own.
    of_the_file = type(error) is duckdb.Error or isinstance(error, (*FATAL, duckdb.IOException, duckdb.SerializationException))
    if any(word in text for word in FULL) and (of_the_file or isinstance(error, duckdb.TransactionException)):
        return DiskFull(path)
    if not of_the_file:
        return QueryFailed(f"The log could not answer: {first_line(error)}.")
    if "lock" in text and "conflict" in text:
        found = re.search(r"pid (\d+)", text)
        pid = int(found[1]) if found else None
        return LogLocked(path, str(Holder(pid, "", describe_process(pid))) if pid else "another process", pid)
    if any(word in text for word in _WAL):
        named = re.search(r"byte position (\d+)", text)
        why = re.sub(r'^IO Error: |^.*replaying WAL file "[^"]*":\s*', "", first_line(error)).split(". ")[0].rstrip(".")
        return WalDamaged(path, max(int(named[1]) - ENTRY_HEAD, 0) if named else None, "" if named else why)
    if any(word in text for word in _NEWER):
        return NewerLog(path, "its file format is not one that DuckDB " + duckdb.__version__ + " reads")
    if (reason := next((word for word in _UNWRITABLE if word in text), None)) is not None:
        return LogUnwritable(path, reason)
    return LogDamaged(path, first_line(error))
