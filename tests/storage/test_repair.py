"""Flipped bits, torn ends, and what is brought back."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from storage import history
from storage.__main__ import main
from storage.database import Database
from storage.errors import LogDamaged, LogLocked, StorageError, WalDamaged
from storage.guard import Guard, lock_path
from storage.log import Log
from storage.repair import Repaired, repair
from storage.verification import verify
from storage.wal import commits_behind, read_wal, wal_path
from tests.conftest import ROOT
from tests.storage.damage import cut, flip, refuse, write_and_die
from tests.storage.samples import START, ask

ASKS = 5


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    """A log of five asks whose process ended without closing it, and where in its WAL each ask ends."""
    path = tmp_path_factory.mktemp("killed") / "log.duckdb"
    return path, write_and_die(path, ASKS)


@pytest.fixture
def log(killed: tuple[Path, list[int]], tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    path = tmp_path / "log.duckdb"
    shutil.copy(killed[0], path)
    shutil.copy(wal_path(killed[0]), wal_path(path))
    return path


def runs_of(path: Path) -> int:
    with Log.open(path) as log:
        return history.counts(log.database).runs


def assert_begins_as_it_was(path: Path, runs: int) -> None:
    """The first runs are there as they were asked, and no other."""
    with Log.open(path) as log:
        assert history.counts(log.database).runs == runs
        for number in range(runs):
            asked = ask(f"Prompt {number} is [MASK].", number=number)
            found = history.comparison(log.database, asked.run.run_id)
            assert found is not None
            assert found.answers == asked.answers
    assert verify(path) == ()


def test_a_whole_wal_is_followed_to_its_end(killed: tuple[Path, list[int]]) -> None:
    path, ends = killed
    wal = read_wal(wal_path(path))
    assert (wal.size, wal.commits, wal.damaged_at, wal.commits_behind) == (ends[-1], ASKS, None, 0)
    assert [commits_behind(wal_path(path), end) for end in (0, *ends)] == [5, 4, 3, 2, 1, 0][: ASKS + 1]


def test_the_mark_of_a_commit_is_what_duckdb_writes(log: Path) -> None:
    """Should another DuckDB write it otherwise, this says so before a damaged log is taken for a torn one."""
    assert wal_path(log).read_bytes()[-13:] == bytes.fromhex("e7fe7d722fed3d5e640064ffff")


def test_a_log_without_a_wal_has_nothing_to_follow(tmp_path: Path) -> None:
    assert read_wal(tmp_path / "none.wal").size == 0


def test_a_torn_end_is_no_damage(log: Path, killed: tuple[Path, list[int]]) -> None:
    _, ends = killed
    generator = random.Random(7)
    for size in [
        *range(70),
        *(generator.randrange(70, ends[-1]) for _ in range(60)),
        *(ends[-1] - back for back in range(1, 30)),
    ]:
        shutil.copy(wal_path(killed[0]), wal_path(log))
        cut(log, size)
        assert read_wal(wal_path(log)).damaged_at is None, size


@pytest.mark.parametrize("end", [1, 3])
def test_a_torn_log_opens_with_every_whole_ask(log: Path, killed: tuple[Path, list[int]], end: int) -> None:
    cut(log, killed[1][end] - 1)
    assert_begins_as_it_was(log, end)


# Where the bit is: bytes behind the beginning of an ask's entries, or before their end.
PLACES = [
    ("the length of its first entry", 0),
    ("the length of its first entry, so that it reaches beyond the file", 6),
    ("the checksum of its first entry", 9),
    ("the first entry", 20),
    ("the middle of it", 1000),
    ("the length of its mark", -21),
    ("the length of its mark, so that it reaches beyond the file", -16),
    ("the checksum of its mark", -12),
    ("its mark", -2),
]


@pytest.mark.parametrize(("offset", "asked"), [(offset, 1 + 3 * (n % 2)) for n, (_, offset) in enumerate(PLACES)])
def test_everything_before_a_flipped_bit_is_brought_back(
    log: Path, killed: tuple[Path, list[int]], offset: int, asked: int
) -> None:
    ends = killed[1]
    flip(wal_path(log), (ends[asked - 1] if offset >= 0 else ends[asked]) + offset)
    damaged, file = wal_path(log).read_bytes(), log.read_bytes()
    with pytest.raises(WalDamaged, match=r"Run python -m storage repair"):
        Database.open(log)
    assert (wal_path(log).read_bytes(), log.read_bytes()) == (damaged, file), "a refused opening changes nothing"

    repaired = repair(log)
    assert repaired.runs == asked
    assert repaired.asks == asked * 3
    assert repaired.lost_commits >= ASKS - asked - 1
    assert 0 < repaired.lost_bytes <= ends[-1] - ends[asked - 1]
    assert repaired.last_asked_at is not None
    assert repaired.last_asked_at > START
    main, wal = repaired.kept
    assert (wal.read_bytes(), main.read_bytes()) == (damaged, file), "what was damaged is kept, byte for byte"
    assert wal == wal_path(main), "DuckDB finds one by the other"
    assert_begins_as_it_was(log, asked)
    assert {each.name for each in log.parent.iterdir()} == {log.name, main.name, wal.name, lock_path(log).name}


def header_of(wal: bytes) -> int:
    """Bytes of the header. Its 16 random numbers take two bytes each from 128 on, so two logs differ."""
    return wal.index(b"\xff\xff") + 2


# Where the bit is: bytes behind the beginning of the header, or before its end; 9 is the first byte of the name.
@pytest.mark.parametrize(
    ("position", "bit"),
    [
        *[(0, 0), (0, 4), (2, 4), (5, 0), (5, 4), (6, 4), (8, 0), (9, 4), (10, 4), (10, 7), (14, 0), (20, 4)],
        *[(-7, 3), (-6, 7), (-5, 4), (-4, 4), (-3, 0), (-3, 1), (-3, 7), (-2, 4), (-1, 0)],
    ],
)
def test_a_flipped_bit_in_the_header_loses_no_byte(log: Path, position: int, bit: int) -> None:
    """The header says whose WAL it is; where it is wrong, nothing behind it is read, and all of it is kept."""
    header = header_of(wal_path(log).read_bytes())
    flip(wal_path(log), position if position >= 0 else header + position, bit)
    damaged = wal_path(log).read_bytes()
    try:
        Database.open(log).close()
    except WalDamaged:
        repaired = repair(log)
        assert (repaired.runs, repaired.lost_commits, repaired.lost_bytes) == (0, ASKS, len(damaged))
        assert repaired.kept[1].read_bytes() == damaged
        assert_begins_as_it_was(log, 0)
    else:
        # A bit that says nothing: DuckDB reads the number without it.
        assert_begins_as_it_was(log, ASKS)


@pytest.mark.parametrize(("offset", "bit"), [(0, 0), (7, 4), (8, 0), (16, 4)])
def test_a_flipped_bit_behind_the_header_leaves_the_header(log: Path, offset: int, bit: int) -> None:
    """The length, the checksum and the beginning of the very first entry: what is lost counts from there."""
    header = header_of(wal_path(log).read_bytes())
    flip(wal_path(log), header + offset, bit)
    damaged = wal_path(log).read_bytes()
    with pytest.raises(WalDamaged):
        Database.open(log)
    repaired = repair(log)
    assert (repaired.runs, repaired.lost_commits, repaired.lost_bytes) == (0, ASKS, len(damaged) - header)
    assert repaired.kept[1].read_bytes() == damaged
    assert_begins_as_it_was(log, 0)


def test_a_header_ends_where_its_numbers_end(tmp_path: Path) -> None:
    """Of the shortest name, of the longest, and of all between: each is followed to the first entry and no further."""
    entry = bytes.fromhex("05000000000000007efe7d722fed3d5e640064ffff")
    mark = bytes.fromhex("0500000000000000e7fe7d722fed3d5e640064ffff")
    for long in range(17):
        header = bytes.fromhex("640062650002660010") + b"\xff\x01" * long + b"\x7f" * (16 - long) + b"\x67\x00\x01\xff\xff"
        assert header_of(header + mark) == len(header) == 30 + long
        wal = tmp_path / f"{long}.wal"
        wal.write_bytes(header + mark + mark)
        assert (read_wal(wal).commits, read_wal(wal).damaged_at) == (2, None)
        wal.write_bytes(header + b"\x85" + entry[1:7] + b"\x01" + entry[8:] + mark)
        assert (read_wal(wal).damaged_at, read_wal(wal).commits_behind) == (len(header), 1)


def test_what_a_repair_did_is_said(log: Path, killed: tuple[Path, list[int]]) -> None:
    flip(wal_path(log), killed[1][2] + 30)
    said = repair(log).in_words()
    assert "The log opens again and holds 3 runs." in said
    assert "The last ask that is there is of 2026-03-01 09:30:" in said
    assert "Not brought back: 2 commits saved between then and" in said
    assert f"{killed[1][4] - killed[1][2]:,} bytes could not be read" in said
    assert "the damaged files are kept: log.duckdb.damaged-" in said
    assert "\n" not in said


def test_the_repaired_log_is_written_and_opened_again(log: Path, killed: tuple[Path, list[int]]) -> None:
    flip(wal_path(log), killed[1][1] + 30)
    repair(log)
    with Log.open(log) as opened:
        opened.append(ask(number=77))
    assert runs_of(log) == 3


def test_a_log_that_is_whole_is_left_alone(log: Path) -> None:
    before = (log.read_bytes(), wal_path(log).read_bytes())
    repaired = repair(log)
    assert (repaired.kept, repaired.lost_bytes, repaired.runs) == ((), 0, ASKS)
    assert repaired.in_words() == f"Nothing had to be repaired: the log opens and holds {ASKS} runs."
    assert (log.read_bytes(), wal_path(log).read_bytes()) == before


def test_a_second_repair_keeps_the_first_ones_files(log: Path, killed: tuple[Path, list[int]]) -> None:
    """Killed between its two renamings, a repair leaves the new file beside the damaged WAL; another one finishes it."""
    flip(wal_path(log), killed[1][1] + 30)
    damaged = wal_path(log).read_bytes()
    first = repair(log)
    wal_path(log).write_bytes(damaged)
    again = repair(log)
    assert again.runs == first.runs == 2
    assert wal_path(again.kept[0]).read_bytes() == damaged
    assert all(each.exists() for each in (*first.kept, *again.kept))
    assert_begins_as_it_was(log, 2)


def test_a_damaged_file_is_left_to_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "log.duckdb"
    with Log.open(path) as log:
        log.append(ask())
    flip(path, 12_288 + 262_144 + 1000)
    before = path.read_bytes()
    with pytest.raises(LogDamaged, match="python -m storage restore"):
        repair(path)
    assert path.read_bytes() == before
    assert [each for each in path.parent.iterdir() if "repair" in each.name] == []


def test_there_must_be_a_log_and_nobody_may_have_it_open(log: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="There is no log at"):
        repair(tmp_path / "none.duckdb")
    with Log.open(log), pytest.raises(StorageError, match="is open and needs no repair"):
        repair(log)
    held = Guard.acquire(log)
    try:
        with pytest.raises(LogLocked, match=f"process {os.getpid()}"):
            repair(log)
    finally:
        held.release()


def test_no_room_for_a_copy_is_a_sentence(log: Path, killed: tuple[Path, list[int]], monkeypatch: pytest.MonkeyPatch) -> None:
    flip(wal_path(log), killed[1][1] + 30)
    (log.parent / "bin").mkdir()
    (log.parent / "bin" / "cp").write_text("#!/bin/sh\necho 'cp: error writing: No space left on device' >&2; exit 1\n")
    (log.parent / "bin" / "cp").chmod(0o755)
    monkeypatch.setenv("PATH", f"{log.parent / 'bin'}:{os.environ['PATH']}")
    before = sorted(log.parent.iterdir())
    with pytest.raises(StorageError, match="could not be copied"):
        repair(log)
    assert sorted(each for each in log.parent.iterdir() if each != lock_path(log)) == before


NO_ROOM_AT_THE_END = """
import resource, sys
from pathlib import Path
import storage.repair
from storage.errors import StorageError
room = resource.getrlimit(resource.RLIMIT_FSIZE)
inspect = storage.repair.inspect
def and_then_the_disk_is_full(*arguments):
    found = inspect(*arguments)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), room[1]))
    return found
