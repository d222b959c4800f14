"""Hostile statements on the code path of the SQL page: nothing is told, nothing is written, and the server stays alive.

The check reads every statement, and what it lets through runs; of that which can only fail, every second one. Of those that it
refuses, each sixth runs as if it had not, and of those that only a limit ends, each sixth runs, with short limits.
`MASKBOARD_HOSTILE=all` runs all of them with the check and without it, with the limits of the page.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from storage import history
from storage.errors import QueryFailed, QueryRefused
from storage.visitors import Allowed, Limits, Refused, decide, fetch
from tests.storage.exports.measured import peak, settled
from tests.storage.visitors.hostile_statements import HOSTILE
from tests.storage.visitors.scene import FULL, HURRIED, PATIENT, VARIABLE, Outcome, Scene, staged
from tests.storage.visitors.verdicts import COSTLY, FAILS, IDLE, NEVER, STUCK, Row, Verdict

GRACE_SECONDS = 1.0 if FULL else 5.0
"""After the limit: what the page promises, or what a machine with other things to do may take."""
HIDDEN = ("setting", "saved_query", "schema_migration")
ONE_IN = 1 if FULL else 6
"""Of the statements that the check refuses, and of those that only a limit ends, one in so many runs."""
COSTLY_ONES = [row for row in HOSTILE if row[2] is COSTLY]
FAILING_ONES = [row for row in HOSTILE if row[2] is FAILS]
RUN = [row for row in HOSTILE if row[2] not in (COSTLY, FAILS)] + FAILING_ONES[:: 1 if FULL else 2] + COSTLY_ONES[::ONE_IN]


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with staged() as made:
        yield made


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one statement of the corpus."""

    decision: Allowed | Refused
    checked: Outcome
    """With the check of the text."""
    unchecked: Outcome | None
    """Without it; None where that was not tried."""

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        return (self.checked,) if self.unchecked is None else (self.checked, self.unchecked)


@dataclass(frozen=True, slots=True)
class Corpus:
    """All trials, run two at a time, and the state of the machine before and after."""

    trials: dict[str, Future[Trial]]
    before: tuple[dict[str, int], str, list[tuple[object, ...]]]
    peak_mb: int
    """The memory of this process before: its peak is counted from there."""


def state(scene: Scene) -> tuple[dict[str, int], str, list[tuple[object, ...]]]:
    table = fetch(Allowed("SELECT count(*), sum(hash(COLUMNS(*))) FROM predictions"), scene.snapshot, PATIENT).table
    return scene.files(), scene.sums(), [tuple(row.values()) for row in table.to_pylist()]


def limits_of(verdict: Verdict) -> Limits:
    return HURRIED if verdict in (STUCK, COSTLY) else PATIENT


def trial(scene: Scene, number: int, row: Row) -> Trial:
    name, statement, verdict = row
    sql = scene.sql(name, statement)
    limits = limits_of(verdict)
    decision = decide(sql)
    checked = scene.run(decision, limits)
    if isinstance(decision, Refused):
        tried = number % ONE_IN == 0
        return Trial(decision, checked, scene.run(Allowed(sql), limits) if tried else None)
    # A statement that the check lets through is the very one that runs without it.
    return Trial(decision, checked, scene.run(Allowed(sql), limits) if FULL else checked)


@pytest.fixture(scope="module")
def corpus(scene: Scene, request: pytest.FixtureRequest) -> Iterator[Corpus]:
    chosen = {item.name.partition("[")[2].removesuffix("]") for item in request.session.items}
    before, in_use = state(scene), settled() // 1024
    with ThreadPoolExecutor(2) as pool:
        trials = {row[0]: pool.submit(trial, scene, number, row) for number, row in enumerate(RUN) if row[0] in chosen}
        yield Corpus(trials, before, in_use)


def test_the_corpus_is_large_and_says_nothing_twice() -> None:
    assert len(HOSTILE) >= 300
    assert len({name for name, _, _ in HOSTILE}) == len({sql for _, sql, _ in HOSTILE}) == len(HOSTILE)
    assert sum(verdict is COSTLY for _, _, verdict in HOSTILE) >= 30


