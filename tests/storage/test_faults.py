"""Killed, without room, and still whole."""

from __future__ import annotations

import os
import random
import select
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from storage import history
from storage.errors import WalDamaged
from storage.log import Log
from storage.repair import repair
from storage.verification import verify
from storage.wal import wal_path
from tests.storage import killed_writer
from tests.storage.damage import flip, write_and_die
from tests.storage.samples import ask, batch

pytestmark = pytest.mark.faults

ROOT = Path(__file__).resolve().parents[2]
TORN = (
    # An ask writes its run, three answers, their predictions and three agreements, or nothing.
    "SELECT run_id FROM run LEFT JOIN ask USING (run_id) GROUP BY run_id HAVING count(answer_id) <> 3",
    "SELECT answer_id FROM answer LEFT JOIN prediction USING (answer_id) GROUP BY ALL"
    " HAVING count(rank) <> any_value(depth) OR count(DISTINCT rank) <> any_value(depth)",
    "SELECT prompt_id FROM prompt LEFT JOIN agreement USING (prompt_id) GROUP BY ALL HAVING count(rbo) <> 3",
    "SELECT answer_id FROM ask ANTI JOIN answer USING (answer_id)",
    "SELECT piece_id FROM prediction ANTI JOIN piece USING (piece_id)",
    "SELECT word_id FROM prediction ANTI JOIN word USING (word_id)",
    "SELECT word_id FROM piece ANTI JOIN word USING (word_id)",
    "SELECT checkpoint_id FROM answer ANTI JOIN checkpoint USING (checkpoint_id)",
)


def assert_whole(log: Log, acknowledged: list[int]) -> None:
    """Every acknowledged ask is there as it was given, and no other is there in part."""
    for sql in TORN:
        assert log.database.rows(sql) == [], sql
    for number in acknowledged:
        asked = ask(f"Prompt {number % 40} is [MASK].", number=number, depth=5 + number % 9)
        found = history.comparison(log.database, asked.run.run_id)
        assert found is not None, f"run {number} was acknowledged and is gone"
        assert (found.run, found.answers) == (asked.run, asked.answers)
        assert len(found.agreements) == 3


def kill_in_the_middle(path: Path, first: int, generator: random.Random, ready: ForkServerContext) -> list[int]:
    """Start a writer, let it acknowledge some asks, kill it somewhere in the next, and return what it acknowledged."""
    told, theirs = ready.Pipe(duplex=False)
    process = ready.Process(target=killed_writer.work, args=(path, first, theirs))
    process.start()
    theirs.close()
    acknowledged: list[int] = [told.recv() for _ in range(generator.randrange(9))]
    # Up to the length of an ask later, or, before the first, up to the length of a start.
    told.poll(generator.uniform(0, 0.03) if acknowledged else generator.uniform(0, 0.6))
    process.kill()
    with suppress(EOFError):
        while True:
            acknowledged.append(told.recv())
    process.join()
    return acknowledged


def test_kills_lose_nothing_that_was_acknowledged(tmp_path: Path, ready: ForkServerContext) -> None:
    path = tmp_path / "log.duckdb"
    generator = random.Random(20260301)
    first, total = 0, 0
    for _ in range(int(os.environ.get("MASKBOARD_KILLS", "8"))):
        acknowledged = kill_in_the_middle(path, first, generator, ready)
        total += len(acknowledged)
        with Log.open(path) as log:
            assert_whole(log, acknowledged)
            # The ask that was being written when the kill came is there whole or not at all.
            first = history.counts(log.database).runs
        assert first >= total
    with Log.open(path) as log:
        assert_whole(log, list(range(first)))


