"""Copies of the log for people's statements: what is in them, when they are taken, and what becomes of them."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

import storage.copying
from storage.errors import LogDamaged, StorageError
from storage.log import Log
from storage.snapshots import KEPT, Snapshots, newest_on_disk, snapshot_folder
from tests.storage.damage import flip
from tests.storage.samples import ask, batch

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def snapshots(log: Log) -> Iterator[Snapshots]:
    with Snapshots(log.database) as taken:
        yield taken


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def described(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[tuple[object, ...]]]:
    """The views, their columns and the macros, each with its comment."""
    questions = {
        "views": "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal AND database_name = $name ORDER BY ALL",
        "columns": "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal AND"
        " database_name = $name AND table_name IN (SELECT view_name FROM duckdb_views() WHERE NOT internal) ORDER BY ALL",
        "macros": "SELECT function_name, parameters, macro_definition, comment FROM duckdb_functions() WHERE NOT internal AND"
        " database_name = $name ORDER BY ALL",
    }
    return {what: connection.execute(sql, {"name": database}).fetchall() for what, sql in questions.items()}


def test_a_copy_has_every_view_with_all_its_rows(log: Log, snapshots: Snapshots) -> None:
    log.append(ask("[MASK] and [MASK]", candidates=["word"]))
    log.append(batch(["a [MASK]", "b [MASK]"], number=1))
    original = log.database.read(lambda cursor: described(cursor, "log"))
    with duckdb.connect(str(snapshots.current().path), read_only=True) as copy:
        assert described(copy, "log") == original
        views = [str(name) for name, _ in original["views"]]
        assert {"predictions", "runs", "latest_answers"} <= set(views)
        for view in views:
            assert content(copy, view) == log.database.read(partial(content, view=view)), view


def content(connection: duckdb.DuckDBPyConnection, view: str) -> list[dict[str, object]]:
    rows: pa.Table = connection.table(view).to_arrow_table()
    return sorted(rows.to_pylist(), key=repr)


def test_a_copy_has_nothing_but_what_the_views_read(log: Log, snapshots: Snapshots) -> None:
    secret = "canary-of-a-query"
    log.database.write(
        lambda cursor: cursor.execute("INSERT INTO setting VALUES ('secret', $text, now()::TIMESTAMP)", {"text": secret})
    )
    log.append(ask())
    path = snapshots.current().path
    tables = {str(name) for (name,) in rows(path, "SELECT table_name FROM duckdb_tables() WHERE NOT internal")}
    assert {"run", "ask", "answer", "prediction", "prompt", "word", "tag"} <= tables
    assert not {"schema_migration", "setting", "saved_query"} & tables
    assert subprocess.run(["grep", "-c", "-a", secret, str(path)], capture_output=True, check=False).stdout == b"0\n"


def test_a_copy_is_taken_only_when_the_log_has_moved(log: Log, snapshots: Snapshots) -> None:
    assert snapshots.newest() is None
    first = snapshots.current()
    assert first.version == log.version
    assert snapshots.current() is snapshots.newest() is first
    log.append(ask())
    assert snapshots.newest() is first
    second = snapshots.current()
    assert second.taken_at > first.taken_at
    assert (rows(first.path, "SELECT count(*) FROM runs"), rows(second.path, "SELECT count(*) FROM runs")) == ([(0,)], [(1,)])
    assert newest_on_disk(log.path) == second == snapshots.newest()


def test_callers_at_the_same_time_share_one_copy(log: Log, snapshots: Snapshots) -> None:
    log.append(ask())
    found = []
    threads = [threading.Thread(target=lambda: found.append(snapshots.current())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [found[0]] * 6
    assert len(list(snapshot_folder(log.path).iterdir())) == 1


def test_the_steps_that_made_the_log_run_once_for_all_copies(
    log: Log, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.append(ask())
    first = snapshots.current().path
    monkeypatch.setattr(storage.copying, "migrate", None)
    log.append(ask(number=1))
    second = snapshots.current().path
    assert [rows(path, "SELECT count(*) FROM runs") for path in (first, second)] == [[(1,)], [(2,)]]


def test_copies_that_were_replaced_go_and_all_go_in_the_end(log: Log) -> None:
    folder = snapshot_folder(log.path)
    with Snapshots(log.database) as snapshots:
        taken = []
        for number in range(4):
            log.append(ask(number=number))
            taken.append(snapshots.current())
        assert sorted(entry / "log.duckdb" for entry in folder.iterdir()) == [copy.path for copy in taken[-KEPT:]]
        with duckdb.connect(str(taken[-1].path), read_only=True) as opened:
            snapshots.close()
            assert opened.execute("SELECT count(*) FROM runs").fetchall() == [(4,)]
    assert not folder.exists()
    with pytest.raises(StorageError, match="closed"):
        snapshots.current()


def test_what_was_deleted_is_in_no_copy_any_more(log: Log, snapshots: Snapshots) -> None:
    log.append(ask("Secret [MASK]"))
    first = snapshots.current()
    log.append(ask("Other [MASK]", number=1))
    second = snapshots.current()
    snapshots.forget()
    assert not first.path.exists()
    assert not second.path.exists()
    assert newest_on_disk(log.path) is None
    assert rows(snapshots.current().path, "SELECT count(*) FROM prompts") == [(2,)]


def test_a_copy_that_somebody_took_away_is_taken_again(log: Log, snapshots: Snapshots) -> None:
    shutil.rmtree(snapshots.current().path.parent)
    assert snapshots.current().path.exists()


def test_a_log_that_dies_while_it_is_copied_is_opened_again(
    log: Log, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB ends the instance while the copy is open and before its rows are read; the second try finds it alive."""
    log.append(ask())
    deaths: list[str] = []

    def and_the_log_dies(tables: tuple[str, ...], folder: Path) -> bytes:
        if not deaths:
            deaths.append(end_the_instance(log))
        return empty_copy(tables, folder)

    empty_copy = storage.copying._empty_copy
    monkeypatch.setattr(storage.copying, "_empty_copy", and_the_log_dies)
    path = snapshots.current().path
    assert deaths == ["FatalException"]
    assert rows(path, "SELECT count(*) FROM runs") == [(1,)]
    log.append(ask(number=1))
    assert rows(snapshots.current().path, "SELECT count(*) FROM runs") == [(2,)]


