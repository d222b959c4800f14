"""One process per log."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from storage.database import Database
from storage.errors import LogLocked
from storage.guard import Guard, describe_process, lock_path

HOLD = """
import sys
from pathlib import Path
from storage.log import Log
with Log.open(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
HOLD_WITHOUT_GUARD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


def hold(code: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.duckdb"


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    yield from hold(HOLD, path)


def test_a_second_process_is_told_who_has_the_log(path: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(LogLocked) as refusal:
        Database.open(path)
    assert refusal.value.pid == holder.pid
    sentence = str(refusal.value)
    assert f"process {holder.pid} (python" in sentence
    assert "MASKBOARD_HISTORY" in sentence
    assert "\n" not in sentence


def test_the_log_is_free_again_once_its_holder_was_killed(path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    with Database.open(path) as database:
        assert database.rows("SELECT count(*) FROM run") == [(0,)]


def test_a_program_without_our_guard_is_named_too(path: Path) -> None:
    for process in hold(HOLD_WITHOUT_GUARD, path):
        with pytest.raises(LogLocked, match=f"process {process.pid}"):
            Database.open(path)


def test_a_refused_opening_leaves_the_guard_with_its_holder(path: Path, holder: subprocess.Popen[str]) -> None:
    for _ in range(2):
        with pytest.raises(LogLocked, match=str(holder.pid)):
            Database.open(path)


def test_the_guard_names_this_process_and_lasts_until_it_is_released(path: Path) -> None:
    guard = Guard.acquire(path)
    with pytest.raises(LogLocked, match=f"process {os.getpid()}"):
        Guard.acquire(path)
    guard.release()
    guard.release()
    Guard.acquire(path).release()
    assert lock_path(path).exists()


def test_a_guard_file_with_nonsense_in_it_still_guards(path: Path) -> None:
    guard = Guard.acquire(path)
    lock_path(path).write_text("no json")
    with pytest.raises(LogLocked, match="in use by another process"):
        Guard.acquire(path)
    guard.release()


def test_a_process_is_described_by_its_command_line() -> None:
    assert describe_process(os.getpid()).startswith("python")
    assert describe_process(2**30) == ""


def test_opening_twice_in_one_process_shares_the_log(path: Path) -> None:
    first, second = Database.open(path), Database.open(path.parent / "." / path.name)
    assert first is second
    first.close()
    assert second.rows("SELECT 1") == [(1,)]
    second.close()
    duckdb.connect(str(path)).close()
