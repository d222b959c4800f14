"""What may run, what may not, and what the person is told."""

from __future__ import annotations

import os
import resource
from datetime import date
from pathlib import Path

import pytest

from storage.visitors import LONGEST_SQL, Allowed, Refused, Value, decide, parameters_of
from storage.visitors import checks as the_checks
from storage.visitors.cage import NOBODY

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
    ("pivot-unnamed", "PIVOT runs ON kind USING count(*)"),
    ("pivot-inside", "WITH p AS (PIVOT runs ON kind USING count(*)) FROM p"),
    ("semicolon-in-text", "SELECT ';DROP TABLE run'"),
    ("words-of-change-in-text", "SELECT '(INSERT INTO x', lower('(DELETE FROM x') -- (UPDATE x SET"),
    ("explain", "EXPLAIN SELECT * FROM runs"),
    ("explain-from", "explain from runs"),
    ("explain-pivot", "EXPLAIN PIVOT runs ON kind USING count(*)"),
    ("explain-format", "EXPLAIN (FORMAT json) SELECT * FROM runs"),
    ("explain-brackets", "EXPLAIN (SELECT 1)"),
    ("longest", "SELECT '" + "x" * (LONGEST_SQL - 9) + "'"),
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
    ("import", "IMPORT DATABASE 'folder'", "PRAGMA statement"),
    ("call", "CALL duckdb_settings()", "CALL statement"),
    ("checkpoint", "CHECKPOINT", "CALL statement"),
    ("transaction", "COMMIT", "TRANSACTION statement"),
    ("commit-then-insert", "COMMIT; INSERT INTO word VALUES (1, 'x')", "2 statements"),
    ("prepare", "PREPARE x AS SELECT 1", "PREPARE statement"),
    ("insert-inside", "WITH x AS (INSERT INTO word VALUES (7, 'x') RETURNING *) SELECT * FROM x", "INSERT inside"),
    ("update-inside", "WITH x AS (UPDATE word SET text = '' RETURNING *) SELECT * FROM x", "UPDATE inside"),
    ("delete-inside", "WITH x AS (DELETE FROM word RETURNING *) SELECT * FROM x", "DELETE inside"),
    ("explain-analyze", "EXPLAIN ANALYZE SELECT 1", "without ANALYZE"),
    ("explain-analyze-pivot", "EXPLAIN ANALYZE PIVOT runs ON kind USING count(*)", "without ANALYZE"),
    ("explain-analyze-copy", "EXPLAIN ANALYZE COPY (SELECT 1) TO 'log.duckdb' (USE_TMP_FILE false)", "without ANALYZE"),
    ("explain-option", "EXPLAIN (ANALYZE) COPY (SELECT 1) TO 'x'", "without ANALYZE"),
    ("explain-options", "EXPLAIN (ANALYZE, FORMAT json) SELECT 1", "without ANALYZE"),
    ("explain-comment", "EXPLAIN /* */ ANALYZE COPY (SELECT 1) TO 'x'", "without ANALYZE"),
    ("explain-copy", "EXPLAIN COPY (SELECT 1) TO 'x'", "without ANALYZE"),
    ("explain-insert", "EXPLAIN WITH x AS (SELECT 1) INSERT INTO word FROM x", "without ANALYZE"),
    ("typo", "SELEC 1", "cannot read"),
    ("positional", "SELECT ?", "placeholder has no name"),
    ("numbered", "SELECT $1", "placeholder has no name"),
    ("nul", "SELECT 1\0", "NUL"),
    ("surrogate", "SELECT '\ud800'", "no text"),
    ("too-long", "SELECT '" + "x" * LONGEST_SQL + "'", "10,009 bytes"),
    ("too-long-in-bytes", "SELECT '" + "ä" * 4996 + "'", "10,001 bytes"),
]


@pytest.mark.parametrize("sql", [sql for _, sql in ALLOWED], ids=[name for name, _ in ALLOWED])
def test_a_single_question_may_run(sql: str) -> None:
    assert decide(sql) == Allowed(sql)