def end_the_instance(log: Log) -> str:
    """Let a checkpoint meet a full disk. The class of what DuckDB says then."""
    instance = log.database._connection._instance
    assert instance is not None
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with instance.cursor() as cursor:
        cursor.execute("INSERT INTO word SELECT 1000 + i, 'word ' || i FROM range(1000) AS t(i)")
        cursor.execute("DELETE FROM word WHERE word_id >= 1000")
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, before[1]))
        try:
            cursor.execute("CHECKPOINT")
        except duckdb.Error as error:
            return type(error).__name__
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    return "nothing"


def test_a_log_that_cannot_be_read_is_not_taken_for_a_copy_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "log.duckdb"
    with Log.open(path) as log:
        log.append(batch([f"Row {row} is [MASK]." for row in range(50)], number=2))
    with duckdb.connect(str(path), read_only=True) as connection:
        ((block,),) = connection.execute(
            "SELECT min(block_id) FROM pragma_storage_info('prediction') WHERE block_id >= 0"
        ).fetchall()
    flip(path, 12_288 + 262_144 * block + 1000)
    with Log.open(path) as log, Snapshots(log.database) as snapshots:
        with pytest.raises(LogDamaged):
            snapshots.current()
        assert log.database.trouble is not None
        assert not log.database.trouble.may_be_read


CRASHED = """
import os, sys
from pathlib import Path
import storage.snapshots
from storage.log import Log
def die(*_):
    os._exit(0)
log = Log.open(Path(sys.argv[1]))
snapshots = storage.snapshots.Snapshots(log.database)
snapshots.current()
storage.snapshots.copy_for_people = die
log.database.write(lambda cursor: None)
snapshots.current()
"""


def test_what_a_crash_left_behind_is_swept(tmp_path: Path) -> None:
    path = tmp_path / "log.duckdb"
    subprocess.run([sys.executable, "-c", CRASHED, str(path)], check=True, cwd=ROOT)
    left = [entry.name.startswith(".building-") for entry in snapshot_folder(path).iterdir()]
    assert sorted(left) == [False, True]
    with Log.open(path) as log, Snapshots(log.database):
        assert list(snapshot_folder(path).iterdir()) == []


def test_writers_do_not_wait_and_a_copy_is_of_one_moment(log: Log, snapshots: Snapshots) -> None:
    """A copy that is taken while asks are written holds whole asks: every run with all of its answers."""
    stop = threading.Event()

    def write() -> None:
        for number in range(10_000):
            if stop.is_set():
                return
            log.append(ask(f"{number} [MASK]", number=number))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        counts = []
        for _ in range(4):
            before = log.database.rows("SELECT count(*) FROM run")
            path = snapshots.current().path
            ((runs, asks, predictions),) = rows(
                path, "SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM ask), (SELECT count(*) FROM prediction)"
            )
            counts.append((asks, predictions) == (3 * int(str(runs)), 15 * int(str(runs))) and int(str(runs)) >= before[0][0])
    finally:
        stop.set()
        thread.join()
    assert counts == [True] * 4


def test_no_room_for_a_copy_is_a_sentence_and_the_log_goes_on(mount: Callable[[str], Path]) -> None:
    folder = mount("size=40m")
    with Log.open(folder / "log.duckdb") as log, Snapshots(log.database) as snapshots:
        log.append(ask())
        (folder / "ballast").write_bytes(bytes(26_000_000))
        with pytest.raises(StorageError, match="too little for a copy of the log"):
            snapshots.current()
        assert [entry.name for entry in snapshot_folder(log.path).iterdir()] == []
        log.append(ask("[MASK] too", number=1))
        (folder / "ballast").unlink()
        assert rows(snapshots.current().path, "SELECT count(*) FROM runs") == [(2,)]


def test_the_live_log_knows_nothing_of_the_copy(log: Log, snapshots: Snapshots) -> None:
    snapshots.current()
    assert log.database.rows("SELECT database_name FROM duckdb_databases() WHERE NOT internal") == [("log",)]
