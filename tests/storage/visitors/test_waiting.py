"""Whose time a statement uses: its own, not that of its reader, nor, for a download, that of the others before it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from storage.errors import QueryFailed
from storage.output import records
from storage.visitors import DOWNLOAD, Allowed, Limits, StatementFailed, StatementStopped, checks, decide, run, warm, workers
from storage.visitors.clock import Clock
from storage.visitors.failures import Told, failure
from storage.visitors.limits import SCREEN
from storage.visitors.processes import Child, spawn
from storage.visitors.workers import DOWNLOADS_AT_ONCE, SCREENS_AT_ONCE, cool
from tests.storage.visitors.test_running import ENDLESS

MANY = Allowed("FROM range(100000000)")
ROOMY = Limits(60, rows=10)


def test_a_clock_counts_only_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("storage.visitors.clock.monotonic", lambda: now[0])
    clock = Clock()
    now[0] += 5
    assert clock.seconds == 0
    clock.start()
    now[0] += 1
    clock.start()
    now[0] += 2
    assert clock.seconds == 3
    with clock.standing_still():
        now[0] += 50
        assert clock.seconds == 3
    now[0] += 4
    clock.stop()
    now[0] += 100
    assert clock.seconds == 7


@pytest.fixture
def slow_reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Clocks go ahead by what is put here, at once: a reader that takes hours, in no time."""
    ahead = [0.0]
    monkeypatch.setattr("storage.visitors.clock.monotonic", lambda: time.monotonic() + ahead[0])
    yield ahead


def test_a_download_may_be_read_for_longer_than_its_statement_may_take(copy: Path, slow_reader: list[float]) -> None:
    """Each batch keeps the reader for a minute; there are more of them than minutes in the limit."""
    with run(Allowed("FROM range(1000000)"), copy, DOWNLOAD) as rows:
        slow_reader[0] += 400
        count = 0
        for batch in rows.batches:
            slow_reader[0] += 60
            count += batch.num_rows
    assert count == 1_000_000
    assert slow_reader[0] > 10 * DOWNLOAD.seconds


def test_a_statement_that_lets_its_reader_wait_is_stopped_all_the_same(copy: Path) -> None:
    with pytest.raises(StatementFailed, match=r"took longer than 0\.5 s"):
        _rows(Allowed(f"SELECT 0 UNION ALL ({ENDLESS})"), copy, Limits(0.5))


def test_a_download_waits_for_its_turn_without_losing_time(copy: Path, slow_reader: list[float]) -> None:
    with ExitStack() as others:
        for _ in range(DOWNLOADS_AT_ONCE):
            others.enter_context(run(MANY, copy, DOWNLOAD))
        found: list[object] = []
        waiting = threading.Thread(target=lambda: found.extend(_rows(Allowed("SELECT 7"), copy, DOWNLOAD)))
        waiting.start()
        slow_reader[0] += 10 * DOWNLOAD.seconds
    waiting.join(60)
    assert found == [(7,)]


def _rows(decision: Allowed, copy: Path, limits: Limits) -> list[tuple[object, ...]]:
    with run(decision, copy, limits) as rows:
        return [row for batch in rows.batches for row in records(batch)]


def test_a_screen_that_waited_for_others_is_not_told_that_it_took_long() -> None:
    told = Told("InterruptException")
    assert str(failure(told, "", SCREEN, waited=4.25)) == (
        "The statement waited 4.2 s for others, and what was left of 5 s was too short. Run it again in a moment."
    )
    assert str(failure(told, "", SCREEN)).startswith("The statement took longer than 5 s and was stopped.")


def test_a_screen_loses_the_time_that_it_waits(copy: Path, slow_reader: list[float]) -> None:
    """The others leave when 59 of its 60 seconds are over."""
    problems: list[StatementFailed] = []

    def ask() -> None:
        try:
            _rows(Allowed(ENDLESS), copy, ROOMY)
        except StatementFailed as error:
            problems.append(error)

    with ExitStack() as others:
        for _ in range(SCREENS_AT_ONCE):
            others.enter_context(run(MANY, copy, ROOMY))
        waiting = threading.Thread(target=ask)
        waiting.start()
        _until(lambda: workers._screens._cond._waiters)  # type: ignore[attr-defined]
        slow_reader[0] += 59.5
    waiting.join(60)
    assert [str(each)[:23] for each in problems] == ["The statement waited 59"]