@pytest.mark.parametrize(("sql", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_anything_else_may_not_and_says_why(sql: str, reason: str) -> None:
    decision = decide(sql)
    assert isinstance(decision, Refused)
    assert reason in decision.reason
    assert decision.reason.endswith(".")
    assert "\n" not in decision.reason


MISTAKES = [
    ("first-word", "SELEC 1", (1, 1), "Did you mean SELECT?"),
    ("second-line", "SELECT 1,\n       2, FROM runs WHERE", (2, 21), "Something is missing after it, or it is too much."),
    ("umlaut-before", "SELECT 'ä', ( FROM runs", (1, 20), "A bracket ) is missing."),
    ("bracket", "SELECT count(* FROM runs", (1, 16), "A bracket ) is missing."),
    ("quote", "SELECT 'abc", (1, 8), "Close the quote."),
    ("name-quote", 'SELECT "abc', (1, 8), "Close the quote."),
    ("open-comment", "SELECT 1 /* x", (1, 10), "Close the comment with */."),
    ("top", "SELECT TOP 10 * FROM runs", (1, 12), "Write LIMIT 10 at the end instead of TOP 10."),
    ("reserved", "SELECT at FROM runs", (1, 11), 'AT is a word of SQL: as a name, write it in double quotes, "at".'),
    ("reserved-here", "SELECT rank, end FROM x", (1, 14), 'END is a word of SQL: as a name, write it in double quotes, "end".'),
    ("clause", "FROM runs GRUP BY kind", (1, 16), "Did you mean GROUP?"),
    ("unfinished", "SELECT 1 +", (1, 10), "Something is missing after it, or it is too much."),
    ("change", "-- mend\n DROP TABLE run", (2, 2), "Try SELECT * FROM runs."),
    ("change-inside", "WITH x AS (DELETE FROM word RETURNING *) FROM x", (1, 12), "Try SELECT * FROM runs."),
    ("explained", "EXPLAIN\nDROP TABLE run", (2, 1), "Write EXPLAIN SELECT ..."),
]


@pytest.mark.parametrize(("sql", "place", "remedy"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_a_mistake_has_its_place_and_the_way_out(sql: str, place: tuple[int, int], remedy: str) -> None:
    decision = decide(sql)
    assert isinstance(decision, Refused)
    assert ((decision.line, decision.column), decision.remedy) == (place, remedy)


HARD_TO_READ = [
    ("open-with", "WITH a AS (" * 30 + "SELECT 1"),
    ("open-brackets", "SELECT " + "(" * 4900),
    ("joined-brackets", "FROM " + "(" * 4900 + "x" + ")" * 4900),
    ("nested-explain", "EXPLAIN " + "(" * 4900),
]


@pytest.mark.parametrize("sql", [sql for _, sql in HARD_TO_READ], ids=[name for name, _ in HARD_TO_READ])
def test_what_the_parser_cannot_bear_ends_its_process_and_not_this_one(sql: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert isinstance(decide(sql), Refused)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + 100_000  # kilobytes
    assert decide("SELECT 1") == Allowed("SELECT 1")


def test_a_checker_that_has_died_while_it_waited_is_replaced() -> None:
    decide("SELECT 1")
    for child in the_checks._idle:
        child.process.kill()
        child.process.wait()
    assert decide("SELECT 1") == Allowed("SELECT 1")


def test_the_checker_can_open_nothing_and_is_nobody() -> None:
    decide("SELECT 1")
    process = Path(f"/proc/{the_checks._idle[-1].process.pid}")
    limits = (process / "limits").read_text("ascii").splitlines()
    assert [line.split()[3:5] for line in limits if line.startswith("Max open files")] == [["0", "0"]]
    if os.geteuid() == 0:
        users = [line.split()[1:] for line in (process / "status").read_text("ascii").splitlines() if line.startswith("Uid")]
        assert users == [[str(NOBODY)] * 4]


PARAMETERS: list[tuple[str, str, tuple[str, ...]]] = [
    ("none", "SELECT 1", ()),
    ("in-order", "SELECT $zeta, $alpha FROM runs WHERE kind = $zeta", ("zeta", "alpha")),
    ("not-in-text", "SELECT '$one', $two -- $three", ("two",)),
    ("in-explain", "EXPLAIN SELECT $a", ("a",)),
    ("unreadable", "SELEC $a", ()),
    ("surrogate", "SELECT $a, '\ud800'", ()),
]


@pytest.mark.parametrize(("sql", "names"), [row[1:] for row in PARAMETERS], ids=[row[0] for row in PARAMETERS])
def test_the_parameters_of_a_statement(sql: str, names: tuple[str, ...]) -> None:
    assert parameters_of(sql) == names


def test_a_value_that_is_missing_is_named() -> None:
    given: dict[str, Value] = {"since": date(2026, 1, 1), "unused": 1}
    sql = "SELECT $since, $kind, $depth"
    assert decide(sql, given) == Refused("The statement wants a value for $kind and $depth.", "Give one.")
    assert decide(sql, {**given, "kind": None, "depth": 3}) == Allowed(sql)
