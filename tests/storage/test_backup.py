"""Backups under writers, and the way back."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

import storage.backup
from storage import history
from storage.__main__ import main
from storage.backup import backup, restore
from storage.database import Database
from storage.errors import LogLocked, StorageError
from storage.guard import lock_path
from storage.log import Log
from storage.verification import verify
from storage.wal import wal_path
from tests.conftest import ROOT
from tests.storage.damage import flip, refuse, write_and_die
from tests.storage.samples import ask, batch

WRITERS = 16
BACKUPS = max(6, int(os.environ.get("MASKBOARD_KILLS", "8")) // 10)


def names_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def same_rows(one: Path, other: Path) -> None:
    """Every table and every view gives the same rows, and the sequences go on where they were."""
    with duckdb.connect(str(one), read_only=True) as left, duckdb.connect(str(other), read_only=True) as right:
        shape = (
            "SELECT table_name, column_name, data_type, comment FROM duckdb_columns()"
            " WHERE database_name = current_database() AND schema_name = 'main' ORDER BY ALL"
        )
        assert left.execute(shape).fetchall() == right.execute(shape).fetchall()
        for count in (
            "SELECT function_name, macro_definition FROM duckdb_functions() WHERE NOT internal ORDER BY ALL",
            "SELECT table_name, constraint_text FROM duckdb_constraints() ORDER BY ALL",
            "SELECT sequence_name, last_value FROM duckdb_sequences() ORDER BY ALL",
        ):
            assert left.execute(count).fetchall() == right.execute(count).fetchall() != []
        every = "SELECT table_name FROM duckdb_tables() UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal"
        for (name,) in left.execute(every).fetchall():
            rows = "SELECT count(*), bit_xor(hash(line)) FROM query_table($1) AS line"
            assert left.execute(rows, [name]).fetchall() == right.execute(rows, [name]).fetchall(), name


def test_a_backup_holds_everything_and_the_restored_log_goes_on(log: Log, tmp_path: Path) -> None:
    log.append(ask(number=1, candidates=["paris"]))
    log.append(batch([f"Row {row} is [MASK]." for row in range(50)], number=2))
    out = tmp_path / "backups" / "monday.duckdb"
    out.parent.mkdir()
    copied = backup(log.database, out)
    assert (copied.path, copied.runs, copied.asks, copied.findings) == (out, 2, 153, ())
    assert copied.size == out.stat().st_size
    assert names_in(out.parent) == {"monday.duckdb"}
    log.close()
    same_rows(log.path, out)

    restored = restore(out, tmp_path / "new.duckdb")
    assert (restored.runs, restored.asks, restored.kept) == (2, 153, ())
    same_rows(out, restored.path)
    with Log.open(restored.path) as again:
        again.append(ask("Asked after the restoring [MASK].", number=3))
        assert history.counts(again.database).runs == 3
    assert verify(restored.path) == ()


def test_backups_under_sixteen_writers_miss_no_acknowledged_ask(log: Log, tmp_path: Path) -> None:
    acknowledged: list[int] = []
    done = threading.Event()
    # A round of asks for each backup: without a bound the writers would leave a small machine no time for anything else.
    permits = threading.Semaphore(WRITERS)

    def write(writer: int) -> None:
        number = writer
        while permits.acquire() and not done.is_set():
            log.append(ask(f"Prompt {number % 50} is [MASK].", number=number, depth=3))
            acknowledged.append(number)
            number += WRITERS

    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(write, number) for number in range(WRITERS)]
        try:
            taken = []
            for number in range(BACKUPS):
                before = list(acknowledged)
                permits.release(WRITERS)
                taken.append((before, backup(log.database, tmp_path / f"{number}.duckdb")))
        finally:
            done.set()
            permits.release(WRITERS)
        for writer in writers:
            writer.result()
    assert len(taken[-1][0]) > len(taken[0][0]), "people went on asking all the while"
    for number, (before, copied) in enumerate(taken):
        assert copied.findings == ()
        restored = restore(copied.path, tmp_path / f"restored-{number}.duckdb")
        with Log.open(restored.path) as again:
            runs = {str(run_id) for (run_id,) in again.database.rows("SELECT run_id FROM run")}
            missing = [each for each in before if ask(number=each).run.run_id not in runs]
            assert missing == [], f"backup {number} misses asks that were acknowledged before it began"
            assert again.database.rows("SELECT run_id FROM ask GROUP BY run_id HAVING count(*) <> 3") == []


def test_a_backup_overwrites_nothing(log: Log, tmp_path: Path) -> None:
    log.append(ask())
    for own in (log.path, wal_path(log.path), lock_path(log.path)):
        with pytest.raises(StorageError, match="would overwrite the log"):
            backup(log.database, own)
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear reader")
    with pytest.raises(StorageError, match="a file at"):
        backup(log.database, letter)
    assert letter.read_text() == "Dear reader"
    with pytest.raises(StorageError, match=r"could not be written"):
        backup(log.database, tmp_path / "no folder" / "out.duckdb")
    assert history.counts(log.database).runs == 1


def test_a_backup_without_room_leaves_nothing_and_the_log_goes_on(tmp_path: Path) -> None:
    code = """
