"""The copy that a command asks."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import duckdb
import pytest

from storage.door import Door, settle, wish_for_copy, wishes
from storage.errors import LogLocked, NewerLog, StorageError
from storage.log import Log
from storage.shell_copy import at_hand
from storage.snapshots import Snapshots, snapshot_folder
from tests.storage.samples import ask

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log with one ask, closed."""
    with Log.open(tmp_path / "log.duckdb") as log:
        log.append(ask())
    return tmp_path / "log.duckdb"


def runs(copy: Path) -> int:
    with duckdb.connect(str(copy), read_only=True) as connection:
        return int(connection.execute("SELECT count(*) FROM runs").fetchall()[0][0])


def sums(path: Path) -> str:
    files = [str(file) for file in sorted(path.parent.glob("log.duckdb*")) if file.is_file() and file.suffix != ".lock"]
    return subprocess.run(["sha256sum", *files], capture_output=True, text=True, check=True).stdout


def test_a_copy_serves_until_the_log_is_written_again(path: Path) -> None:
    before = sums(path)
    first = at_hand(path)
    assert (first.held, runs(first.snapshot.path)) == (None, 1)
    assert at_hand(path).snapshot.path == first.snapshot.path
    assert sums(path) == before
    with Log.open(path) as log:
        log.append(ask(number=1))
    second = at_hand(path)
    assert second.snapshot.path != first.snapshot.path
    assert runs(second.snapshot.path) == 2


KILLED = """
import os, sys
from pathlib import Path
from storage.log import Log
from tests.storage.samples import ask
log = Log.open(Path(sys.argv[1]))
log.append(ask(number=1))
os._exit(0)
"""


def test_what_is_still_in_the_wal_is_seen_and_stays_there(path: Path) -> None:
    assert runs(at_hand(path).snapshot.path) == 1
    subprocess.run([sys.executable, "-c", KILLED, str(path)], check=True, cwd=ROOT)
    before = sums(path)
    assert ".wal" in before
    assert runs(at_hand(path).snapshot.path) == 2
    assert sums(path) == before


def test_of_a_log_that_is_open_its_own_newest_copy_serves(path: Path) -> None:
    with Log.open(path) as log:
        with pytest.raises(LogLocked, match=f"process {os.getpid()}"):
            at_hand(path)
        with Snapshots(log.database) as snapshots:
            taken = snapshots.current()
            log.append(ask(number=1))
            found = at_hand(path)
            assert found.snapshot == taken
            assert found.held is not None
            assert found.held.pid == os.getpid()


def test_a_dashboard_that_has_the_log_takes_a_copy_for_whoever_asks(path: Path) -> None:
    """It looks at the inbox as its caretaker does; what is behind by one run is not what is read."""
    with Log.open(path) as log, Snapshots(log.database) as snapshots, ThreadPoolExecutor(1) as other:
        old = snapshots.current()
        log.append(ask(number=1))
        door = Door(log.path)
        found = other.submit(at_hand, path)
        while not (wished := wishes(path)):
            wait([found], 0.02)
            assert not found.done()
        fresh = snapshots.current()
        # Who asks while the copy is taken waits for the next one.
        later = wish_for_copy(path)
        settle(wished)
        assert found.result().snapshot == fresh != old
        assert wishes(path) == (later,)
        door.close()


def refused(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_dashboard_that_takes_no_copy_is_not_waited_for_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.shell_copy.COPY_SECONDS", 0.1)
    with Log.open(path) as log, Snapshots(log.database) as snapshots:
        old = snapshots.current()
        log.append(ask(number=1))
        door = Door(log.path)
        assert at_hand(path).snapshot == old
        assert wishes(path) == ()
        # Nor where the wish cannot be written: a full disk must not keep people from reading.
        monkeypatch.setattr("storage.shell_copy.COPY_SECONDS", 3600.0)
        monkeypatch.setattr(Path, "touch", refused)
        assert at_hand(path).snapshot == old
        door.close()


def test_what_another_process_left_unfinished_is_swept(path: Path) -> None:
    left = snapshot_folder(path) / ".building-of-another"
    left.mkdir(parents=True)
    at_hand(path)
    assert not left.exists()


def test_a_log_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="There is no log at"):
        at_hand(tmp_path / "none.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_a_log_of_a_newer_version_is_refused_here_too(path: Path) -> None:
    with Log.open(path) as log:
        log.database.write(
            lambda cursor: cursor.execute("INSERT INTO schema_migration VALUES ('0999_newer', '2030-01-01', 'sha')")
        )
    with pytest.raises(NewerLog, match="0999_newer is unknown here"):
        at_hand(path)


def test_a_log_of_an_earlier_version_is_left_as_it_is(path: Path) -> None:
    with Log.open(path) as log:
        log.database.write(lambda cursor: cursor.execute("DELETE FROM schema_migration WHERE name = '0008_one_run'"))
    before = sums(path)
    with pytest.raises(StorageError, match=r"of an earlier version\. Open it once with the dashboard"):
        at_hand(path)
    assert sums(path) == before
