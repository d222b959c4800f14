"""A new log starts with a sample of real answers; one click takes it away for good, and nothing else with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage import history, samples
from storage.history import Counts
from storage.log import Log
from storage.records import Answer, AskedAnswer, Comparison, Expectation, Prompt, RunKind
from storage.removal import remove_run
from tests.storage.samples import BERT, TRIO, answer, ask, run, run_id

NOTHING = Counts(0, 0, 0, 0, 0, 0)


def test_the_sample_is_the_three_published_answers(log: Log) -> None:
    assert samples.add(log.database)
    assert samples.is_there(log.database)
    found = history.comparison(log.database, samples.RUN_ID)
    assert found is not None
    assert (found.run.kind, found.run.label) == (RunKind.SAMPLE, "Published by others, 2024")
    first = {each.answer.checkpoint.name: each.answer.predictions[0] for each in found.answers}
    assert [(name, line.word, line.token_id) for name, line in first.items()] == [
        ("bert-base-uncased", "main", 2364),
        ("distilbert-base-uncased", "primary", 3078),
        ("albert-base-v2", "ultimate", 6612),
    ]
    published = [0.25727880001068115, 0.25902509689331055, 0.04760139808058739]
    assert [line.score for line in first.values()] == pytest.approx(published, rel=1e-12)
    assert [each.answer.depth for each in found.answers] == [5, 5, 5]
    assert all(each.answer.entropy is None for each in found.answers)
    assert [each.text for each in found.prompts] == [
        "MLM and NSP is the [MASK] task of BERT.",
        "mlm and nsp is the [MASK] task of bert.",
    ]


def test_a_log_that_has_a_run_gets_no_sample(log: Log) -> None:
    log.append(ask())
    assert not samples.add(log.database)
    assert not samples.is_there(log.database)


def test_adding_twice_adds_once(log: Log) -> None:
    assert [samples.add(log.database) for _ in range(2)] == [True, False]
    log.append(samples.comparison())  # as another thread would that looked at the same moment
    assert history.counts(log.database).runs == 1


def test_a_removed_sample_is_gone_and_never_comes_back(log: Log) -> None:
    samples.add(log.database)
    samples.remove(log.database)
    assert history.counts(log.database) == NOTHING
    assert log.database.rows("SELECT count(*) FROM checkpoints") == [(0,)]
    assert not samples.add(log.database)
    samples.remove(log.database)
    path = log.path
    log.close()
    with Log.open(path) as opened:
        assert not samples.add(opened.database)
        assert not samples.is_there(opened.database)


def test_what_other_runs_asked_stays(log: Log) -> None:
    samples.add(log.database)
    mine = ask(samples.comparison().prompts[0].text)
    log.append(mine)
    again = samples.comparison()
    log.append(replace(again, run=replace(again.run, run_id=run_id(7), kind=RunKind.IMPORT)))
    samples.remove(log.database)
    assert history.comparison(log.database, mine.run.run_id) == mine
    kept = history.comparison(log.database, run_id(7))
    assert kept is not None
    assert kept.answers == again.answers


# Removing any run


def remove(log: Log, number: int) -> None:
    log.database.write(lambda cursor: remove_run(cursor, run_id(number)))


def test_a_run_goes_with_everything_that_hangs_on_it(log: Log) -> None:
    text = "[MASK] is the [MASK] of France."
    comparison = ask(text, candidates=("paris",), number=1)
    log.append(replace(comparison, expectations=(Expectation(Prompt(text), 0, "paris"),)))
    log.database.write(
        lambda cursor: cursor.execute(
            "INSERT INTO tag VALUES (uuid(), $run_id, NULL, 'mine', NULL, now()::TIMESTAMP)", {"run_id": run_id(1)}
        )
    )
    remove(log, 1)
    assert history.counts(log.database) == NOTHING
    left = {
        table: count
        for table in ("agreement", "filling", "candidate", "expectation", "checkpoint", "tag")
        if (count := log.database.read(lambda cursor, name=table: len(cursor.table(name).fetchall())))  # type: ignore[misc]
    }
    assert left == {}
    log.append(comparison)
    assert history.comparison(log.database, run_id(1)) == comparison


def test_an_answer_that_two_runs_asked_for_stays_with_the_other(log: Log) -> None:
    first, second = ask(number=1), ask("Rome is [MASK].", number=2)
    shared = AskedAnswer(first.answers[0].answer, 1.0, reused=True, row_number=1)
    log.append(first)
    log.append(replace(second, answers=(*second.answers, shared)))
    remove(log, 1)
    assert history.comparison(log.database, run_id(1)) is None
    found = history.comparison(log.database, run_id(2))
    assert found is not None
    assert found.answers == (*second.answers, shared)
    assert history.counts(log.database).answers == len(TRIO) + 1
    assert log.database.rows("SELECT count(*) FROM agreements WHERE prompt LIKE 'The capital%'") == [(0,)]


def test_a_mark_on_a_prompt_that_nobody_asks_any_more_goes_with_it(log: Log) -> None:
    log.append(ask(number=1))
    ((prompt_id,),) = log.database.rows("SELECT prompt_id FROM prompts")
    log.database.write(
        lambda cursor: cursor.execute(
            "INSERT INTO star VALUES (uuid(), NULL, $prompt_id, NULL, now()::TIMESTAMP)", {"prompt_id": prompt_id}
        )
    )
    remove(log, 1)
    assert log.database.rows("SELECT (SELECT count(*) FROM prompts), (SELECT count(*) FROM annotations)") == [(0, 0)]


def test_removing_what_is_not_there_changes_nothing(log: Log) -> None:
    log.append(ask(number=1))
    before = history.counts(log.database)
    remove(log, 2)
    assert history.counts(log.database) == before


def test_an_answer_asked_for_twice_in_one_run_goes_with_it(log: Log) -> None:
    given: Answer = answer("A [MASK].", BERT)
    rows = tuple(AskedAnswer(given, 1.0, reused=False, row_number=row) for row in (1, 2))
    log.append(Comparison(run=run(1), answers=rows))
    remove(log, 1)
    assert history.counts(log.database) == NOTHING