import resource, sys
from pathlib import Path
from storage import history
from storage.backup import backup
from storage.errors import StorageError
from storage.log import Log
from tests.storage.samples import ask, batch
log = Log.open(Path(sys.argv[1]))
log.append(batch([f"Row {row} is [MASK]." for row in range(400)], number=1))
room = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, room[1]))
try:
    backup(log.database, Path(sys.argv[2]))
except StorageError as error:
    sentence = str(error)
resource.setrlimit(resource.RLIMIT_FSIZE, room)
assert "could not be written" in sentence and "full" in sentence, sentence
log.append(ask(number=2))
assert history.counts(log.database).runs == 2
backup(log.database, Path(sys.argv[2]))
log.close()
"""
    out = tmp_path / "backups" / "out.duckdb"
    out.parent.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "log.duckdb"), str(out)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert names_in(out.parent) == {"out.duckdb"}
    assert verify(out) == ()
    assert verify(tmp_path / "log.duckdb") == ()


def test_a_copy_whose_last_rows_lie_in_its_wal_is_no_backup(log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a detaching without room leaves it: reading it finds everything, and the file alone does not hold it."""
    log.append(ask(number=1))
    copy = storage.backup._copy

    def half(database: Database, part: Path) -> None:
        copy(database, part)
        write_and_die(part, 1, first=2)

    monkeypatch.setattr(storage.backup, "_copy", half)
    folder = tmp_path / "backups"
    folder.mkdir()
    with pytest.raises(StorageError, match=r"could not be written to .+: the disk is full"):
        backup(log.database, folder / "out.duckdb")
    assert [name for name in names_in(folder) if not name.endswith(".lock")] == [], "the lock is of the other process"


def test_a_folder_that_cannot_be_made_is_a_sentence(log: Log, tmp_path: Path) -> None:
    out = tmp_path / "out.duckdb"
    backup(log.database, out)
    (tmp_path / "letter").write_text("Dear reader")
    for place in (tmp_path / "letter" / "new.duckdb", Path("/proc/maskboard/new.duckdb")):
        with pytest.raises(StorageError, match=r"could not be restored to .+\. What was there before is there still\."):
            restore(out, place)


STEPS = ["storage.files.os.link", "storage.backup.flush", "storage.files.flush", "Path.replace", "the second Path.replace"]


@pytest.mark.parametrize("step", STEPS)
def test_a_restore_that_the_system_refuses_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path, out, fresh = tmp_path / "log.duckdb", tmp_path / "out.duckdb", tmp_path / "fresh.duckdb"
    with Log.open(tmp_path / "other.duckdb") as other:
        backup(other.database, out)
    write_and_die(path, 2)
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    with monkeypatch.context() as patched:
        refuse(patched, step)
        with pytest.raises(StorageError, match=r"could not be restored to .+: input/output error"):
            restore(out, path, replace=True)
    with monkeypatch.context() as patched:
        refuse(patched, "storage.files.flush")
        with pytest.raises(StorageError, match=r"could not be restored to .+: input/output error"):
            restore(out, fresh)
    locks = {lock_path(path).name, lock_path(fresh).name}
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.name not in locks} == {
        name: content for name, content in before.items() if name not in locks
    }
    restore(out, path, replace=True)