def _until(condition: object) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if callable(condition) and condition():
            return
    raise AssertionError("it never came to be")


@pytest.mark.parametrize("limits", [DOWNLOAD, ROOMY], ids=["download", "screen"])
def test_a_stop_ends_a_statement_that_gives_no_rows(copy: Path, limits: Limits) -> None:
    stop = threading.Event()
    timer = threading.Timer(0.3, stop.set)
    timer.start()
    with pytest.raises(StatementStopped, match="was stopped"), run(Allowed(ENDLESS), copy, limits, stop=stop) as rows:
        list(rows.batches)
    timer.join()


def test_a_stop_ends_a_statement_between_its_rows(copy: Path) -> None:
    stop = threading.Event()
    with run(MANY, copy, DOWNLOAD, stop=stop) as rows:
        next(rows.batches)
        stop.set()
        with pytest.raises(StatementStopped):
            list(rows.batches)


@pytest.mark.parametrize(("limits", "at_once"), [(DOWNLOAD, DOWNLOADS_AT_ONCE), (ROOMY, SCREENS_AT_ONCE)])
def test_a_stop_ends_the_wait_for_a_turn(copy: Path, limits: Limits, at_once: int) -> None:
    stop = threading.Event()
    with ExitStack() as others:
        for _ in range(at_once):
            others.enter_context(run(MANY, copy, limits))
        threading.Timer(0.1, stop.set).start()
        with pytest.raises(StatementStopped), run(Allowed("SELECT 1"), copy, limits, stop=stop):
            raise AssertionError("there was no turn")


def test_what_is_stopped_before_it_begins_never_starts(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    stop.set()
    monkeypatch.setattr(workers, "spawn", lambda _: pytest.fail("a process was started"))
    with pytest.raises(StatementStopped), run(Allowed("SELECT 1"), copy, stop=stop):
        pass


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> list[Child]:
    """The workers that were started, one of which waits."""
    made: list[Child] = []

    def remember(module: str) -> Child:
        made.append(spawn(module))
        return made[-1]

    cool()
    monkeypatch.setattr(workers, "spawn", remember)
    request.addfinalizer(cool)
    warm()
    return made


def test_a_good_answer_stays_good_where_no_next_worker_can_start(
    copy: Path, started: list[Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_: str) -> Child:
        raise QueryFailed("No process could be started.")

    assert len(started) == 1
    monkeypatch.setattr(workers, "spawn", none)
    assert _rows(Allowed("SELECT 7"), copy, ROOMY) == [(7,)]


def test_a_warm_worker_that_died_is_closed_and_replaced(copy: Path, started: list[Child]) -> None:
    (dead,) = started
    dead.process.kill()
    dead.process.wait()
    assert _rows(Allowed("SELECT 7"), copy, ROOMY) == [(7,)]
    assert [dead.stdin.closed, dead.stdout.closed, dead.stderr.closed] == [True] * 3


@pytest.mark.parametrize("how", ["ends at once", "takes too long", "no process"])
def test_a_checker_that_cannot_start_is_no_fault_of_the_statement(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def begin(_: str) -> Child:
        if how == "no process":
            raise QueryFailed("No process could be started for the statement: resource temporarily unavailable.")
        if how == "ends at once":
            return spawn("storage.visitors.nowhere")
        child = spawn("storage.visitors.checker")
        child.process.send_signal(19)
        return child

    checks._close_all()
    monkeypatch.setattr(checks, "START_SECONDS", 0.2 if how == "takes too long" else 30.0)
    monkeypatch.setattr(checks, "spawn", begin)
    refused = decide("SELECT 1")
    assert not isinstance(refused, Allowed)
    assert refused.reason == "The machine is too busy to read the statement."
    assert refused.remedy.startswith("Try again")
