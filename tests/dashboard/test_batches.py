"""The batches of a process: one after the other, stopped, resumed after a restart, and said where they cannot go on."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from dashboard.batches import LOOPING, Batches, BatchState
from pipelines.batch import BatchProgress, BatchRequest, submit
from pipelines.prompt_files import FilePrompt
from pipelines.settings import read_settings
from pipelines.shelf import Shelf
from storage.comparison import run_record
from storage.log import Log
from storage.pending import count_pending, unfinished
from storage.records import RunStatus
from storage.removal import Target, remove
from tests.logs import new_log

WAIT = 120.0
REQUEST = BatchRequest(("bert-mini",), "lines")


@pytest.fixture(scope="module")
def shelf() -> Iterator[Shelf]:
    shelf = Shelf(read_settings())
    yield shelf
    shelf.close()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with new_log(tmp_path / "log.duckdb") as opened:
        yield opened


def begun(shelf: Shelf, log: Log, name: str, n: int = 40) -> str:
    rows = [FilePrompt(line, f"{name} number {line} is [MASK].") for line in range(1, n + 1)]
    return submit(rows, REQUEST, shelf, log).run_id


def status(log: Log, run_id: str) -> RunStatus:
    run = run_record(log.database, run_id)
    assert run is not None
    return run.status


class Held:
    """A shelf that gives nothing out before it is told to: a batch stands still where a test wants it."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.go = threading.Event()
        self.asked = threading.Event()

    def __call__(self) -> Shelf:
        self.asked.set()
        assert self.go.wait(WAIT)
        return self.shelf


def test_batches_are_answered_one_after_the_other(shelf: Shelf, log: Log) -> None:
    held = Held(shelf)
    batches = Batches(held, lambda: log)
    first, second = begun(shelf, log, "First"), begun(shelf, log, "Second")
    for run_id in (first, second, first):
        batches.start(run_id)
    assert held.asked.wait(WAIT)
    assert list(batches.at_work) == [first, second]
    assert (batches.state(first), batches.state(second)) == (BatchState.RUNNING, BatchState.WAITING)
    held.go.set()
    assert batches.wait(second, WAIT)
    assert batches.wait(first, 0)
    assert not batches.at_work
    assert status(log, first) is status(log, second) is RunStatus.COMPLETE
    for run_id in (first, second):
        progress = batches.progress(run_id)
        assert progress is not None
        assert (progress.n_done, progress.n_rows) == (40, 40)
        assert batches.state(run_id) is batches.problem(run_id) is None
    assert batches.rows_done == 80
    batches.close()


def test_one_that_waits_is_cancelled_at_once_and_can_be_resumed(shelf: Shelf, log: Log) -> None:
    held = Held(shelf)
    batches = Batches(held, lambda: log)
    first, second = begun(shelf, log, "First"), begun(shelf, log, "Second")
    batches.start(first)
    batches.start(second)
    assert held.asked.wait(WAIT)
    batches.cancel(second)
    assert batches.state(second) is None
    assert status(log, second) is RunStatus.CANCELLED
    batches.cancel(first)
    assert batches.state(first) is BatchState.STOPPING
    held.go.set()
    assert batches.wait(first, WAIT)
    assert status(log, first) is RunStatus.CANCELLED
    assert count_pending(log.database, first) == count_pending(log.database, second) == 40
    for run_id in (first, second):
        batches.start(run_id)
    assert batches.wait(second, WAIT)
    assert status(log, first) is status(log, second) is RunStatus.COMPLETE
    batches.close()


def test_what_was_running_goes_on_after_a_restart(shelf: Shelf, log: Log) -> None:
    run_id = begun(shelf, log, "Interrupted", 200)
    cancelled = begun(shelf, log, "Cancelled", 20)
    begin = Batches(lambda: shelf, lambda: log)
    begin.cancel(cancelled)
    seen = threading.Event()
    keep = begin._keep  # the process ends while a chunk is being answered

    def watching(progress: BatchProgress) -> None:
        keep(progress)
        if progress.n_done >= 16:
            seen.set()

    begin._keep = watching  # type: ignore[method-assign]
    begin.start(run_id)
    assert seen.wait(WAIT)
    begin.close()
    assert status(log, run_id) is RunStatus.RUNNING
    left = count_pending(log.database, run_id)
    assert 0 < left < 200
    again = Batches(lambda: shelf, lambda: log)
    assert again.resume() == (run_id,)
    assert again.resume() == ()
    assert again.wait(run_id, WAIT)
    assert status(log, run_id) is RunStatus.COMPLETE
    rows = [row for (row,) in log.database.rows("SELECT row_number FROM ask ORDER BY ALL")]
    assert rows == list(range(1, 201))
    assert status(log, cancelled) is RunStatus.CANCELLED
    again.close()


def test_one_that_may_have_ended_the_process_twice_waits_for_a_person(shelf: Shelf, log: Log) -> None:
    run_id = begun(shelf, log, "Poison")
    for _ in range(2):
        standing = Batches(Held(shelf), lambda: log)  # never gets anywhere, as where the process is killed each time
        resumed = standing.resume()
    assert resumed == ()
    run = run_record(log.database, run_id)
    assert run is not None
    assert (run.status, run.options["problem"]) == (RunStatus.FAILED, LOOPING)
    by_hand = Batches(lambda: shelf, lambda: log)
    by_hand.start(run_id)
    assert by_hand.wait(run_id, WAIT)
    assert status(log, run_id) is RunStatus.COMPLETE
    by_hand.close()


@pytest.mark.parametrize("sentence", ["bert-mini is not on this machine. Restore it."])
def test_why_it_cannot_go_on_is_said_and_kept(shelf: Shelf, log: Log, sentence: str) -> None:
    from pipelines.errors import CheckpointUnavailable

    def none_there() -> Shelf:
        raise CheckpointUnavailable(sentence)

    batches = Batches(none_there, lambda: log)
    run_id = begun(shelf, log, "Weightless")
    batches.start(run_id)
    assert batches.wait(run_id, WAIT)
    assert batches.problem(run_id) == sentence
    run = run_record(log.database, run_id)
    assert run is not None
    assert (run.status, run.options["problem"]) == (RunStatus.FAILED, sentence)
    assert [each.n_pending for each in unfinished(log.database)] == [40]
    batches.close()


def test_one_that_is_deleted_while_it_waits_is_forgotten(shelf: Shelf, log: Log) -> None:
    held = Held(shelf)
    batches = Batches(held, lambda: log)
    run_ids: Sequence[str] = [begun(shelf, log, name) for name in ("First", "Second")]
    for run_id in run_ids:
        batches.start(run_id)
    assert held.asked.wait(WAIT)
    remove(log.database, Target(run_id=run_ids[1]))
    held.go.set()
    assert batches.wait(run_ids[1], WAIT)
    assert status(log, run_ids[0]) is RunStatus.COMPLETE
    assert log.database.rows("SELECT count(*) FROM run") == [(1,)]
    batches.close()
