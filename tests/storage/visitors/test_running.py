"""What happens while a statement runs, and what is said when it does not come to its end."""

from __future__ import annotations

import os
import subprocess
import threading
from datetime import date
from pathlib import Path

import pytest

from storage.errors import QueryFailed, QueryRefused
from storage.output import records
from storage.visitors import Allowed, Limits, Refused, StatementFailed, Value, decide, run, warm
from storage.visitors.cage import NOBODY
from storage.visitors.workers import cool
from tests.storage.visitors.test_decision import ALLOWED

ROOMY = Limits(seconds=60)
"""For what is over at once: a machine that has much to do may take long to start a process."""
ENDLESS = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range % 7 = b.range % 5"


def rows(sql: str, copy: Path, limits: Limits = ROOMY, parameters: dict[str, Value] | None = None) -> list[tuple[object, ...]]:
    with run(Allowed(sql), copy, limits, parameters) as answer:
        return [row for batch in answer.batches for row in records(batch)]


def digests(folder: Path) -> str:
    """The sha256 of every file below, taken by another program."""
    files = sorted(str(file) for file in folder.rglob("*") if file.is_file())
    return subprocess.run(["sha256sum", *files], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("sql", [sql for _, sql in ALLOWED], ids=[name for name, _ in ALLOWED])
def test_every_allowed_question_is_answered(copy: Path, sql: str) -> None:
    assert rows(sql, copy) or "PIVOT" in sql or "QUALIFY" in sql


def test_a_pivot_finds_its_values_itself(copy: Path) -> None:
    sql = "PIVOT (SELECT checkpoint, family FROM checkpoints) ON family USING count(*) GROUP BY checkpoint ORDER BY checkpoint"
    with run(decide(sql), copy, ROOMY) as answer:
        assert answer.schema.names == ["checkpoint", "albert", "bert", "distilbert"]
        assert next(records(next(answer.batches))) == ("albert-mini", 1, 0, 0)


def test_values_are_bound_and_never_read_as_sql(copy: Path) -> None:
    given: dict[str, Value] = {"day": date(2026, 3, 1), "text": "' OR true --", "one": 1, "half": 0.5, "yes": True, "no": None}
    sql = "SELECT $day, $text, $one + 1, $half, $yes, $no, typeof($day), typeof($one), typeof($half)"
    expected = (date(2026, 3, 1), "' OR true --", 2, 0.5, True, None, "DATE", "INTEGER", "DOUBLE")
    assert rows(sql, copy, parameters={**given, "unused": 9}) == [expected]


def test_a_value_that_is_missing_is_a_sentence(copy: Path) -> None:
    with pytest.raises(QueryFailed, match="Values were not provided for the following parameters: a"):
        rows("SELECT $a", copy)


def test_times_and_zones_need_no_file(copy: Path) -> None:
    sql = (
        "SELECT TIMESTAMPTZ '2026-07-01 12:00:00+00' AT TIME ZONE 'Asia/Tokyo', current_setting('TimeZone'),"
        " today() IS NOT NULL, strftime(DATE '2026-03-01', '%A'), 'ä' COLLATE nocase = 'Ä', '{\"a\": 1}'::JSON ->> 'a'"
    )
    ((tokyo, *others),) = rows(sql, copy)
    assert str(tokyo) == "2026-07-01 21:00:00"
    assert others == ["UTC", True, "Sunday", True, "1"]


def test_no_progress_is_drawn_into_the_rows(copy: Path) -> None:
    assert rows("SELECT current_setting('enable_progress_bar')", copy) == [(False,)]


def test_nothing_is_changed(copy: Path) -> None:
    folder = copy.parents[2]
    before = digests(folder)
    assert "log.duckdb" in before
    assert rows("SELECT count(*) FROM predictions", copy) == [(15,)]
    for sql in (
        "INSERT INTO word VALUES (9, 'x')",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO 'log.duckdb' (USE_TMP_FILE false)",
        ENDLESS,
    ):
        with pytest.raises(QueryFailed):
            rows(sql, copy, Limits(1))
    assert digests(folder) == before


OUT_OF_REACH = [
    ("csv", "SELECT * FROM read_csv('/etc/passwd')", "reaches no file"),
    ("text", "SELECT * FROM read_text('/proc/self/environ')", "reaches no file"),
    ("glob", "SELECT * FROM glob('/*')", "reaches no file"),
    ("replacement", "SELECT * FROM '/etc/passwd'", "does not exist"),
    ("itself", "SELECT * FROM read_blob('log.duckdb')", "reaches no file"),
    ("copy-out", "COPY runs TO 'out.csv'", "reaches no file"),
    ("attach", "ATTACH 'other.duckdb'", "reaches no file"),
    ("setting", "SET threads = 1", "configuration has been locked"),
    ("file-system", "SET disabled_filesystems = ''", "configuration has been locked"),
    ("insert", "WITH x AS (INSERT INTO word VALUES (7, 'x') RETURNING *) SELECT * FROM x", "only read here"),
    ("sequence", "SELECT nextval('word_id_sequence')", "only read here"),
    ("environment", "SELECT getenv('PATH')", "getenv"),
    ("settings-of-people", "SELECT * FROM setting", "setting does not exist"),
    ("queries-of-people", "SELECT * FROM saved_query", "saved_query does not exist"),
    ("nowhere", "SELECT * FROM nowhere", "nowhere does not exist"),
    ("conversion", "SELECT 'no number'::INTEGER", "Could not convert string"),
]


@pytest.mark.parametrize(("sql", "words"), [row[1:] for row in OUT_OF_REACH], ids=[row[0] for row in OUT_OF_REACH])
def test_what_the_check_would_let_through_fails_in_one_line(copy: Path, sql: str, words: str) -> None:
    with pytest.raises(QueryFailed, match=words) as failure:
        rows(sql, copy)
    assert "\n" not in str(failure.value)
    assert "Error:" not in str(failure.value)


def test_an_unknown_name_has_its_place(copy: Path) -> None:
    with pytest.raises(StatementFailed, match='"nope" not found') as failure:
        rows("SELECT 'ä', kind,\n  nope FROM runs WHERE kind = $kind", copy, parameters={"kind": "ask"})
    assert (failure.value.line, failure.value.column) == (2, 3)
    with pytest.raises(StatementFailed, match="Could not convert") as failure:
        rows("SELECT 1,\n 'a'::INTEGER", copy)
    assert (failure.value.line, failure.value.column) == (2, 5)


def test_no_path_of_the_machine_shows(copy: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may make a folder the whole file system")
    assert rows("SELECT path FROM duckdb_databases() WHERE path IS NOT NULL", copy) == [("/log.duckdb",)]


def test_a_worker_can_open_nothing_and_is_nobody(copy: Path) -> None:
    with run(Allowed("FROM range(100000000)"), copy, ROOMY) as answer:
        next(answer.batches)
        (worker,) = _children("storage.visitors.worker")
        limits = {line[:26].strip(): line[26:].split()[:2] for line in (worker / "limits").read_text("ascii").splitlines()}
        for name in ("Max open files", "Max file size", "Max processes", "Max core file size"):
            assert limits[name] == ["0", "0"], name
        assert limits["Max address space"] != ["unlimited", "unlimited"]
        files = sorted(link.readlink().name for link in (worker / "fd").iterdir())
        assert [name for name in files if not name.startswith("pipe:")] == ["log.duckdb"]
        if os.geteuid() == 0:
            status = (worker / "status").read_text("ascii").splitlines()
            assert next(line.split()[1:] for line in status if line.startswith("Uid")) == [str(NOBODY)] * 4
            assert next(line.split()[1:] for line in status if line.startswith("CapEff")) == ["0" * 16]
    assert _children("storage.visitors.worker") == []


def _children(module: str) -> list[Path]:
    """The processes of this one that run a module and have a statement: a warm one has no file of a copy open."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            parent = next(line.split()[1] for line in status.read_text("ascii").splitlines() if line.startswith("PPid"))
            command = (status.parent / "cmdline").read_bytes()
            busy = any(link.readlink().name == "log.duckdb" for link in (status.parent / "fd").iterdir())
        except OSError:
            continue
        if int(parent) == os.getpid() and module.encode() in command and busy:
            found.append(status.parent)
    return found


def test_a_statement_that_takes_too_long_is_stopped(copy: Path) -> None:
    with pytest.raises(QueryFailed, match=r"took longer than 0\.3 s and was stopped\."):
        rows(ENDLESS, copy, Limits(0.3))


def test_a_statement_that_ends_its_process_is_a_sentence(copy: Path) -> None:
    with pytest.raises(QueryFailed, match="ended its process; the log is unharmed"):
        rows("SELECT (repeat('[', 12000) || repeat(']', 12000))::JSON::VARIANT", copy)
    assert rows("SELECT 1", copy) == [(1,)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT i FROM range(30000000) t(i) ORDER BY hash(i)",
        "SELECT list(i) FROM range(30000000) t(i)",
        "SELECT repeat('x', 1000000000)",
        "SELECT list_reduce(range(1, 40), lambda a, b: a || a, '0123456789')",
    ],
)
def test_a_statement_that_needs_too_much_memory_is_a_sentence(copy: Path, sql: str) -> None:
    with pytest.raises(QueryFailed, match="more than 64 MB"):
        rows(sql, copy, Limits(60, memory_mb=64))


def test_an_error_in_the_middle_of_the_rows_is_an_error(copy: Path) -> None:
    with pytest.raises(QueryFailed, match=r"^too far\.$"):
        rows("SELECT CASE WHEN i < 90000 THEN i ELSE error('too far') END FROM range(100000) t(i)", copy)


def test_the_words_of_an_error_steer_no_terminal(copy: Path) -> None:
    with pytest.raises(QueryFailed) as failure:
        rows("SELECT error('a' || chr(27) || '[2J' || chr(10) || chr(8238) || 'b')", copy)
    assert str(failure.value) == r"a\x1b[2J \u202eb."


def test_the_words_of_an_error_are_few(copy: Path) -> None:
    with pytest.raises(QueryFailed) as failure:
        rows("SELECT error(repeat('x', 1000000))", copy)
    assert len(str(failure.value)) < 3000


def test_wide_rows_come_in_pieces_and_a_row_has_a_limit(copy: Path) -> None:
    with run(Allowed("SELECT repeat('x', 100000) AS wide FROM range(500)"), copy, ROOMY) as answer:
        pieces = [(batch.num_rows, batch.nbytes) for batch in answer.batches]
    assert sum(count for count, _ in pieces) == 500
    assert max(size for _, size in pieces) < 10_000_000
    with pytest.raises(QueryFailed, match="A row of this answer has more than 64 MB"):
        rows("SELECT repeat('x', 100000000)", copy)


def test_an_answer_of_too_many_columns_is_a_sentence(copy: Path) -> None:
    with pytest.raises(QueryFailed, match="has 3,000 columns and 2,000 are allowed"):
        rows("PIVOT (FROM range(3000)) ON range USING count(*)", copy)


def test_an_answer_that_arrow_cannot_read_is_a_sentence(copy: Path) -> None:
    with pytest.raises(QueryFailed, match="has a form that cannot be shown"):
        rows("SELECT " + "[" * 200 + "1" + "]" * 200 + " FROM range(1000000)", copy)


def test_an_answer_may_be_left_half_read(copy: Path) -> None:
    with run(Allowed("FROM range(10000000)"), copy, ROOMY) as answer:
        assert next(answer.batches).num_rows > 0
    assert rows("SELECT 1", copy) == [(1,)]


def test_a_refused_statement_never_starts(copy: Path) -> None:
    with pytest.raises(QueryRefused, match="DROP statement"), run(decide("DROP TABLE run"), copy):
        pass
    assert isinstance(decide("DROP TABLE run"), Refused)


def test_a_copy_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(QueryFailed, match="copy of the log that the statement was for is gone"):
        rows("SELECT 1", tmp_path / "log.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_many_may_ask_at_once(copy: Path, request: pytest.FixtureRequest) -> None:
    warm()
    request.addfinalizer(cool)
    found: list[list[tuple[object, ...]]] = []
    threads = [threading.Thread(target=lambda: found.append(rows("SELECT count(*) FROM answers", copy))) for _ in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[(3,)]] * 9


def test_whoever_gets_no_turn_in_time_is_told(copy: Path) -> None:
    limits = Limits(0.2, rows=10)
    with pytest.raises(QueryFailed, match="Too many statements are running at once"):
        _nested(copy, limits, 5)


def _nested(copy: Path, limits: Limits, depth: int) -> None:
    """Statements that are all under way at the same time."""
    if depth:
        with run(Allowed("FROM range(100000000)"), copy, Limits(60, rows=10) if depth > 1 else limits):
            _nested(copy, limits, depth - 1)
