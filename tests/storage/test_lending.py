"""What a copy of another log knows of a batch: taken with everything that an answer holds, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import lending
from storage.batches import Asked, answer_from_log, begin_batch
from storage.errors import StorageError
from storage.lending import LENT, borrow_answers
from storage.log import Log
from storage.pending import PendingRow, count_pending, gathered
from storage.records import Checkpoint, Prompt, Run, RunKind, RunStatus
from storage.removal import remove_unasked
from storage.snapshots import Snapshot, Snapshots
from storage.verification import inspect
from tests.storage.samples import ALBERT, BERT, DISTILBERT, TRIO, answer, ask, run, scored

KNOWN = (*(f"Number {number} is [MASK]." for number in range(7)), "Both [MASK] and [MASK].")
OTHER_WEIGHTS = replace(BERT, weights_sha256="f" * 64)


@pytest.fixture
def copy(log: Log) -> Iterator[Snapshot]:
    """A history of eight prompts, asked of three checkpoints, and of one whose weights are others under the same name."""
    for number, text in enumerate(KNOWN):
        log.append(scored(ask(text, number=number), "word"))
    log.append(ask(KNOWN[0], number=20, checkpoints=(OTHER_WEIGHTS,)))
    log.append(ask("Asked of one [MASK].", number=21, checkpoints=(BERT,)))
    with Snapshots(log.database) as snapshots:
        yield snapshots.current()


@pytest.fixture
def private(tmp_path: Path) -> Iterator[Log]:
    with Log.open(tmp_path / "private.duckdb") as opened:
        yield opened


def begun(log: Log, texts: tuple[str, ...], words: tuple[str, ...] = ()) -> tuple[Run, list[PendingRow]]:
    rows = [PendingRow(position, position + 1, text, (), words) for position, text in enumerate(texts, start=1)]
    told = replace(run(99), kind=RunKind.BATCH, status=RunStatus.RUNNING, finished_at=None)
    with gathered(rows) as kept:
        begin_batch(log.database, told, kept)
    return told, rows


def counts(log: Log) -> dict[str, int]:
    return log.database.read(lambda cursor: {table: len(cursor.table(table)) for table in (*LENT, "run", "ask")})


def test_what_the_copy_knows_is_answered_without_a_model(log: Log, copy: Snapshot, private: Log) -> None:
    new = ("Nobody asked [MASK].", "Asked of one [MASK].")
    told, rows = begun(private, (*KNOWN, *new, KNOWN[0]), ("word",))
    borrow_answers(private.database, told.run_id, TRIO, copy)
    whole = answer_from_log(private.database, told, rows, Asked(TRIO, 5))
    assert whole == {row.position for row in rows if row.text not in new}
    prompts = [Prompt(text) for text in (*KNOWN, *new)]
    assert private.find_answers(prompts, TRIO) == log.find_answers(prompts, TRIO)
    assert private.find_agreements(prompts, TRIO) == log.find_agreements(prompts, TRIO)
    found = {each.name: each.n for each in private.database.read(lambda cursor: inspect(cursor, private.path))}
    assert found.pop("answer_without_ask") == 1  # of the prompt that is known in part
    assert found.keys() <= {"prediction_mass"}


def test_what_was_lent_and_not_asked_goes_back(copy: Snapshot, private: Log) -> None:
    private.append(ask("Its own [MASK].", number=50))
    before = counts(private)
    told, rows = begun(private, KNOWN)
    borrow_answers(private.database, told.run_id, TRIO, copy)
    answer_from_log(private.database, told, rows[:3], Asked(TRIO, 5))
    gone = remove_unasked(private.database)
    assert (gone.answers, gone.prompts, gone.runs, gone.asks) == (3 * (len(KNOWN) - 3 + 1), len(KNOWN) - 3, 0, 0)
    assert count_pending(private.database, told.run_id) == len(KNOWN) - 3
    after = counts(private)
    assert after["answer"] == after["ask"] == before["answer"] + 9
    assert after["prompt"] == before["prompt"] + 3
    assert {each.name for each in private.database.read(lambda cursor: inspect(cursor, private.path))} <= {"prediction_mass"}
    assert not any(astuple(remove_unasked(private.database)))


@pytest.mark.parametrize("checkpoints", [(BERT,), (DISTILBERT, ALBERT), (OTHER_WEIGHTS,)], ids=["one", "two", "others"])
def test_only_what_is_asked_of_is_taken(checkpoints: tuple[Checkpoint, ...], copy: Snapshot, private: Log) -> None:
    told, _ = begun(private, KNOWN[:2])
    borrow_answers(private.database, told.run_id, checkpoints, copy)
    prompts = 1 if checkpoints == (OTHER_WEIGHTS,) else 2
    assert private.database.rows("SELECT DISTINCT text FROM prompt ORDER BY text") == [(text,) for text in KNOWN[:prompts]]
    found = counts(private)
    assert found["checkpoint"] == len(checkpoints)
    assert found["answer"] == prompts * len(checkpoints)
    assert found["prediction"] == 5 * found["answer"]
    assert found["agreement"] == (prompts if len(checkpoints) == 2 else 0)
    assert (found["run"], found["ask"]) == (1, 0)


def test_rows_of_the_log_itself_stay_and_give_their_keys(log: Log, copy: Snapshot, private: Log) -> None:
    private.append(ask("Its own [MASK].", number=50, checkpoints=(ALBERT, BERT)))
    private.append(ask(KNOWN[1], number=51, depth=9))
    told, rows = begun(private, KNOWN)
    borrow_answers(private.database, told.run_id, TRIO, copy)
    assert len(answer_from_log(private.database, told, rows, Asked(TRIO, 5))) == len(KNOWN)
    # Deeper than the copy knows it.
    assert private.find_answers([Prompt(KNOWN[1])], [BERT]) == {
        (KNOWN[1], 0, BERT.identity): replace(
            answer(KNOWN[1], BERT, depth=9),
            candidates=log.find_answers([Prompt(KNOWN[1])], [BERT])[KNOWN[1], 0, BERT.identity].candidates,
        )
    }
    assert private.find_answers([Prompt("Its own [MASK].")], [BERT]) != {}


def test_block_by_block_and_twice_gives_the_same(copy: Snapshot, private: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lending, "BLOCK", 3)
    told, rows = begun(private, (*KNOWN, *KNOWN))
    borrow_answers(private.database, told.run_id, TRIO, copy)
    first = counts(private)
    borrow_answers(private.database, told.run_id, TRIO, copy)
    assert counts(private) == first
    assert first["answer"] == 3 * (len(KNOWN) + 1)
    assert len(answer_from_log(private.database, told, rows, Asked(TRIO, 5))) == len(rows)


def test_where_nothing_is_left_to_ask_the_copy_is_not_opened(private: Log) -> None:
    borrow_answers(private.database, run(1).run_id, TRIO, Snapshot(Path("/nowhere"), datetime.now(UTC), 0))


def test_a_copy_that_cannot_be_read_leaves_the_batch_as_it_is(private: Log, tmp_path: Path) -> None:
    told, _ = begun(private, KNOWN)
    broken = tmp_path / "copy.duckdb"
    broken.write_bytes(b"not a database" * 1000)
    with pytest.raises(StorageError):
        borrow_answers(private.database, told.run_id, TRIO, Snapshot(broken, datetime.now(UTC), 0))
    assert counts(private)["answer"] == 0
