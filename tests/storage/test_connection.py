"""The connection of a process to its log: how much memory it may take, and what it does when it is closed while it dies."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest

from storage import history
from storage.connection import Connection
from storage.database import Cursor
from storage.errors import StorageError
from storage.log import Log
from tests.storage.samples import ask


def test_a_log_that_is_closed_while_it_is_to_be_revived_stays_closed(tmp_path: Path) -> None:
    """A thread that saw the instance die waits for a reader; before the reader is done, another thread closes the log."""
    path = tmp_path / "log.duckdb"
    connection = Connection(path)
    reading, read = threading.Event(), threading.Event()

    def read_for_long(_: Cursor) -> None:
        reading.set()
        assert read.wait(60)

    reader = threading.Thread(target=connection.attempt, args=(read_for_long,))

    class ClosedMeanwhile(threading.Condition):
        def wait(self, timeout: float | None = None) -> bool:
            if threading.current_thread() is not main:
                return super().wait(timeout)
            self.release()
            try:
                read.set()
                reader.join()
                closer = threading.Thread(target=connection.close)
                closer.start()
                closer.join()
            finally:
                self.acquire()
            return True

    def die(_: Cursor) -> None:
        raise duckdb.FatalException("FATAL Error: the instance is dead")

    main = threading.current_thread()
    connection._state = ClosedMeanwhile()
    reader.start()
    assert reading.wait(60)
    with pytest.raises(StorageError, match="is closed"):
        connection.attempt(die)
    # DuckDB opens a file with other settings only where nothing in this process has it open.
    duckdb.connect(str(path), config={"threads": 3}).close()


def limit_of(log: Log) -> object:
    return log.database.rows("SELECT memory_limit FROM pragma_database_size()")[0][0]


def test_the_memory_of_the_file_can_be_limited_for_a_while(log: Log) -> None:
    before = limit_of(log)
    with pytest.raises(ZeroDivisionError), log.database.within(200):
        assert limit_of(log) == "190.7 MiB"
        log.append(ask())
        log.database.trim(100)
        assert limit_of(log) == "190.7 MiB"
        raise ZeroDivisionError
    assert limit_of(log) == before != "190.7 MiB"
    assert history.counts(log.database).runs == 1


def test_of_two_limits_the_lesser_holds(log: Log) -> None:
    before = limit_of(log)
    with log.database.within(300):
        with log.database.within(200):
            assert limit_of(log) == "190.7 MiB"
        assert limit_of(log) == "286.1 MiB"
    assert limit_of(log) == before


HUNGRY = "SELECT quantile_cont(i, [0.5]) FROM range(10000000) AS r(i)"
"""A quantile keeps all its values, and DuckDB cannot put them on the disk: about 90 MB."""


def test_what_needs_more_than_the_limit_gets_it(log: Log) -> None:
    before = limit_of(log)
    with log.database.within(40):
        with duckdb.connect(config={"memory_limit": "40MB"}) as bare, pytest.raises(duckdb.OutOfMemoryException):
            bare.execute(HUNGRY)
        assert log.database.rows(HUNGRY) == [([4999999.5],)]
        assert limit_of(log) == "38.1 MiB"
    assert limit_of(log) == before


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            duckdb.OutOfMemoryException,
            "Out of Memory: could not allocate block of size 256.0 KiB (38.0 MiB/38.1 MiB used)",
        ),
        (duckdb.TransactionException, "Failed to commit: could not allocate block of size 256.0 KiB (38.0 MiB/38.1 MiB used)"),
        (duckdb.TransactionException, "Failed to commit: failed to pin block of size 256.0 KiB (3.7 GiB/3.7 GiB used)"),
        (duckdb.FatalException, "Failed to create checkpoint: failed to pin block of size 256.0 KiB (38.0 MiB/38.1 MiB used)"),
    ],
)
def test_what_never_fits_is_said(log: Log, kind: type[duckdb.Error], words: str) -> None:
    limits: list[Any] = []

    def never_fits(cursor: Cursor) -> None:
        limits.extend(cursor.execute("SELECT memory_limit FROM pragma_database_size()").fetchall()[0])
        raise kind(words)

    before = limit_of(log)
    with log.database.within(40), pytest.raises(StorageError, match="KiB"):
        log.database.write(never_fits)
    assert limits[:2] == ["38.1 MiB", before]
    assert len(limits) == 2
    assert limit_of(log) == before


@pytest.mark.parametrize("kind", [duckdb.OutOfMemoryException, duckdb.FatalException])
def test_what_fits_without_the_limit_is_done_and_the_limit_holds_again(log: Log, kind: type[duckdb.Error]) -> None:
    limits: list[Any] = []

    def fits_later(cursor: Cursor) -> str:
        limits.extend(cursor.execute("SELECT memory_limit FROM pragma_database_size()").fetchall()[0])
        if len(limits) == 1:
            raise kind("failed to pin block of size 256.0 KiB (38.0 MiB/38.1 MiB used)")
        with log.database.within(30):  # a batch that begins meanwhile takes nothing from a call that is beyond the limit
            limits.extend(cursor.execute("SELECT memory_limit FROM pragma_database_size()").fetchall()[0])
        return "done"

    before = limit_of(log)
    with log.database.within(40):
        assert log.database.read(fits_later) == "done"
        assert limits == ["38.1 MiB", before, before]
        assert limit_of(log) == "38.1 MiB"
    assert limit_of(log) == before


KEPT = "SELECT sum(memory_usage_bytes) FROM duckdb_memory() WHERE tag IN ('BASE_TABLE', 'ART_INDEX')"
"""Bytes of tables and indexes that DuckDB keeps."""


def test_what_lies_in_memory_is_given_back_where_nobody_asks(log: Log) -> None:
    def look(sql: str) -> Any:  # noqa: ANN401 - whatever is in the one field
        return log.database.rows(sql)[0][0]

    def under_a_call(cursor: Cursor) -> None:
        (before,) = cursor.execute(KEPT).fetchall()
        log.database.trim(0)
        assert cursor.execute(KEPT).fetchall() == [before]

    rows = "SELECT i + 1000, md5(i::VARCHAR) FROM range(200000) AS r(i)"
    log.database.write(lambda cursor: cursor.execute(f"INSERT INTO word (word_id, text) {rows}"))
    log.database.rows("CHECKPOINT")
    limit = look("SELECT memory_limit FROM pragma_database_size()")
    assert look(KEPT) > 4e6
    log.database.read(under_a_call)
    log.database.trim(2)
    assert look(KEPT) < 3e6
    # Less than can be given back: what can go goes, and nobody hears of the rest.
    log.database.trim(0)
    assert look("SELECT memory_limit FROM pragma_database_size()") == limit
    assert look("SELECT count(DISTINCT text) FROM word WHERE word_id >= 1000") == 200_000