@pytest.mark.parametrize("step", ["storage.backup.flush", "pathlib.Path.rename"])
def test_a_backup_that_the_system_refuses_is_a_sentence(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    with monkeypatch.context() as patched:
        refuse(patched, step)
        with pytest.raises(StorageError, match=r"could not be written to .+: input/output error"):
            backup(log.database, folder / "out.duckdb")
    assert names_in(folder) == set()


def test_a_log_that_is_not_there_is_not_backed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MASKBOARD_HISTORY", str(tmp_path / "typo.duckdb"))
    assert main(["backup", str(tmp_path / "out.duckdb")]) == 2
    assert f"There is no log at {tmp_path / 'typo.duckdb'}. Nothing was backed up." in capsys.readouterr().err
    assert names_in(tmp_path) == set()


def test_a_log_that_is_there_is_kept_unless_told(log: Log, tmp_path: Path) -> None:
    log.append(ask(number=1))
    out = tmp_path / "out.duckdb"
    backup(log.database, out)
    log.append(ask(number=2))
    with pytest.raises(LogLocked):
        restore(out, log.path, replace=True)
    log.close()
    before = log.path.read_bytes()
    with pytest.raises(StorageError, match="With --replace"):
        restore(out, log.path)
    assert log.path.read_bytes() == before
    restored = restore(out, log.path, replace=True)
    assert "What was there before lies in log.duckdb.replaced-" in restored.in_words()
    (kept,) = restored.kept
    assert kept.read_bytes() == before
    with Log.open(log.path) as again:
        assert history.counts(again.database).runs == 1


def test_the_wal_of_a_replaced_log_is_kept_beside_it(tmp_path: Path) -> None:
    path, out = tmp_path / "log.duckdb", tmp_path / "out.duckdb"
    with Log.open(tmp_path / "other.duckdb") as other:
        backup(other.database, out)
    write_and_die(path, 2)
    wal = wal_path(path).read_bytes()
    kept = restore(out, path, replace=True).kept
    assert kept[1] == wal_path(kept[0])
    assert kept[1].read_bytes() == wal
    assert not wal_path(path).exists()
    with Log.open(kept[0]) as old:
        assert history.counts(old.database).runs == 2


def test_a_damaged_backup_is_refused(log: Log, tmp_path: Path) -> None:
    log.append(batch([f"Row {row} is [MASK]." for row in range(50)], number=2))
    out, target = tmp_path / "out.duckdb", tmp_path / "new.duckdb"
    backup(log.database, out)
    flip(out, 12_288 + 262_144 + 1000)
    with pytest.raises(StorageError, match=r"is damaged: .+ Restore another one"):
        restore(out, target)
    assert not target.exists()
    with pytest.raises(StorageError, match="no backup of itself"):
        restore(out, out)


def test_a_log_is_no_backup(tmp_path: Path) -> None:
    write_and_die(tmp_path / "log.duckdb", 2)
    with pytest.raises(StorageError, match="is a log and no backup"):
        restore(tmp_path / "log.duckdb", tmp_path / "new.duckdb")


def test_what_is_odd_in_the_log_does_not_keep_it_from_being_backed_up(log: Log, tmp_path: Path) -> None:
    log.append(ask())
    log.database.write(lambda cursor: cursor.execute("UPDATE run SET kind = 'wish'"))
    copied = backup(log.database, tmp_path / "out.duckdb")
    assert [each.name for each in copied.findings] == ["run_kind"]
    assert "see python -m storage verify" in copied.in_words()
    assert restore(copied.path, tmp_path / "new.duckdb").runs == 1


@pytest.mark.parametrize("name", ['a "b" c.duckdb', "it's.duckdb", "50%.db", "täglich"])
def test_any_name_of_a_log_will_do(tmp_path: Path, name: str) -> None:
    with Log.open(tmp_path / name) as log:
        log.append(ask())
        assert backup(log.database, tmp_path / f"copy of {name}").runs == 1


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "log.duckdb", tmp_path / "out.duckdb"
    monkeypatch.setenv("MASKBOARD_HISTORY", str(path))
    with Log.open(path) as log:
        log.append(ask())
    assert main(["backup", str(out)]) == 0
    assert capsys.readouterr().out == f"{out} holds 1 run and 3 asks, the last of 2026-03-01 09:30:15 UTC.\n"
    assert main(["verify"]) == 0
    assert f"{path} is whole" in capsys.readouterr().out
    assert main(["verify", str(out)]) == 0
    assert main(["restore", str(out)]) == 2
    assert "With --replace" in capsys.readouterr().err
    assert main(["restore", str(out), "--replace"]) == 0
    assert main(["repair"]) == 0
    assert "Nothing had to be repaired" in capsys.readouterr().out
    with Log.open(path) as log:
        log.database.write(lambda cursor: cursor.execute("UPDATE run SET kind = 'wish'"))
    assert main(["verify"]) == 1
    assert "Which runs are of a kind that nobody knows? 1, such as run_id " in capsys.readouterr().out
    flip(out, 12_288 + 262_144 + 1000)
    assert main(["verify", str(out)]) == 1
    assert main(["backup", str(path)]) == 2


def test_another_process_is_named(
    tmp_path: Path,
    other_process: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "log.duckdb"
    monkeypatch.setenv("MASKBOARD_HISTORY", str(path))
    other_process(path)
    for command in (["backup", str(tmp_path / "out.duckdb")], ["repair"], ["verify"]):
        assert main(command) == 2
        assert "is in use by process" in capsys.readouterr().err