storage.repair.inspect = and_then_the_disk_is_full
try:
    storage.repair.repair(Path(sys.argv[1]))
except StorageError as error:
    print(error)
"""


@pytest.mark.parametrize("room", [4096, 20_000, 300_000])
def test_no_room_to_finish_the_copy_changes_nothing(log: Path, killed: tuple[Path, list[int]], room: int) -> None:
    """What the WAL of the copy holds must reach its file, which alone takes the place of the log."""
    flip(wal_path(log), killed[1][3] + 30)
    before = (log.read_bytes(), wal_path(log).read_bytes())
    done = subprocess.run(
        [sys.executable, "-c", NO_ROOM_AT_THE_END, str(log), str(room)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.startswith(f"The log {log} could not be repaired: the disk is full. Every file of it is there still.")
    assert (log.read_bytes(), wal_path(log).read_bytes()) == before
    assert {each.name for each in log.parent.iterdir()} == {log.name, wal_path(log).name, lock_path(log).name}
    assert repair(log).runs == 4
    assert_begins_as_it_was(log, 4)


STEPS = ["storage.files.os.link", "storage.repair.os.truncate", "storage.repair.flush", "storage.files.flush", "Path.replace"]


@pytest.mark.parametrize("step", [*STEPS, "the second Path.replace"])
def test_a_step_that_the_system_refuses_is_a_sentence_and_changes_nothing(
    log: Path, killed: tuple[Path, list[int]], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    flip(wal_path(log), killed[1][1] + 30)
    before = (log.read_bytes(), wal_path(log).read_bytes())
    with monkeypatch.context() as patched:
        refuse(patched, step)
        with pytest.raises(
            StorageError, match=r"could not be repaired: input/output error\. Every file of it is there still\."
        ):
            repair(log)
    assert (log.read_bytes(), wal_path(log).read_bytes()) == before
    assert {each.name for each in log.parent.iterdir()} == {log.name, wal_path(log).name, lock_path(log).name}
    assert repair(log).runs == 2


def test_the_command_makes_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MASKBOARD_HISTORY", str(tmp_path / "typo" / "log.duckdb"))
    for command in (["repair"], ["verify"]):
        assert main(command) == 2
        assert "There is no log at" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_nothing_repaired_says_so() -> None:
    assert "1 run." in Repaired((), 0, 0, 1, 3, None, None).in_words()
