"""Finding what was asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from storage import history
from storage.log import Log
from storage.records import Comparison, Refused, RunKind
from storage.selection import Selection
from tests.storage.samples import ALBERT, BERT, TRIO, answer, ask, batch, run


def test_runs_come_newest_first_and_in_pages(log: Log) -> None:
    for number in (3, 1, 2):
        log.append(ask(f"Prompt {number} is [MASK].", number=number))
    page = history.recent_runs(log.database, search=None, limit=2, offset=0)
    assert [row.first_text for row in page.rows] == ["Prompt 3 is [MASK].", "Prompt 2 is [MASK]."]
    assert (page.n, page.truncated) == (3, True)
    rest = history.recent_runs(log.database, search=None, limit=2, offset=2)
    assert [row.first_text for row in rest.rows] == ["Prompt 1 is [MASK]."]
    assert (rest.n, rest.truncated) == (3, False)
    assert history.recent_runs(log.database, offset=9) == history.RunPage((), 3, truncated=False)


def test_an_empty_log_has_an_empty_page(log: Log) -> None:
    assert history.recent_runs(log.database) == history.RunPage((), 0, truncated=False)
    assert history.counts(log.database) == history.Counts(0, 0, 0, 0, 0, 0)
    assert history.latency(log.database) == ()
    assert history.checkpoints(log.database) == ()


def test_a_line_tells_what_a_run_was(log: Log) -> None:
    comparison = ask("[MASK] is the [MASK] of France.", number=4)
    comparison = replace(
        comparison,
        run=replace(comparison.run, label="capitals", author="Ada"),
        refused=(Refused("no mask", "There is no mask.", 1),),
    )
    log.append(comparison)
    (row,) = history.recent_runs(log.database).rows
    assert row == history.RunSummary(
        run_id=comparison.run.run_id,
        kind="ask",
        label="capitals",
        author="Ada",
        started_at=comparison.run.started_at,
        status="complete",
        prompt_count=1,
        answer_count=6,
        refused_count=1,
        first_problem="There is no mask.",
        first_text="[MASK] is the [MASK] of France.",
        checkpoints=tuple(by.name for by in TRIO),
        top_words=tuple((a.answer.checkpoint.name, a.answer.predictions[0].word) for a in comparison.answers[:3]),
    )


def test_the_line_of_a_batch_tells_its_first_row(log: Log) -> None:
    comparison = batch(["Zebra [MASK].", "Ant [MASK].", "Zebra [MASK]."], depth=2, checkpoints=(ALBERT, BERT))
    log.append(comparison)
    (row,) = history.recent_runs(log.database).rows
    assert (row.first_text, row.prompt_count, row.answer_count) == ("Zebra [MASK].", 2, 6)
    assert row.checkpoints == (ALBERT.name, BERT.name)
    assert [name for name, _ in row.top_words] == [ALBERT.name, BERT.name]


def test_a_run_that_only_refused_shows_the_refused_text(log: Log) -> None:
    log.append(Comparison(run=run(), refused=(Refused("second", "no mask", 2), Refused("first", "no mask", 1))))
    (row,) = history.recent_runs(log.database).rows
    assert (row.first_text, row.refused_count, row.checkpoints, row.top_words) == ("first", 2, (), ())


@pytest.fixture
def searchable(log: Log) -> Log:
    log.append(ask("Paris is a [MASK].", number=1))
    log.append(ask("It grew by 50% to a [MASK].", number=2))
    log.append(ask("A snake_case [MASK].", number=3))
    log.append(ask("ÜBER [MASK] \\ 'quoted'", number=4))
    labelled = ask("Nothing [MASK].", number=5)
    log.append(replace(labelled, run=replace(labelled.run, label="Paris trip", author="Grace O'Hara")))
    log.append(Comparison(run=run(6), refused=(Refused("no mask in paris", "no mask"),)))
    return log


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("paris", [6, 5, 1]),
        ("PARIS IS", [1]),
        ("%", [2]),
        ("_", [3]),
        ("50%", [2]),
        ("0_", []),
        ("über", [4]),
        ("\\", [4]),
        ("'quoted'", [4]),
        ("o'hara", [5]),
        ("trip", [5]),
        ("'; DROP TABLE run; --", []),
        ("[MASK]", [5, 4, 3, 2, 1]),
        ("", [6, 5, 4, 3, 2, 1]),
        (None, [6, 5, 4, 3, 2, 1]),
    ],
)
def test_a_search_is_taken_literally_and_in_any_case(searchable: Log, search: str | None, found: list[int]) -> None:
    page = history.recent_runs(searchable.database, search=search, limit=10, offset=0)
    assert [row.run_id for row in page.rows] == [run(number).run_id for number in found]
    assert page.n == len(found)


def test_a_run_that_is_not_there_is_none(log: Log) -> None:
    assert history.comparison(log.database, run(99).run_id) is None
    assert history.comparison(log.database, "no uuid") is None
    assert history.comparison(log.database, "'; DROP TABLE run; --") is None


def test_a_run_is_found_under_any_spelling_of_its_name(log: Log) -> None:
    comparison = ask()
    log.append(comparison)
    assert history.comparison(log.database, comparison.run.run_id.upper()) == comparison


def test_latency_counts_fresh_answers_only(log: Log) -> None:
    for number, (milliseconds, reused) in enumerate([(10.0, False), (30.0, False), (0.1, True)]):
        first = ask(number=number, checkpoints=[BERT])
        told = replace(first.answers[0], latency_ms=milliseconds, reused=reused)
        log.append(replace(first, answers=(told,)))
    assert history.latency(log.database) == (history.Latency(BERT, 20.0, 2),)


def test_latency_counts_a_prompt_once_and_not_where_words_were_scored(log: Log) -> None:
    log.append(ask("[MASK] is the capital of [MASK].", checkpoints=[BERT]))
    assert [(each.n, each.median_ms) for each in history.latency(log.database)] == [(1, 12.5)]
    log.append(ask("Paris is [MASK].", number=1, checkpoints=[BERT], candidates=("big",)))
    assert [each.n for each in history.latency(log.database)] == [1]


def test_checkpoints_tell_how_much_they_answered(log: Log) -> None:
    log.append(ask("One [MASK].", number=1))
    log.append(ask("Two [MASK].", number=2, checkpoints=[BERT]))
    used = history.checkpoints(log.database)
    assert [(use.checkpoint, use.answer_count) for use in used] == [(by, 2 if by is BERT else 1) for by in TRIO]
    assert all(use.first_used_at.tzinfo is not None for use in used)


def test_counts_count(log: Log) -> None:
    log.append(ask("One [MASK].", number=1))
    assert answer("One [MASK].", BERT).depth == 5
    assert history.counts(log.database) == history.Counts(prompts=1, answers=3, asks=3, runs=1, predictions=15, refused=0)


def test_a_selection_leaves_runs_without_a_passing_ask_out(log: Log) -> None:
    log.append(ask("The sky is [MASK].", number=0))
    log.append(replace(ask("The sea is [MASK].", number=1), run=replace(run(1), label="first look")))
    texts = [row.first_text for row in history.recent_runs(log.database, selection=Selection(label="first look")).rows]
    assert texts == ["The sea is [MASK]."]
    assert history.recent_runs(log.database, selection=Selection(text="SKY")).n == 1
    assert history.recent_runs(log.database, search="sky", selection=Selection(label="first look")).n == 0
    assert history.recent_runs(log.database, selection=Selection()).n == 2


def test_a_run_that_was_refused_whole_is_found_by_its_filters(log: Log) -> None:
    refused = Comparison(
        run=replace(run(2), kind=RunKind.IMPORT, label="broken"), refused=(Refused("The sky is blue.", "There is no mask.", 1),)
    )
    log.append(refused)
    log.append(ask("The sea is [MASK].", number=3))
    day = refused.run.started_at.date()
    for selection in (
        Selection(label="broken"),
        Selection(text="SKY"),
        Selection(kinds=("import",)),
        Selection(since=day, until=day, label="broken"),
    ):
        assert [row.run_id for row in history.recent_runs(log.database, selection=selection).rows] == [refused.run.run_id]
    for selection in (Selection(label="whole"), Selection(text="blue sea"), Selection(until=day - timedelta(days=1))):
        assert history.recent_runs(log.database, selection=selection).n == 0
    # A refused prompt was asked of no checkpoint.
    assert history.recent_runs(log.database, selection=Selection(checkpoints=("bert-mini",))).n == 1