BACK_UP = """
import itertools, sys
from pathlib import Path
from storage.backup import backup
from storage.log import Log
from tests.storage.samples import ask
log = Log.open(Path(sys.argv[1]))
log.append(ask("Asked before the backup [MASK].", number=int(sys.argv[3]), depth=20))
print("begun", flush=True)
for number in itertools.count():
    backup(log.database, Path(sys.argv[2]) / f"{sys.argv[3]}-{number}.duckdb")
    print("done", flush=True)
"""
MEND = """
import sys
from pathlib import Path
from storage.repair import repair
print("begun", flush=True)
repair(Path(sys.argv[1]))
print("done", flush=True)
"""
OTHER_KILLS = max(2, int(os.environ.get("MASKBOARD_KILLS", "8")) // 10)
"""Kills during a backup, and as many during a repair."""


def kill_while(code: str, arguments: list[str], wait: float) -> None:
    """Start a program, and kill it that many seconds after it said that it began."""
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n"
    select.select([process.stdout], [], [], wait)
    process.kill()
    process.wait()
    process.stdout.close()


def test_kills_in_a_backup_leave_no_half_of_one(tmp_path: Path) -> None:
    path, folder = tmp_path / "log.duckdb", tmp_path / "backups"
    folder.mkdir()
    generator = random.Random(20260302)
    with Log.open(path) as log:
        log.append(batch([f"Row {row} is [MASK]." for row in range(200)], number=9_000))
    for number in range(OTHER_KILLS):
        kill_while(BACK_UP, [str(path), str(folder), str(number)], generator.uniform(0, 1.5))
        with Log.open(path) as log:
            assert history.counts(log.database).runs == number + 2
        for appeared in folder.glob("*.duckdb"):
            if not appeared.name.startswith("."):
                assert verify(appeared) == (), appeared.name
                appeared.unlink()
    assert verify(path) == ()


def test_kills_in_a_repair_keep_every_byte(tmp_path: Path) -> None:
    generator = random.Random(20260303)
    for number in range(OTHER_KILLS):
        path = tmp_path / str(number) / "log.duckdb"
        path.parent.mkdir()
        ends = write_and_die(path, 4)
        flip(wal_path(path), ends[1] + 30)
        damaged = wal_path(path).read_bytes()
        kill_while(MEND, [str(path)], generator.uniform(0, 1.2))
        if wal_path(path).exists():
            # Killed before it was done, even between its two renamings: the next one does it.
            with pytest.raises(WalDamaged):
                Log.open(path)
            repair(path)
        with Log.open(path) as log:
            assert history.counts(log.database).runs == 2
        assert damaged in [each.read_bytes() for each in path.parent.glob("log.duckdb.damaged-*.wal")]


FULL = """
import resource, sys
from pathlib import Path
from storage import history
from storage.errors import DiskFull
from storage.log import Log
from tests.storage.samples import batch

log = Log.open(Path(sys.argv[1]))
log.database.rows("SET wal_autocheckpoint = '" + sys.argv[2] + "'")
room = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (3 << 20, room[1]))
chunk = 0
while True:
    try:
        log.append(batch([f"Chunk {chunk} row {row} [MASK]." for row in range(200)], number=chunk))
    except DiskFull as error:
        sentence = str(error)
        break
    chunk += 1
assert "full" in sentence and "\\n" not in sentence
# Reading goes on, and nothing of what failed is there.
assert history.counts(log.database).asks == chunk * 600, history.counts(log.database)
resource.setrlimit(resource.RLIMIT_FSIZE, room)
log.append(batch([f"Chunk {chunk} row {row} [MASK]." for row in range(200)], number=chunk))
assert history.counts(log.database).asks == (chunk + 1) * 600
print(chunk + 1)
"""


@pytest.mark.parametrize("threshold", ["1GB", "200KB"], ids=["at a WAL write", "at a checkpoint"])
def test_a_full_disk_is_a_sentence_and_writing_goes_on_once_there_is_room(tmp_path: Path, threshold: str) -> None:
    path = tmp_path / "log.duckdb"
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path), threshold], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    with Log.open(path) as log:
        chunks = int(done.stdout)
        assert chunks > 1
        assert history.counts(log.database).asks == chunks * 600
        assert history.counts(log.database).predictions == chunks * 600 * 20
        for sql in TORN[3:]:
            assert log.database.rows(sql) == [], sql
    assert ("opened again after a fatal error" in done.stderr) == (threshold == "200KB")


FILL = """
import os, sys
from pathlib import Path
from storage import history
from storage.errors import DiskFull
from storage.log import Log
from tests.storage.samples import batch

path = Path(sys.argv[1])
log = Log.open(path)
filler = path.parent / "filler"
with filler.open("wb") as file:
    try:
        while file.write(bytes(65536)):
            file.flush()
    except OSError:
        pass
chunk = 0
while True:
    try:
        log.append(batch([f"Chunk {chunk} row {row} [MASK]." for row in range(200)], number=chunk))
    except DiskFull:
        break
    chunk += 1
assert history.counts(log.database).asks == chunk * 600
filler.unlink()
log.append(batch([f"Chunk {chunk} row {row} [MASK]." for row in range(200)], number=chunk))
os._exit(0 if history.counts(log.database).asks == (chunk + 1) * 600 else 1)
"""


def test_a_disk_that_is_really_full_is_a_sentence_too(mount: Callable[[str], Path]) -> None:
    path = mount("size=8m") / "log.duckdb"
    subprocess.run([sys.executable, "-c", FILL, str(path)], check=True, cwd=ROOT)
    with Log.open(path) as log:
        assert history.counts(log.database).predictions == history.counts(log.database).asks * 20 > 0


CROWD = """
import resource, sys, threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from storage import history
from storage.errors import DiskFull
from storage.log import Log
from tests.storage.samples import batch

log = Log.open(Path(sys.argv[1]))
log.database.rows("SET wal_autocheckpoint = '200KB'")
room = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (3 << 20, room[1]))
done = threading.Event()

def write(writer):
    for number in range(writer * 100, writer * 100 + 100):
        chunk = batch([f"Chunk {number} row {row} [MASK]." for row in range(100)], number=number)
        try:
            log.append(chunk)
        except DiskFull:
            return chunk

def read(_):
    while not done.is_set():
        history.recent_runs(log.database, limit=2)

with ThreadPoolExecutor(8) as pool:
    readers = [pool.submit(read, number) for number in range(4)]
    try:
        unsaved = [writer.result() for writer in [pool.submit(write, number) for number in range(4)]]
    finally:
        done.set()
    for reader in readers:
        reader.result()
resource.setrlimit(resource.RLIMIT_FSIZE, room)
for chunk in unsaved:
    log.append(chunk)
    assert history.comparison(log.database, chunk.run.run_id) == chunk
"""


def test_a_fatal_error_among_many_threads_ends_none_of_them(tmp_path: Path) -> None:
    path = tmp_path / "log.duckdb"
    done = subprocess.run(
        [sys.executable, "-c", CROWD, str(path)], capture_output=True, text=True, check=False, cwd=ROOT, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "opened again after a fatal error" in done.stderr
    with Log.open(path) as log:
        for sql in TORN[3:]:
            assert log.database.rows(sql) == [], sql
