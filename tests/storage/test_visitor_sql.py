"""SQL that a person typed: what may run, and what happens while it does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage import history
from storage.errors import LogLocked, NewerLog, QueryFailed, QueryRefused, StorageError
from storage.log import Log
from storage.output import records
from storage.visitor_sql import LONGEST_SQL, Allowed, Limits, Refused, decide, run
from tests.storage.samples import ask

ALLOWED = [
    ("select", "SELECT 1"),
    ("comment", "-- how many?\nSELECT count(*) FROM runs;"),
    ("from-first", "FROM runs LIMIT 3"),
    ("values", "VALUES (1), (2)"),
    ("table", "TABLE runs"),
    ("with", "WITH r AS (SELECT * FROM runs) SELECT * FROM r"),
    ("window", "SELECT *, row_number() OVER (ORDER BY started_at) FROM runs QUALIFY true"),
    ("describe", "DESCRIBE predictions"),
    ("summarize", "SUMMARIZE answers"),
    ("show", "SHOW TABLES"),
    ("pivot", "PIVOT runs ON kind IN ('ask', 'batch') USING count(*)"),
    ("semicolon-in-text", "SELECT ';DROP TABLE run'"),
    ("explain", "EXPLAIN SELECT * FROM runs"),
]
REFUSED = [
    ("empty", "", "no statement"),
    ("only-comment", "-- nothing", "no statement"),
    ("two", "SELECT 1; SELECT 2", "2 statements"),
    ("insert", "INSERT INTO word VALUES (1, 'x')", "INSERT statement"),
    ("update", "UPDATE word SET text = ''", "UPDATE statement"),
    ("delete", "DELETE FROM run", "DELETE statement"),
    ("drop", "DROP TABLE run", "DROP statement"),
    ("create", "CREATE TABLE t (i INTEGER)", "CREATE statement"),
    ("alter", "ALTER TABLE run ADD COLUMN i INTEGER", "ALTER statement"),
    ("copy-out", "COPY run TO 'run.csv'", "COPY statement"),
    ("copy-in", "COPY run FROM 'run.csv'", "COPY statement"),
    ("attach", "ATTACH 'other.duckdb'", "ATTACH statement"),
    ("detach", "DETACH log", "DETACH statement"),
    ("install", "INSTALL httpfs", "LOAD statement"),
    ("load", "LOAD httpfs", "LOAD statement"),
    ("set", "SET threads = 1", "SET statement"),
    ("reset", "RESET threads", "SET statement"),
    ("pragma", "PRAGMA version", "PRAGMA statement"),
    ("call", "CALL duckdb_settings()", "CALL statement"),
    ("checkpoint", "CHECKPOINT", "CALL statement"),
    ("transaction", "COMMIT", "TRANSACTION statement"),
    ("commit-then-insert", "COMMIT; INSERT INTO word VALUES (1, 'x')", "2 statements"),
    ("prepare", "PREPARE x AS SELECT 1", "PREPARE statement"),
    ("explain-analyze", "EXPLAIN ANALYZE SELECT 1", "without ANALYZE"),
    ("explain-analyze-copy", "EXPLAIN ANALYZE COPY (SELECT 1) TO 'log.duckdb' (USE_TMP_FILE false)", "without ANALYZE"),
    ("explain-option", "EXPLAIN (ANALYZE) COPY (SELECT 1) TO 'x'", "without ANALYZE"),
    ("explain-comment", "EXPLAIN /* */ ANALYZE COPY (SELECT 1) TO 'x'", "without ANALYZE"),
    ("explain-copy", "EXPLAIN COPY (SELECT 1) TO 'x'", "without ANALYZE"),
    ("pivot-unnamed", "PIVOT runs ON kind USING count(*)", "values named"),
    ("typo", "SELEC 1", "cannot read"),
    ("nul", "SELECT 1\0", "NUL"),
    ("surrogate", "SELECT '\ud800'", "no text"),
    ("too-long", "SELECT '" + "x" * LONGEST_SQL + "'", "10,009 bytes"),
]


@pytest.mark.parametrize("sql", [sql for _, sql in ALLOWED], ids=[name for name, _ in ALLOWED])
def test_a_single_question_may_run(sql: str) -> None:
    assert decide(sql) == Allowed(sql)


@pytest.mark.parametrize(("sql", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_anything_else_may_not_and_says_why(sql: str, reason: str) -> None:
    decision = decide(sql)
    assert isinstance(decision, Refused)
    assert reason in decision.reason
    assert "\n" not in decision.reason


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log with one ask, closed."""
    with Log.open(tmp_path / "log.duckdb") as log:
        log.append(ask())
    return tmp_path / "log.duckdb"


