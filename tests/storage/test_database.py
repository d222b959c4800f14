"""Opening, settings, errors in sentences, and threads."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from storage import history
from storage.database import Cursor, Database, default_path
from storage.driver import SETTINGS
from storage.errors import ForeignFile, LogDamaged, LogUnwritable, NewerLog, QueryFailed, StorageError, WalDamaged
from storage.log import Log
from tests.storage.samples import ask

WRITE_AND_DIE = """
import os, sys
from pathlib import Path
from tests.storage.samples import ask
from storage.log import Log
log = Log.open(Path(sys.argv[1]))
log.append(ask())
os._exit(0)
"""


def test_the_default_is_under_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MASKBOARD_HISTORY", raising=False)
    assert default_path() == Path(__file__).resolve().parents[2] / "data" / "maskboard.duckdb"


def test_the_environment_chooses_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MASKBOARD_HISTORY", str(tmp_path / "deep" / "down" / "team.duckdb"))
    with Log.open() as log:
        assert log.path == tmp_path / "deep" / "down" / "team.duckdb"
        assert log.path.exists()


def test_a_name_that_duckdb_would_take_for_no_file_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Database.open(Path(":memory:")) as database:
        assert database.path == tmp_path / ":memory:"
        assert database.path.exists()


@pytest.mark.parametrize("name", list(SETTINGS))
def test_every_setting_is_in_force(log: Log, name: str) -> None:
    ((value,),) = log.database.rows("SELECT value FROM duckdb_settings() WHERE name = $name", {"name": name})
    assert value == str(SETTINGS[name]).lower()


def test_a_python_variable_is_no_table(log: Log) -> None:
    somebody = [1, 2, 3]
    assert somebody
    with pytest.raises(QueryFailed, match="somebody does not exist"):
        log.database.rows("SELECT * FROM somebody")


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for place in (tmp_path / "file" / "log.duckdb", Path("/proc/maskboard/log.duckdb"), Path("/proc/log.duckdb")):
        with pytest.raises(LogUnwritable, match=r"cannot be written: .+\. Make its folder writable"):
            Database.open(place)


def test_a_read_only_folder_is_a_sentence(mount: Callable[[str], Path]) -> None:
    folder = mount("ro,size=1m")
    with pytest.raises(LogUnwritable, match="read-only file system"):
        Database.open(folder / "log.duckdb")


def test_a_folder_in_place_of_the_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LogUnwritable, match="is a directory"):
        Database.open(tmp_path)


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, " * 2000)
    with pytest.raises(LogDamaged, match="not a valid DuckDB database file"):
        Database.open(path)
    assert path.read_text() == "Dear reader, " * 2000


def test_a_database_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "sales.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE sale AS SELECT 1 AS price")
    with pytest.raises(ForeignFile, match="database of something else"):
        Database.open(path)
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("sale",)]


def test_a_file_of_a_newer_duckdb_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "log.duckdb"
    Database.open(path).close()
    content = bytearray(path.read_bytes())
    # A header is a checksum (8 bytes), the magic "DUCK" and the number of the format. DuckDB says which checksum it wants.
    content[12:20] = (1000).to_bytes(8, "little")
    path.write_bytes(content)
    with pytest.raises(LogDamaged) as wrong:
        Database.open(path)
    checksum = re.search(r"computed checksum (\d+)", str(wrong.value))
    assert checksum
    content[0:8] = int(checksum[1]).to_bytes(8, "little")
    path.write_bytes(content)
    with pytest.raises(NewerLog, match="another version of Maskboard"):
        Database.open(path)
    assert path.read_bytes() == content


def test_a_damaged_wal_is_a_sentence_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "log.duckdb"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(("", *sys.path))}
    subprocess.run([sys.executable, "-c", WRITE_AND_DIE, str(path)], check=True, env=environment)
    wal = path.with_name("log.duckdb.wal")
    content = bytearray(wal.read_bytes())
    content[len(content) // 2] ^= 0x10
    wal.write_bytes(content)
    with pytest.raises(WalDamaged, match=r"Run python -m storage repair") as damage:
        Database.open(path)
    assert damage.value.position is not None
    assert damage.value.position <= len(content) // 2
    assert wal.read_bytes() == content


def test_a_closed_log_says_so(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "log.duckdb")
    database.close()
    database.close()
    with pytest.raises(StorageError, match="is closed"):
        database.rows("SELECT 1")


def test_a_failed_write_leaves_nothing(log: Log) -> None:
    def half(cursor: Cursor) -> None:
        cursor.execute("INSERT INTO word VALUES (1, 'half')")
        raise KeyError("the other half")

    before = log.version
    with pytest.raises(KeyError):
        log.database.write(half)
    assert log.database.rows("SELECT * FROM word") == []
    assert log.version == before


def test_a_conflict_is_tried_again(log: Log) -> None:
    log.database.write(lambda cursor: cursor.execute("INSERT INTO word VALUES (1, 'old')"))
    rivals: list[object] = []

    def work(cursor: Cursor) -> None:
        # Both transactions begin before either writes; the rival commits first, on the first try only.
        cursor.execute("SELECT count(*) FROM word").fetchall()
        if not rivals:
            rivals.append(log.database.read(lambda rival: rival.execute("UPDATE word SET text = 'rival'").fetchall()))
        cursor.execute("UPDATE word SET text = text || '!' WHERE word_id = 1")

    log.database.write(work)
    assert rivals
    assert log.database.rows("SELECT text FROM word") == [("rival!",)]


def test_the_version_moves_with_every_write_and_never_returns(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        with Log.open(tmp_path / "log.duckdb") as log:
            seen.append(log.version)
            log.append(ask())
            seen.append(log.version)
    assert seen == sorted(set(seen))


def test_a_look_at_whether_the_log_can_be_written_may_leave_the_version(log: Log) -> None:
    before, changes = log.version, log.database.changes
    log.database.try_writing(moves=False)
    assert (log.version, log.database.changes) == (before, changes)
    log.database.try_writing()
    assert (log.version, log.database.changes) == (before + 1, changes + 1)


def test_sixteen_writers_and_eight_readers_meet_no_error(log: Log) -> None:
    done = threading.Event()

    def write(writer: int) -> None:
        for number in range(writer * 3, writer * 3 + 3):
            # Half of the prompts are shared, so that writers meet in the same answers.
            log.append(ask(f"Prompt {number if number % 2 else number % 8} is [MASK].", number=number))

    def read(_: int) -> int:
        reads = 0
        while not done.is_set() or reads == 0:
            page = history.recent_runs(log.database, limit=3)
            for row in page.rows:
                found = history.comparison(log.database, row.run_id)
                assert found is not None
                assert len(found.answers) == 3
            reads += 1
        return reads

    with ThreadPoolExecutor(24) as pool:
        readers = [pool.submit(read, number) for number in range(8)]
        writers = [pool.submit(write, number) for number in range(16)]
        try:
            for writer in writers:
                writer.result()
        finally:
            done.set()
        assert all(reader.result() > 0 for reader in readers)
    assert history.counts(log.database).runs == 48
    assert log.database.rows(
        "SELECT count(*) FROM (SELECT answer_id, rank FROM prediction GROUP BY ALL HAVING count(*) > 1)"
    ) == [(0,)]
