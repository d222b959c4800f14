"""No Python code opens the log or its WAL: an audit hook, installed before any import, sees every opening of a process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

SESSION = """
import sys, uuid
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

from datetime import UTC, datetime
from pathlib import Path
import storage.verification
from storage import annotations, archive, exports, history, removal, samples, saved_queries
from storage.__main__ import main
from storage.backup import backup, restore
from storage.database import Database
from storage.differences import Side, differences
from storage.errors import WalDamaged
from storage.importer import import_file
from storage.log import Log
from storage.output import Format
from storage.repair import repair
from storage.snapshots import Snapshots
from storage.verification import verify
from storage.wal import read_wal, wal_path
import subprocess
from tests.storage.damage import write_and_die
from tests.storage.samples import ask, batch

storage.verification.KEYS_LOOKED_UP = 5
path, folder = Path(log_path), Path(folder)
write_and_die(path, 3)
read_wal(wal_path(path))
with Log.open(path) as log:
    samples.add(log.database)
    for number in range(8):
        log.append(ask(f"Prompt {number} is [MASK].", number=number))
    log.append(batch([f"Row {row} [MASK]." for row in range(50)], number=99))
    history.recent_runs(log.database, search="Prompt")
    assert log.find_answers(ask(number=1).prompts, []) is not None
    history.comparison(log.database, ask(number=1).run.run_id)
    (folder / "answers.csv").write_text("checkpoint,prompt,rank,word,score\\nx,A [MASK].,1,b,0.5\\n")
    import_file(log, folder / "answers.csv")
    backup(log.database, folder / "backup.duckdb")
    verify(path)
    log.database.try_writing()
    first, second = (ask(number=number).run.run_id for number in (1, 2))
    run, prompt = annotations.Target(run_id=first), annotations.Target(prompt_id=1)
    for target in (run, prompt):
        annotations.star(log.database, target, "Ada")
        tag = annotations.add_tag(log.database, target, "odd", "Ada")
        note = annotations.add_note(log.database, target, "Look again.", "Ada")
        assert annotations.annotations(log.database, target).tags
        annotations.unstar(log.database, target, "Ada")
        annotations.remove_tag(log.database, tag)
        annotations.remove_note(log.database, note)
    annotations.add_tag(log.database, run, "kept", "Ada")
    annotations.set_label(log.database, first, "A label")
    assert annotations.annotations_of_runs(log.database, [first])[first].tags
    query = saved_queries.save_query(
        log.database, saved_queries.SavedQuery(str(uuid.uuid4()), "All", "FROM runs", datetime.now(UTC))
    )
    assert saved_queries.saved_query(log.database, "All") == query
    saved_queries.delete_query(log.database, query)
    assert saved_queries.saved_queries(log.database) == ()
    assert differences(log.database, Side(run_id=first), Side(run_id=second)).n_left_only == 1
    with Snapshots(log.database) as snapshots:
        for form, out in ((Format.CSV, "runs.csv"), (Format.JSON, "runs.json"), (Format.PARQUET, "runs.parquet")):
            assert exports.export(exports.of_view("runs"), snapshots.current(), form, folder / out).rows > 8
    archive.write_archive(log.database, folder / "whole.zip")
    for target in (annotations.Target(run_id=second), annotations.Target(prompt_id=3)):
        assert removal.what_goes(log.database, target) == removal.remove(log.database, target)
    with archive.unpacked(folder / "whole.zip", folder) as found:
        archive.merge(log.database, found)
    assert history.comparison(log.database, second) is not None, "what was removed came back with the archive"
verify(path)
repair(path)
for command in (
    ["query", "SELECT count(*) FROM answers"],
    ["export", "predictions", "--out", str(folder / "predictions.csv")],
    ["export", "log", "--out", str(folder / "log.zip")],
    ["import", str(folder / "log.zip")],
    ["import", str(folder / "answers.csv")],
    ["backup", str(folder / "second.duckdb")],
    ["verify"],
    ["repair"],
):
    assert main(command) == 0, command
restore(folder / "backup.duckdb", path, replace=True)
write_and_die(path, 3, first=500)
size = read_wal(wal_path(path)).size
# Some other process damages the WAL.
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