def rows(sql: str, path: Path, limits: Limits | None = None) -> list[tuple[object, ...]]:
    with run(Allowed(sql), path, limits or Limits(seconds=20)) as answer:
        return [row for batch in answer.batches for row in records(batch)]


@pytest.mark.parametrize("sql", [sql for _, sql in ALLOWED], ids=[name for name, _ in ALLOWED])
def test_every_allowed_question_is_answered(path: Path, sql: str) -> None:
    assert rows(sql, path)


def test_a_question_leaves_the_log_as_it_was(path: Path) -> None:
    before = path.read_bytes()
    assert rows("SELECT count(*) FROM predictions", path) == [(15,)]
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir()) == ["log.duckdb", "log.duckdb.lock"]


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
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", KILLED, str(path)], check=True, cwd=root)
    wal = path.with_name("log.duckdb.wal")
    before = path.read_bytes(), wal.read_bytes()
    assert rows("SELECT count(*) FROM runs", path) == [(2,)]
    assert (path.read_bytes(), wal.read_bytes()) == before


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/proc/self/environ')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM '/etc/passwd'",
        "WITH x AS (INSERT INTO word VALUES (7, 'x') RETURNING *) SELECT * FROM x",
        "SELECT nextval('word_id_sequence')",
        "SELECT getenv('HOME')",
        "SELECT * FROM nowhere",
        "SELECT 'no number'::INTEGER",
    ],
)
def test_what_the_check_lets_through_fails_in_one_line_and_changes_nothing(path: Path, sql: str) -> None:
    before = path.read_bytes()
    with pytest.raises(QueryFailed) as failure:
        rows(sql, path)
    assert "\n" not in str(failure.value)
    assert path.read_bytes() == before


def test_with_the_check_off_settings_and_other_files_stay_out_of_reach(path: Path, tmp_path: Path) -> None:
    for sql in ("SET threads = 1", f"COPY runs TO '{tmp_path / 'out.csv'}'", f"ATTACH '{tmp_path / 'other.duckdb'}'"):
        with pytest.raises(QueryFailed):
            rows(sql, path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["log.duckdb", "log.duckdb.lock"]


def test_a_question_that_takes_too_long_is_stopped(path: Path) -> None:
    with pytest.raises(QueryFailed, match=r"took longer than 0\.3 s"):
        rows("SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range % 7 = b.range % 5", path, Limits(0.3))


def test_a_question_that_ends_its_process_is_a_sentence(path: Path) -> None:
    with pytest.raises(QueryFailed):
        rows("SELECT (repeat('[', 12000) || repeat(']', 12000))::JSON::VARIANT", path)
    with Log.open(path) as log:
        assert history.counts(log.database).runs == 1


def test_a_question_that_needs_too_much_memory_is_a_sentence(path: Path) -> None:
    with pytest.raises(QueryFailed, match="more than 64 MB of memory"):
        rows("SELECT i FROM range(30000000) t(i) ORDER BY hash(i)", path, Limits(20, memory_mb=64))


def test_an_error_in_the_middle_of_the_rows_is_an_error(path: Path) -> None:
    with pytest.raises(QueryFailed, match="too far"):
        rows("SELECT CASE WHEN i < 90000 THEN i ELSE error('too far') END FROM range(100000) t(i)", path)


def test_an_answer_may_be_left_half_read(path: Path) -> None:
    with run(Allowed("FROM range(10000000)"), path, Limits(20)) as answer:
        assert next(answer.batches).num_rows > 0
    assert rows("SELECT 1", path) == [(1,)]


def test_a_refused_statement_never_starts(path: Path) -> None:
    with pytest.raises(QueryRefused, match="DROP statement"), run(decide("DROP TABLE run"), path):
        pass


def test_the_log_of_a_running_dashboard_is_named_with_its_holder(path: Path) -> None:
    with Log.open(path), pytest.raises(LogLocked, match=f"process {os.getpid()}"):
        rows("SELECT 1", path)


def test_a_log_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="There is no log at"):
        rows("SELECT 1", tmp_path / "none.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_a_log_of_a_newer_version_is_refused_here_too(path: Path) -> None:
    with Log.open(path) as log:
        log.database.write(
            lambda cursor: cursor.execute("INSERT INTO schema_migration VALUES ('0999_newer', '2030-01-01', 'sha')")
        )
    with pytest.raises(StorageError, match="0999_newer is unknown here") as failure:
        rows("SELECT 1", path)
    assert NewerLog(path, "x").remedy in str(failure.value)
