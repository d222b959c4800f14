"""Killed, without room, without weights: a batch is resumed where it was, nothing is lost and nothing twice."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from pipelines.batch import BatchLeft, BatchProgress, BatchRequest, carry_out, submit
from pipelines.errors import CheckpointUnavailable
from pipelines.prompt_files import FilePrompt
from pipelines.settings import BUNDLED_DIR, read_settings
from pipelines.shelf import Shelf
from storage.comparison import run_record
from storage.errors import DiskFull
from storage.log import Log
from storage.pending import count_pending
from storage.records import RunStatus
from storage.verification import inspect
from tests.pipelines.batch import killed
from tests.pipelines.conftest import MINIS

pytestmark = pytest.mark.faults

KILLS = max(20, int(os.environ.get("MASKBOARD_KILLS", "8")) // 4)
ASKED = MINIS[:2]
"""Of two checkpoints a start takes a third less than of three."""
ROWS = 1_200
PASSED_ON = ("MASKBOARD_CACHE", "MASKBOARD_HISTORY", "OMP_NUM_THREADS")


def prompts(n: int) -> list[FilePrompt]:
    """Some with expected words, candidates and tags, every seventh a double of the one before."""
    rows = []
    for line in range(1, n + 1):
        number = line - 1 if line % 7 == 0 else line
        expected = (("years", "days"),) if number % 5 == 0 else ()
        words = ("men", "women") if number % 3 == 0 else ()
        text = f"After {number} of them had gone, the others [MASK] it."
        rows.append(FilePrompt(line, text, expected, words, "fifth" if expected else None))
    return rows


def once_each(log: Log, run_id: str, n: int) -> None:
    """Every row was asked of every checkpoint exactly once, and the log keeps every rule."""
    asked = log.database.rows(
        "SELECT ask.row_number, count(*), count(DISTINCT answer.checkpoint_id), any_value(prompt.text) FROM ask"
        " JOIN answer USING (answer_id) JOIN prompt USING (prompt_id) WHERE run_id = $run_id GROUP BY ALL ORDER BY ALL",
        {"run_id": run_id},
    )
    assert asked == [(each.line, len(ASKED), len(ASKED), each.text) for each in prompts(n)]
    assert count_pending(log.database, run_id) == 0
    run = run_record(log.database, run_id)
    assert run is not None
    assert run.status is RunStatus.COMPLETE
    assert log.database.read(lambda cursor: inspect(cursor, log.path)) == ()
    distinct = {each.text for each in prompts(n)}
    assert log.database.rows("SELECT count(*) FROM answer") == [(len(distinct) * len(ASKED),)]
    expected = {each.text for each in prompts(n) if each.expected}
    assert log.database.rows("SELECT count(*) FROM expectation") == [(2 * len(expected),)]
    assert log.database.rows("SELECT count(*) FROM tag") == [(len(expected),)]


def test_a_batch_that_is_killed_again_and_again_is_answered_once(
    shelf: Shelf, tmp_path: Path, ready: ForkServerContext
) -> None:
    generator = random.Random(20261129)
    path = tmp_path / "log.duckdb"
    with Log.open(path) as log:
        run_id = submit(prompts(ROWS), BatchRequest(ASKED, "killed"), shelf, log).run_id
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    kills, finished = 0, False
    while not finished:
        ours, theirs = ready.Pipe()
        child = ready.Process(target=killed.work, args=(path, run_id, theirs, environment))
        child.start()
        theirs.close()
        if kills < KILLS:
            # Somewhere in what follows the first reports: loading, a forward pass, a transaction, a checkpoint of the log.
            for _ in range(1 + generator.randrange(4)):
                _heard(ours)
            child.join(generator.random() * 0.15)
            if child.is_alive():
                kills += 1
            child.kill()
        child.join()
        finished = child.exitcode == 0
    assert kills == KILLS
    with Log.open(path) as log:
        once_each(log, run_id, ROWS)


def _heard(pipe: Connection) -> object:
    """What the process says next; None where it has ended."""
    try:
        return pipe.recv()
    except EOFError:
        return None


def test_a_full_disk_in_the_middle_loses_nothing(shelf: Shelf, mount: Callable[[str], Path]) -> None:
    folder = mount("size=24M")
    with Log.open(folder / "log.duckdb") as log:
        log.database.rows("SET wal_autocheckpoint = '256KB'")
        run_id = submit(prompts(ROWS), BatchRequest(ASKED, "full"), shelf, log).run_id
        ballast = folder / "ballast"

        def fill_up(progress: BatchProgress) -> None:
            # A chunk is as large as this machine does in a second, so the first of them is all that is known.
            if progress.n_done and not ballast.exists():
                free = shutil.disk_usage(folder).free
                ballast.write_bytes(b"\0" * max(free - 150_000, 0))

        with pytest.raises(DiskFull):
            carry_out(run_id, shelf=shelf, log=log, on_progress=fill_up)
        left = count_pending(log.database, run_id)
        assert 0 < left < ROWS
        ballast.unlink()
        outcome = carry_out(run_id, shelf=shelf, log=log)
        assert (outcome.n_here, outcome.n_done) == (left, ROWS)
        once_each(log, run_id, ROWS)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Callable[[], Shelf], Path]]:
    """A way to shelves whose bert-mini lies in a folder that a test may take away, as a process starts with each of them."""
    bundled = tmp_path / "bundled"
    shutil.copytree(BUNDLED_DIR, bundled)
    made: list[Shelf] = []

    def fresh() -> Shelf:
        made.append(Shelf(replace(read_settings(), bundled_dir=bundled)))
        return made[-1]

    yield fresh, bundled / "bert-mini"
    for each in made:
        each.close()


def test_weights_that_are_taken_away_in_the_middle_are_asked_for(own: tuple[Callable[[], Shelf], Path], tmp_path: Path) -> None:
    fresh, folder = own
    with Log.open(tmp_path / "log.duckdb") as log:
        shelf = fresh()
        run_id = submit(prompts(120), BatchRequest(ASKED, "weightless"), shelf, log).run_id

        def leave(progress: BatchProgress) -> None:
            if progress.n_done >= 16:
                folder.rename(tmp_path / "away")
                raise BatchLeft

        with pytest.raises(BatchLeft):
            carry_out(run_id, shelf=shelf, log=log, on_progress=leave)
        left = count_pending(log.database, run_id)
        assert 0 < left < 120
        with pytest.raises(CheckpointUnavailable, match=r"bert-mini.*Restore"):
            carry_out(run_id, shelf=fresh(), log=log)
        assert count_pending(log.database, run_id) == left
        (tmp_path / "away").rename(folder)
        carry_out(run_id, shelf=fresh(), log=log)
        once_each(log, run_id, 120)


def test_weights_that_vanish_after_they_were_loaded_are_not_missed(
    own: tuple[Callable[[], Shelf], Path], tmp_path: Path
) -> None:
    fresh, folder = own
    with Log.open(tmp_path / "log.duckdb") as log:
        shelf = fresh()
        run_id = submit(prompts(60), BatchRequest(ASKED, "loaded"), shelf, log).run_id

        def take_away(progress: BatchProgress) -> None:
            if progress.n_done >= 16 and folder.exists():
                folder.rename(tmp_path / "away")

        carry_out(run_id, shelf=shelf, log=log, on_progress=take_away)
        assert not folder.exists()
        once_each(log, run_id, 60)
