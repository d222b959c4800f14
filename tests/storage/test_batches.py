"""A batch in the log: begun whole, answered chunk by chunk, never twice, taken along and deleted like everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from storage.archive import unpacked, write_archive
from storage.archive.merging import merge
from storage.batches import Asked, BatchEnded, answer_from_log, begin_batch, keep_chunk
from storage.log import Log
from storage.pending import Gathered, PendingRow, count_pending, gathered, read_pending, unfinished
from storage.records import Comparison, Refused, Run, RunKind, RunStatus
from storage.removal import Target, remove, what_goes
from storage.verification import inspect
from tests.storage.samples import BERT, DISTILBERT, TRIO, ask, batch, run, scored

TEXTS = ("One is [MASK].", "Two are [MASK] and [MASK].", "One is [MASK].", "Four are [MASK].")
ASKED = Asked(TRIO, 5)


def running(number: int = 1) -> Run:
    return replace(run(number), kind=RunKind.BATCH, status=RunStatus.RUNNING, finished_at=None)


def rows_of(texts: Sequence[str]) -> list[PendingRow]:
    return [PendingRow(position, position + 1, text) for position, text in enumerate(texts, start=1)]


def begun(log: Log, rows: Sequence[PendingRow | Refused], of: Run | None = None) -> Run:
    told = of or running()
    with gathered(rows) as kept:
        begin_batch(log.database, told, kept)
    return told


def asks(log: Log, of: Run) -> list[tuple[int, str, int, str, bool]]:
    return log.database.rows(
        "SELECT ask.row_number, prompt.text, answer.mask_index, checkpoint.name, ask.reused FROM ask"
        " JOIN answer USING (answer_id) JOIN prompt USING (prompt_id) JOIN checkpoint USING (checkpoint_id)"
        " WHERE run_id = $run_id ORDER BY ask.row_number, ask.position",
        {"run_id": of.run_id},
    )


def test_what_is_begun_is_there_row_for_row(log: Log) -> None:
    rows: list[PendingRow | Refused] = [
        PendingRow(1, 2, "Ünïcode [MASK] 🙂.", (("paris", "rome"), ()), ("a", "b"), "geo"),
        Refused("no mask\udc80", "There is no mask.", 3),
        PendingRow(2, 4, "=1+1 [MASK]"),
        PendingRow(3, 4, "NA [MASK]"),
    ]
    told = begun(log, rows)
    assert read_pending(log.database, told.run_id, 10) == (rows[0], rows[2], rows[3])
    assert read_pending(log.database, told.run_id, 1) == (rows[0],)
    assert count_pending(log.database, told.run_id) == 3
    kept = log.database.rows("SELECT text, problem, row_number FROM refused")
    assert kept == [("no mask\\udc80", "There is no mask.", 3)]
    assert [(each.run.run_id, each.n_pending) for each in unfinished(log.database)] == [(told.run_id, 3)]


def test_beginning_twice_is_beginning_once(log: Log) -> None:
    told = begun(log, rows_of(TEXTS))
    begun(log, rows_of(TEXTS[:1]), told)
    assert count_pending(log.database, told.run_id) == len(TEXTS)


def test_a_file_that_breaks_off_leaves_nothing(log: Log) -> None:
    def broken() -> Iterator[PendingRow]:
        yield from rows_of(TEXTS)
        raise ValueError("the line cannot be read")

    with pytest.raises(ValueError, match="cannot be read"):
        begun(log, broken())  # type: ignore[arg-type]
    assert log.database.rows("FROM run") == log.database.rows("FROM pending") == []


def test_many_rows_are_gathered_piece_by_piece(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.pending.SPOOLED_ROWS", 7)
    told = begun(log, rows_of([f"Row {n} is [MASK]." for n in range(50)]))
    found = read_pending(log.database, told.run_id, 100)
    assert [row.text for row in found] == [f"Row {n} is [MASK]." for n in range(50)]


def test_an_empty_file_is_a_batch_of_nothing(log: Log) -> None:
    told = begun(log, [])
    assert count_pending(log.database, told.run_id) == 0
    assert [each.n_pending for each in unfinished(log.database)] == [0]


def test_a_chunk_takes_its_rows_away_with_its_answers(log: Log) -> None:
    told = begun(log, [replace(row, expected=(("years",),), tag="time") for row in rows_of(TEXTS[:1] + TEXTS[3:])])
    first, second = read_pending(log.database, told.run_id, 2)
    answered = batch([first.text], depth=5).answers
    keep_chunk(log, Comparison(run=told, answers=answered), [first])
    assert read_pending(log.database, told.run_id, 2) == (second,)
    assert len(asks(log, told)) == 3
    assert log.database.rows("SELECT DISTINCT prompt, kind, text FROM annotations") == [(first.text, "tag", "time")]
    assert len(log.database.rows("FROM expectation")) == 1
    # The same chunk once more, as after a crash of the database behind its commit.
    keep_chunk(log, Comparison(run=told, answers=answered), [first])
    assert len(asks(log, told)) == 3
    keep_chunk(log, Comparison(run=told, refused=(Refused(second.text, "Too long.", second.row_number),)), [second])
    assert count_pending(log.database, told.run_id) == 0
    assert len(log.database.rows("FROM tag")) == 1


def test_what_the_log_knows_is_asked_again_without_a_model(log: Log) -> None:
    for number, text in enumerate(dict.fromkeys(TEXTS[:3])):
        log.append(scored(ask(text, number=number + 10), "years"))
    told = begun(log, [replace(row, expected=(("years",),), tag="time") for row in rows_of(TEXTS)])
    rows = read_pending(log.database, told.run_id, 10)
    assert answer_from_log(log.database, told, rows, ASKED) == {1, 2, 3}
    assert [row.text for row in read_pending(log.database, told.run_id, 10)] == [TEXTS[3]]
    names = [by.name for by in TRIO]
    assert asks(log, told) == [
        *((2, TEXTS[0], 0, name, True) for name in names),
        *((3, TEXTS[1], mask, name, True) for mask in range(2) for name in names),
        *((4, TEXTS[2], 0, name, True) for name in names),
    ]
    assert len(log.database.rows("FROM tag")) == len(log.database.rows("FROM expectation")) == 2
    assert answer_from_log(log.database, told, rows[:3], ASKED) == {1, 2, 3}
    assert len(asks(log, told)) == 12


@pytest.mark.parametrize(
    ("kept", "row", "asked", "known"),
    [
        (ask(TEXTS[0]), PendingRow(1, 1, TEXTS[0]), ASKED, True),
        (ask(TEXTS[0]), PendingRow(1, 1, TEXTS[0]), Asked(TRIO, 6), False),
        (ask(TEXTS[0], depth=9), PendingRow(1, 1, TEXTS[0]), Asked(TRIO, 6), True),
        (ask(TEXTS[0]), PendingRow(1, 1, TEXTS[0]), Asked(TRIO[:2], 5), True),
        (ask(TEXTS[0]), PendingRow(1, 1, TEXTS[0]), Asked((TRIO[1],), 5), True),
        (ask(TEXTS[0], checkpoints=TRIO[:2]), PendingRow(1, 1, TEXTS[0]), ASKED, False),
        (ask(TEXTS[0]), PendingRow(1, 1, TEXTS[0], (("paris",),)), ASKED, False),
        (scored(ask(TEXTS[0]), "paris"), PendingRow(1, 1, TEXTS[0], (("paris",),)), ASKED, True),
        (scored(ask(TEXTS[0]), "paris"), PendingRow(1, 1, TEXTS[0], (), ("paris", "rome")), ASKED, False),
        (scored(ask(TEXTS[0]), "paris"), PendingRow(1, 1, TEXTS[0], (("paris",),)), Asked((BERT,), 5), False),
        (replace(ask(TEXTS[0]), agreements=()), PendingRow(1, 1, TEXTS[0]), ASKED, False),
        (ask(TEXTS[1]), PendingRow(1, 1, TEXTS[0]), ASKED, False),
    ],
)
def test_only_a_whole_answer_is_one_that_the_log_knows(
    log: Log, kept: Comparison, row: PendingRow, asked: Asked, known: bool
) -> None:
    log.append(kept)
    told = begun(log, [row])
    assert answer_from_log(log.database, told, [row], asked) == ({1} if known else set())
    assert count_pending(log.database, told.run_id) == (0 if known else 1)


def test_imported_lists_are_not_enough(log: Log) -> None:
    comparison = ask(TEXTS[0])
    bare = tuple(
        replace(a, answer=replace(a.answer, entropy=None, sum_p_squared=None, top1_margin=None, word_mass=None))
        for a in comparison.answers
    )
    log.append(replace(comparison, answers=bare))
    told = begun(log, rows_of(TEXTS[:1]))
    assert answer_from_log(log.database, told, rows_of(TEXTS[:1]), ASKED) == set()


@pytest.mark.parametrize("ended", [RunStatus.CANCELLED, RunStatus.FAILED, RunStatus.COMPLETE])
def test_nothing_is_added_to_a_batch_that_has_ended(log: Log, ended: RunStatus) -> None:
    log.append(ask(TEXTS[0], number=10))
    told = begun(log, rows_of(TEXTS))
    rows = read_pending(log.database, told.run_id, 1)
    log.update_run(replace(told, status=ended, finished_at=told.started_at))
    with pytest.raises(BatchEnded, match="not running any more"):
        answer_from_log(log.database, told, rows, ASKED)
    with pytest.raises(BatchEnded):
        keep_chunk(log, Comparison(run=told, answers=batch([TEXTS[0]], depth=5).answers), rows)
    assert count_pending(log.database, told.run_id) == len(TEXTS)


def test_a_deleted_batch_comes_back_in_no_way(log: Log) -> None:
    told = begun(log, rows_of(TEXTS))
    rows = read_pending(log.database, told.run_id, 4)
    keep_chunk(log, Comparison(run=told, answers=batch([TEXTS[0]], depth=5).answers), rows[:1])
    going = what_goes(log.database, Target(run_id=told.run_id))
    assert (going.pending, going.answers) == (3, 3)
    assert "3 prompts not asked yet" in going.in_words()
    remove(log.database, Target(run_id=told.run_id))
    with pytest.raises(BatchEnded):
        keep_chunk(log, Comparison(run=told, answers=batch([TEXTS[3]], depth=5).answers), rows[3:])
    assert all(log.database.rows(f"FROM {table}") == [] for table in ("pending", "run", "ask", "answer"))


def test_deleting_a_prompt_leaves_a_batch_that_has_more_to_ask(log: Log) -> None:
    told = begun(log, rows_of(TEXTS))
    keep_chunk(log, Comparison(run=told, answers=batch([TEXTS[0]], depth=5).answers), rows_of(TEXTS)[:1])
    ((prompt_id,),) = log.database.rows("SELECT prompt_id FROM prompt")
    assert what_goes(log.database, Target(prompt_id=prompt_id)).runs == 0
    remove(log.database, Target(prompt_id=prompt_id))
    assert count_pending(log.database, told.run_id) == 3


def test_an_archive_takes_an_unfinished_batch_along(log: Log, tmp_path: Path) -> None:
    told = begun(log, rows_of(TEXTS))
    keep_chunk(log, Comparison(run=told, answers=batch([TEXTS[0]], depth=5).answers), rows_of(TEXTS)[:1])
    write_archive(log.database, tmp_path / "first.zip")
    with Log.open(tmp_path / "other.duckdb") as other:
        for _ in range(2):
            with unpacked(tmp_path / "first.zip", tmp_path) as archive:
                merge(other.database, archive)
            assert read_pending(other.database, told.run_id, 9) == tuple(rows_of(TEXTS)[1:])
        # Meanwhile one row more was answered here and the batch was stopped: the other log takes over how far it came.
        keep_chunk(log, Comparison(run=told, answers=batch([TEXTS[3]], depth=5).answers), rows_of(TEXTS)[3:])
        log.update_run(replace(told, status=RunStatus.CANCELLED, finished_at=told.started_at))
        write_archive(log.database, tmp_path / "second.zip")
        with unpacked(tmp_path / "second.zip", tmp_path) as archive:
            merge(other.database, archive)
        assert read_pending(other.database, told.run_id, 9) == tuple(rows_of(TEXTS)[1:3])
        found = other.database.read(lambda cursor: inspect(cursor, other.path))
        # The made-up lists of the samples add up to more than 1, and name no vocabulary.
        assert {each.name for each in found} <= {"prediction_mass"}


def test_gathered_rows_lie_on_the_disk_only_meanwhile() -> None:
    with gathered(rows_of(TEXTS)) as kept:
        assert kept == Gathered(kept.file, 4, 0)
        assert kept.file.exists()
    assert not kept.file.exists()


def test_two_checkpoints_that_the_log_does_not_know_answer_nothing(log: Log) -> None:
    told = begun(log, rows_of(TEXTS))
    assert answer_from_log(log.database, told, rows_of(TEXTS), Asked((BERT, DISTILBERT), 5)) == set()