def test_the_check_comes_to_its_end_with_every_statement_that_may_not_run_here(scene: Scene) -> None:
    for name, statement, _ in [*COSTLY_ONES, *FAILING_ONES]:
        decision = decide(scene.sql(name, statement))
        assert isinstance(decision, Allowed) or decision.reason.isprintable(), name


@pytest.mark.parametrize(("name", "verdict"), [(name, verdict) for name, _, verdict in RUN], ids=[row[0] for row in RUN])
def test_a_hostile_statement(scene: Scene, corpus: Corpus, name: str, verdict: Verdict) -> None:
    made = corpus.trials[name].result()
    for outcome in made.outcomes:
        assert scene.leaks(outcome.told) == []
        assert outcome.seconds < limits_of(verdict).seconds + GRACE_SECONDS
        if outcome.failure is not None:
            assert isinstance(outcome.failure, QueryFailed | QueryRefused)
            assert str(outcome.failure).isprintable()
            assert len(str(outcome.failure)) < 3000
    if verdict in (NEVER, IDLE, STUCK):
        assert isinstance(made.decision, Refused)
        assert made.decision.reason.isprintable()
        assert isinstance(made.checked.failure, QueryRefused)
    if made.unchecked is not None and verdict in (NEVER, FAILS, STUCK):
        assert made.unchecked.failure is not None
        assert verdict is STUCK or "took longer" not in str(made.unchecked.failure)


def test_nothing_was_written_and_nothing_changed(scene: Scene, corpus: Corpus) -> None:
    if len(corpus.trials) < len(RUN):
        pytest.skip("only a part of the corpus was asked for")
    for waiting in corpus.trials.values():
        waiting.result()
    files, sums, rows = corpus.before
    assert sums.count("\n") >= 3
    assert scene.files() == files
    assert scene.sums() == sums
    assert state(scene)[2] == rows


def test_the_server_is_alive_and_left_with_no_process(scene: Scene, corpus: Corpus) -> None:
    for waiting in corpus.trials.values():
        waiting.result()
    assert history.counts(scene.database).runs == 5
    # Two answers at a time, each of 50 MB and a last row, as Arrow, as the page shows it, and once more as bytes.
    assert 0 < peak() // 1024 - corpus.peak_mb < 900
    left = subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, text=True, check=False).stdout
    # The checkers wait for the next text; the workers are gone, but for one that a page of this process keeps ready.
    assert left.count("storage.visitors.worker") <= 1
    assert left.count("storage.visitors.checker") <= 2


def test_the_copy_holds_no_byte_of_what_people_may_not_see(scene: Scene) -> None:
    for name in ("setting", "query"):
        found = subprocess.run(
            ["grep", "--text", "--count", scene.secrets[name], str(scene.snapshot)], capture_output=True, check=False
        )
        assert found.stdout.strip() == b"0"
    seen = scene.run(Allowed("SELECT word, piece FROM predictions WHERE checkpoint = 'bert-base-uncased'"))
    assert b"primary" in seen.told


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT table_name FROM duckdb_tables() UNION SELECT table_name FROM duckdb_columns()",
        "SELECT table_name FROM information_schema.tables",
        "SELECT relname FROM pg_catalog.pg_class",
        "SELECT name FROM sqlite_master",
        "SELECT name FROM (SHOW ALL TABLES)",
    ],
)
def test_hidden_tables_are_not_even_named(scene: Scene, sql: str) -> None:
    names = {str(name) for row in fetch(Allowed(sql), scene.snapshot, PATIENT).table.to_pylist() for name in row.values()}
    assert names
    assert names.isdisjoint(HIDDEN)


@pytest.mark.parametrize("reading", ["read_text('{}')", "read_csv('{}')", "glob('{}')", "read_parquet('{}')", "'{}'"])
def test_a_file_that_is_there_and_one_that_is_not_fail_alike(scene: Scene, reading: str) -> None:
    there, missing = scene.folder / "canaries" / "canary.txt", scene.folder / "canaries" / "absent.txt"
    said = [
        scene.run(Allowed("FROM " + reading.format(path))).told.replace(str(path).encode(), b"") for path in (there, missing)
    ]
    assert said[0] == said[1]


