"""What a command put beside a log that another process has open: taken whole, once, or left with its reason."""

from __future__ import annotations

import multiprocessing
import os
import signal
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from storage.batches import begin_batch
from storage.door import Door, inbox_folder, is_taken_here
from storage.inbox import PRIVATE, NotTaken, Taken, private_log, take_all, why_not_taken
from storage.lending import borrow_answers
from storage.log import Log
from storage.pending import PendingRow, count_pending, gathered
from storage.records import Prompt, RunKind, RunStatus
from storage.removal import Target, remove
from storage.snapshots import Snapshots
from storage.verification import inspect
from tests.storage.samples import TRIO, ask, run

TEXTS = ("The one [MASK].", "The other [MASK].")


def prompts(log: Log) -> list[str]:
    return [text for (text,) in log.database.rows("SELECT text FROM prompt ORDER BY text")]


def test_a_private_log_is_taken_once_and_leaves_nothing(log: Log) -> None:
    log.append(ask(TEXTS[0], number=1))
    door = Door(log.path)
    assert is_taken_here(log.path)
    with private_log(log.path) as private:
        with Log.open(private) as own:
            own.append(ask(TEXTS[0], number=2))
            own.append(ask(TEXTS[1], number=3))
            assert take_all(log.database) == ()
        # Closed, but its maker may open it again.
        assert take_all(log.database) == ()
    (taken,) = take_all(log.database)
    assert isinstance(taken, Taken)
    assert taken.merged.added["run"] == 2
    assert prompts(log) == sorted(TEXTS)
    assert take_all(log.database) == ()
    assert [each.name for each in inbox_folder(log.path).iterdir() if each.is_dir()] == []
    assert {each.name for each in log.database.read(lambda cursor: inspect(cursor, log.path))} <= {"prediction_mass"}
    door.close()
    assert not is_taken_here(log.path)


def test_where_nothing_was_written_nothing_is_left(log: Log) -> None:
    door = Door(log.path)
    with private_log(log.path) as private:
        folder = private.parent
        assert folder.is_dir()
    assert not folder.exists()
    door.close()


def test_what_is_no_log_stays_with_its_reason(log: Log) -> None:
    folder = inbox_folder(log.path) / "0199c3f1-0000-7000-8000-00000000abcd"
    folder.mkdir(parents=True)
    (folder / PRIVATE).write_bytes(b"not a database" * 1000)
    (told,) = take_all(log.database)
    assert isinstance(told, NotTaken)
    assert "cannot be read" in told.reason or "is no" in told.reason
    assert why_not_taken(folder / PRIVATE) == told.reason
    assert take_all(log.database) == ()
    assert (folder / PRIVATE).exists()


def test_what_was_lent_and_deleted_meanwhile_does_not_come_back(log: Log) -> None:
    """A batch is stopped before it asked what it was lent, and meanwhile a person deleted it here."""
    first = ask(TEXTS[0], number=1)
    log.append(first)
    door = Door(log.path)
    batch = replace(run(5), kind=RunKind.BATCH, status=RunStatus.CANCELLED)
    with Snapshots(log.database) as snapshots, private_log(log.path) as private, Log.open(private) as own:
        with gathered([PendingRow(1, 1, TEXTS[0])]) as rows:
            begin_batch(own.database, batch, rows)
        borrow_answers(own.database, batch.run_id, TRIO, snapshots.current())
        assert own.find_answers([Prompt(TEXTS[0])], TRIO) != {}
    remove(log.database, Target(run_id=first.run.run_id))
    (taken,) = take_all(log.database)
    assert isinstance(taken, Taken)
    assert (taken.merged.added["run"], taken.merged.added["answer"], prompts(log)) == (1, 0, [])
    assert count_pending(log.database, batch.run_id) == 1
    assert log.database.read(lambda cursor: inspect(cursor, log.path)) == ()
    door.close()


def _die_in_the_middle(log: Path, told: Connection) -> None:
    with private_log(log) as private:
        own = Log.open(private)
        own.append(ask(TEXTS[1], number=4))
        told.send(os.getpid())
        told.recv()


def test_what_a_killed_command_had_written_is_taken(log: Log) -> None:
    door = Door(log.path)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_die_in_the_middle, args=(log.path, theirs))
    child.start()
    pid = ours.recv()
    assert take_all(log.database) == ()
    os.kill(pid, signal.SIGKILL)
    child.join()
    (taken,) = take_all(log.database)
    assert isinstance(taken, Taken)
    assert prompts(log) == [TEXTS[1]]
    door.close()
