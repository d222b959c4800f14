"""No Python code opens the log or its WAL: an audit hook, installed before any import, sees every opening of a process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

SESSION = """
import sys
log_path, folder = sys.argv[1], sys.argv[2]
own = {log_path, *(log_path + end for end in (".wal", ".wal.checkpoint", ".wal.recovery"))}
opened = []
# os.truncate, os.link and os.rename hold no descriptor; what drops the lock of DuckDB is to close one.
OPENING = {"open", "os.open", "shutil.copyfile", "shutil.copymode", "shutil.copystat", "mmap.__new__", "pty.spawn"}

def hook(event, arguments):
    if event in OPENING:
        import os
        for each in arguments[:2]:
            if isinstance(each, (str, bytes, os.PathLike)) and os.path.realpath(os.fsdecode(each)) in own:
                opened.append((event, os.fsdecode(each)))

sys.addaudithook(hook)

from pathlib import Path
from storage import history, samples
from storage.__main__ import main
from storage.backup import backup, restore
from storage.database import Database
from storage.errors import WalDamaged
from storage.importer import import_file
from storage.log import Log
from storage.repair import repair
from storage.verification import verify
from storage.wal import read_wal, wal_path
from tests.storage.damage import write_and_die
from tests.storage.samples import ask, batch

path, folder = Path(log_path), Path(folder)
write_and_die(path, 3)
read_wal(wal_path(path))
with Log.open(path) as log:
    samples.add(log.database)
    for number in range(8):
        log.append(ask(f"Prompt {number} is [MASK].", number=number))
    log.append(batch([f"Row {row} [MASK]." for row in range(50)], number=99))
    history.recent_runs(log.database, search="Prompt")
    history.comparison(log.database, ask(number=1).run.run_id)
    (folder / "answers.csv").write_text("checkpoint,prompt,rank,word,score\\nx,A [MASK].,1,b,0.5\\n")
    import_file(log, folder / "answers.csv")
    backup(log.database, folder / "backup.duckdb")
    verify(path)
    log.database.try_writing()
    try:
        from storage.snapshots import Snapshots
    except ImportError:
        pass
    else:
        snapshots = Snapshots(log.database)
        snapshots.current()
        snapshots.close()
verify(path)
repair(path)
for command in (["query", "SELECT count(*) FROM answers"], ["backup", str(folder / "second.duckdb")], ["verify"], ["repair"]):
    assert main(command) == 0, command
restore(folder / "backup.duckdb", path, replace=True)
write_and_die(path, 3, first=500)
size = read_wal(wal_path(path)).size
# Some other process damages the WAL.
import subprocess
patch = "f = open(__import__('sys').argv[1], 'r+b'); f.seek(" + str(size // 2) + "); f.write(b'damage')"
subprocess.run([sys.executable, "-c", patch, str(wal_path(path))], check=True)
try:
    Database.open(path)
except WalDamaged:
    assert repair(path).kept
else:
    raise AssertionError("the damage was not seen")
Database.open(path).close()

seen = list(opened)
# The hook sees what it should: opening a file of the log is noticed.
open(path, "rb").close()
assert opened[len(seen):], "the hook is blind"
print(seen)
"""


def test_no_python_code_opens_the_log_or_its_wal(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    path = tmp_path.resolve() / "log.duckdb"
    done = subprocess.run(
        [sys.executable, "-c", SESSION, str(path), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"MASKBOARD_HISTORY": str(path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