def test_no_answer_tells_where_the_log_lies(scene: Scene, corpus: Corpus) -> None:
    folder = str(scene.folder).encode()
    for name, statement, _ in RUN:
        if name in corpus.trials and "@" not in statement:
            for outcome in corpus.trials[name].result().outcomes:
                assert folder not in outcome.told, name


VALUES = [
    ("query", "FROM query($x)", "SELECT * FROM saved_query"),
    ("query-copy", "FROM query($x)", "COPY runs TO '@OUT@/written.csv'"),
    ("table", "FROM query_table($x)", "saved_query"),
    ("path", "FROM read_text($x)", "@CANARIES@/canary.txt"),
    ("pattern", "FROM glob($x)", "@CANARIES@/*"),
    ("variable", "SELECT getenv($x)", VARIABLE),
    ("sequence", "SELECT nextval($x)", "word_id_sequence"),
    ("logging", "FROM enable_logging(storage = 'file', storage_path = $x)", "@OUT@/written"),
    ("profile", "FROM enable_profiling(save_location = $x)", "@OUT@/written.json"),
    ("serialized", "FROM json_execute_serialized_sql($x)", '{"statements": []}'),
    ("number", "SELECT $x::INTEGER", "1; DROP TABLE run"),
    ("limit", "FROM runs LIMIT $x", "1; DROP TABLE run"),
    ("sleep", "SELECT sleep_ms($x)", 600_000),
    ("memory", "SELECT repeat('x', $x)", 4_000_000_000),
]


@pytest.mark.parametrize(("name", "sql", "value"), VALUES, ids=[row[0] for row in VALUES])
def test_a_hostile_value_is_a_value(scene: Scene, name: str, sql: str, value: str | int) -> None:
    files = scene.files()
    given = {"x": scene.sql(f"value-{name}", value) if isinstance(value, str) else value}
    for decision in (decide(sql, given), Allowed(sql)):
        outcome = scene.run(decision, HURRIED, given)
        assert isinstance(outcome.failure, QueryFailed | QueryRefused)
        assert scene.leaks(outcome.told) == []
        assert outcome.seconds < HURRIED.seconds + GRACE_SECONDS
    assert scene.files() == files


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE run; --", "$x", "\\", "{}", "%s", "\u202e", "NULL", "[1, 2]", "2026-03-01", "1e999"]
)
def test_a_text_comes_back_as_it_was_given(scene: Scene, text: str) -> None:
    answer = fetch(decide("SELECT $x AS x, typeof($x) AS t", {"x": text}), scene.snapshot, PATIENT, {"x": text})
    assert answer.table.to_pylist() == [{"x": text, "t": "VARCHAR"}]


LEFT_BEHIND = [
    ("table", "CREATE TEMP TABLE written AS SELECT 1 AS a", "FROM written"),
    ("view", "CREATE TEMP VIEW written AS SELECT 1 AS a", "FROM written"),
    ("macro", "CREATE TEMP MACRO written(x) AS x", "SELECT written(1)"),
    ("statement", "PREPARE written AS SELECT 1", "EXECUTE written"),
]


@pytest.mark.parametrize(("sql", "after"), [row[1:] for row in LEFT_BEHIND], ids=[row[0] for row in LEFT_BEHIND])
def test_nothing_that_a_person_leaves_behind_meets_the_next(scene: Scene, sql: str, after: str) -> None:
    scene.run(Allowed(sql))
    assert isinstance(scene.run(Allowed(after)).failure, QueryFailed)


def test_a_killed_worker_does_not_hurt_the_next_person(scene: Scene) -> None:
    killer = Allowed("SELECT (repeat('[', 12000) || repeat(']', 12000))::JSON::VARIANT")
    with ThreadPoolExecutor(2) as pool:
        killed = [pool.submit(scene.run, killer) for _ in range(2)]
        answered = [pool.submit(fetch, Allowed("SELECT count(*) AS n FROM runs"), scene.snapshot, PATIENT) for _ in range(4)]
    assert all(isinstance(future.result().failure, QueryFailed) for future in killed)
    assert [future.result().table.to_pylist() for future in answered] == [[{"n": 5}]] * 4
