"""What is appended is there, once, and as deep as anybody asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import history
from storage.errors import StorageError
from storage.log import Log
from storage.records import Checkpoint, Comparison, Expectation, Prompt, Refused, RunStatus
from storage.staging import merge
from tests.logs import new_log
from tests.storage.samples import (
    ALBERT,
    BERT,
    DISTILBERT,
    START,
    TRIO,
    agreement,
    answer,
    ask,
    batch,
    candidate,
    checkpoint,
    run,
)

TEXT = "The capital of France is [MASK]."


def stored(log: Log, comparison: Comparison) -> Comparison:
    found = history.comparison(log.database, comparison.run.run_id)
    assert found is not None
    return found


def test_a_comparison_comes_back_as_it_was(log: Log) -> None:
    comparison = replace(
        ask("[MASK] is the [MASK] of France.", candidates=("paris", "extraordinary", "x"), depth=7),
        expectations=(Expectation(Prompt("[MASK] is the [MASK] of France."), 1, "capital"),),
        refused=(Refused("no mask here", "This prompt has no mask."),),
    )
    comparison = replace(comparison, run=replace(comparison.run, label="first", author="Ada", finished_at=None))
    log.append(comparison)
    assert stored(log, comparison) == comparison


def test_a_batch_comes_back_row_by_row_and_a_repeated_prompt_keeps_both_rows(log: Log) -> None:
    comparison = batch([f"Row {number} is [MASK]." for number in (1, 2, 1)], depth=3)
    log.append(comparison)
    assert stored(log, comparison) == comparison
    assert history.counts(log.database).answers == 6
    assert history.counts(log.database).asks == 9


def test_an_append_twice_is_there_once(log: Log) -> None:
    comparison = replace(
        ask(candidates=("paris",)),
        expectations=(Expectation(Prompt(TEXT), 0, "paris"),),
        refused=(Refused("\x00", "NUL", 3), Refused("again", "NUL", 3)),
    )
    log.append(comparison)
    before = history.counts(log.database), stored(log, comparison)
    log.append(comparison)
    assert (history.counts(log.database), stored(log, comparison)) == before
    assert before[0].refused == 2


def test_a_second_chunk_of_a_run_adds_its_rows(log: Log) -> None:
    whole = batch([f"Row {number} is [MASK]." for number in range(4)], depth=2)
    for chunk in (whole.answers[:6], whole.answers[6:], whole.answers[3:9]):
        log.append(replace(whole, answers=chunk))
    assert stored(log, whole) == whole


def test_another_run_that_reuses_an_answer_adds_an_ask_and_no_answer(log: Log) -> None:
    first = ask(number=1)
    again = replace(ask(number=2), answers=tuple(replace(asked, reused=True) for asked in ask().answers))
    log.append(first)
    log.append(again)
    assert stored(log, again) == again
    counts = history.counts(log.database)
    assert (counts.answers, counts.asks, counts.runs, counts.predictions) == (3, 6, 2, 15)


def test_a_deeper_answer_deepens_the_stored_one_and_the_earlier_run_shows_what_it_asked_for(log: Log) -> None:
    shallow, deep = ask(number=1, depth=5), ask(number=2, depth=12)
    log.append(shallow)
    log.append(deep)
    assert stored(log, deep) == deep
    assert stored(log, shallow).answers == shallow.answers
    assert [found.depth for found in log.find_answers([Prompt(TEXT)], TRIO).values()] == [12, 12, 12]
    assert {found.depth for found in log.find_agreements([Prompt(TEXT)], TRIO).values()} == {12}


def test_a_shallower_answer_leaves_the_stored_one(log: Log) -> None:
    deep, shallow = ask(number=1, depth=12), ask(number=2, depth=5)
    log.append(deep)
    log.append(shallow)
    assert stored(log, deep) == deep
    assert stored(log, shallow).answers == shallow.answers
    assert history.counts(log.database).predictions == 36


def test_a_deeper_list_replaces_the_whole_list(log: Log) -> None:
    log.append(ask(checkpoints=[BERT]))
    otherwise = answer(TEXT, BERT, depth=8, seed=1)
    comparison = ask(number=2, checkpoints=[BERT], depth=8)
    log.append(replace(comparison, answers=(replace(comparison.answers[0], answer=otherwise),)))
    (found,) = log.find_answers([Prompt(TEXT)], [BERT]).values()
    assert found == otherwise
    assert log.database.rows("SELECT top_word FROM answers") == [(otherwise.predictions[0].word,)]


@pytest.mark.parametrize("depth", [3, 5, 8])
def test_a_computed_answer_fills_the_figures_of_an_imported_one(log: Log, depth: int) -> None:
    imported, computed = answer(TEXT, BERT, computed=False), answer(TEXT, BERT, depth=depth)
    comparison = ask(checkpoints=[BERT])
    log.append(replace(comparison, answers=(replace(comparison.answers[0], answer=imported),)))
    assert list(log.find_answers([Prompt(TEXT)], [BERT]).values()) == [imported]
    log.append(replace(ask(number=1), answers=(replace(comparison.answers[0], answer=computed),)))
    (found,) = log.find_answers([Prompt(TEXT)], [BERT]).values()
    assert found == replace(computed, predictions=max(imported.predictions, computed.predictions, key=len))


@pytest.mark.parametrize("depth", [3, 5, 8])
def test_an_imported_answer_never_takes_figures_away(log: Log, depth: int) -> None:
    comparison = ask(checkpoints=[BERT])
    log.append(comparison)
    imported = replace(comparison.answers[0], answer=answer(TEXT, BERT, depth=depth, computed=False))
    log.append(replace(ask(number=1), answers=(imported,), agreements=()))
    (found,) = log.find_answers([Prompt(TEXT)], [BERT]).values()
    assert found.entropy == comparison.answers[0].answer.entropy
    assert found.depth == max(5, depth)


def test_new_candidates_are_added_and_each_run_shows_those_it_named(log: Log) -> None:
    first, second = ask(number=1, candidates=("paris", "lyon")), ask(number=2, candidates=("nice", "paris"))
    log.append(first)
    log.append(second)
    assert stored(log, first) == first
    assert stored(log, second) == second
    (found,) = log.find_answers([Prompt(TEXT)], [BERT]).values()
    assert [candidate.word for candidate in found.candidates] == ["paris", "lyon", "nice"]


def test_a_candidate_that_cannot_be_said_has_no_figures(log: Log) -> None:
    unsayable = replace(candidate("x"), pieces=(), in_vocabulary=False, logprob=None, rank=None, rank_shared=None)
    comparison = ask(checkpoints=[BERT], candidates=("x",))
    told = replace(comparison.answers[0], answer=replace(comparison.answers[0].answer, candidates=(unsayable,)))
    comparison = replace(comparison, answers=(told,))
    log.append(comparison)
    assert stored(log, comparison) == comparison


def test_an_agreement_is_kept_once_per_pair_whoever_is_named_first(log: Log) -> None:
    log.append(ask(number=1, checkpoints=(BERT, ALBERT)))
    turned = ask(number=2, checkpoints=(ALBERT, BERT))
    log.append(turned)
    assert stored(log, turned) == turned
    assert log.database.rows("SELECT count(*) FROM agreement") == [(1,)]
    key = (TEXT, 0, ALBERT.identity, BERT.identity)
    assert log.find_agreements([Prompt(TEXT)], [ALBERT, BERT]) == {key: agreement(TEXT, ALBERT, BERT)}


def test_an_agreement_without_figures_is_filled_by_a_later_one(log: Log) -> None:
    bare = replace(agreement(TEXT, BERT, ALBERT, depth=9), jsd_shared=None, coverage_a=None, coverage_b=None)
    log.append(replace(ask(number=1), agreements=(bare,)))
    log.append(replace(ask(number=2), agreements=(agreement(TEXT, BERT, ALBERT, depth=5),)))
    (found,) = log.find_agreements([Prompt(TEXT)], [BERT, ALBERT]).values()
    assert found == agreement(TEXT, BERT, ALBERT, depth=9)


def test_look_ups_find_what_is_there_and_nothing_else(log: Log) -> None:
    other = checkpoint("bert-mini", weights="other")
    log.append(ask("First [MASK] and [MASK].", number=1, checkpoints=(BERT, DISTILBERT)))
    log.append(ask("Second [MASK].", number=2))
    prompts = [Prompt("First [MASK] and [MASK]."), Prompt("Third [MASK].")]
    assert set(log.find_answers(prompts, [BERT, ALBERT, other])) == {
        ("First [MASK] and [MASK].", 0, BERT.identity),
        ("First [MASK] and [MASK].", 1, BERT.identity),
    }
    assert log.find_answers(prompts, [other]) == {}
    assert log.find_answers([], TRIO) == {}
    assert log.find_answers(prompts, []) == {}
    assert len(log.find_agreements(prompts, TRIO)) == 2
    assert log.find_agreements(prompts, [BERT]) == {}


def test_checkpoints_that_differ_in_one_hash_are_two(log: Log) -> None:
    variants = [
        BERT,
        replace(BERT, name="bert-renamed"),
        replace(BERT, source="hub"),
        replace(BERT, revision="0" * 40),
        replace(BERT, weights_sha256="1" * 64),
        replace(BERT, tokenizer_sha256="2" * 64),
    ]
    log.append(ask(checkpoints=variants))
    assert len(history.checkpoints(log.database)) == 6
    assert len(log.find_answers([Prompt(TEXT)], variants)) == 6


def test_a_piece_that_is_told_otherwise_later_leaves_what_was_said(log: Log) -> None:
    first = ask(number=1, checkpoints=[BERT])
    log.append(first)
    said = first.answers[0].answer
    mended = tuple(replace(line, word=line.word.upper()) for line in said.predictions)
    second = replace(
        ask("Again [MASK].", number=2),
        answers=(replace(first.answers[0], answer=replace(said, prompt=Prompt("Again [MASK]."), predictions=mended)),),
        agreements=(),
    )
    log.append(second)
    assert stored(log, first) == first
    assert stored(log, second) == second


def test_a_running_run_takes_its_end_and_an_ended_one_keeps_it(log: Log) -> None:
    chunk = batch(["Row [MASK]."])
    log.append(chunk)
    done = replace(chunk.run, status=RunStatus.COMPLETE, finished_at=START + timedelta(minutes=1))
    log.append(replace(chunk, run=done))
    assert stored(log, chunk).run == done
    log.append(chunk)
    assert stored(log, chunk).run == done


def test_a_run_can_be_updated_alone(log: Log) -> None:
    chunk = batch(["Row [MASK]."])
    log.append(chunk)
    cancelled = replace(chunk.run, status=RunStatus.CANCELLED, finished_at=START, label="stopped", author="Ada")
    version = log.version
    log.update_run(cancelled)
    log.update_run(cancelled)
    assert stored(log, chunk) == replace(chunk, run=cancelled)
    assert log.version > version
    log.update_run(run(77))
    assert history.comparison(log.database, run(77).run_id) == Comparison(run(77))


def test_a_comparison_that_is_not_to_be_logged_is_not_written(log: Log) -> None:
    version = log.version
    log.append(replace(ask(), saved=False))
    assert history.counts(log.database).runs == 0
    assert log.version == version


def test_a_run_of_refused_prompts_alone_is_kept(log: Log) -> None:
    comparison = Comparison(run=run(), refused=(Refused("x" * 100_000, "too long", 1), Refused("\udc80", "no text", 2)))
    log.append(comparison)
    assert stored(log, comparison).refused == (comparison.refused[0], Refused("\\udc80", "no text", 2))


def test_times_of_another_zone_are_kept_as_the_same_moment(log: Log) -> None:
    elsewhere = datetime.fromisoformat("2026-03-01T10:30:15.123456+01:00")
    comparison = replace(ask(), run=replace(run(), started_at=elsewhere))
    log.append(comparison)
    assert stored(log, comparison).run.started_at == elsewhere
    assert stored(log, comparison).run.started_at.tzinfo is UTC


def test_a_prompt_that_is_no_text_is_a_sentence_and_leaves_nothing(log: Log) -> None:
    with pytest.raises(StorageError, match="lone surrogate"):
        log.append(ask("\ud800 [MASK]"))
    assert history.counts(log.database).runs == 0


def test_merging_two_givings_of_an_answer_keeps_the_best_of_both() -> None:
    shallow = answer(TEXT, BERT, depth=2, candidates=("a",))
    deep = answer(TEXT, BERT, depth=4, computed=False, candidates=("b",))
    merged = merge(shallow, deep)
    assert merged == replace(shallow, predictions=deep.predictions, candidates=(candidate("a"), candidate("b")))
    assert merge(deep, shallow) == replace(merged, candidates=(candidate("b"), candidate("a")))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(lambda text: text.replace("[MASK]", "") + "[MASK]")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    runs=st.lists(
        st.tuples(st.lists(texts, min_size=1, max_size=3, unique=True), st.integers(1, 9), st.permutations(TRIO)),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_is_asked_in_whatever_order_comes_back(
    tmp_path_factory: pytest.TempPathFactory, runs: list[tuple[list[str], int, list[Checkpoint]]]
) -> None:
    asked = [batch(words, number=number, depth=depth, checkpoints=order) for number, (words, depth, order) in enumerate(runs)]
    with new_log(tmp_path_factory.mktemp("any") / "log.duckdb") as log:
        for comparison in asked:
            log.append(comparison)
        for comparison in asked:
            assert stored(log, comparison) == comparison
        assert log.database.rows("SELECT answer_id, rank FROM prediction GROUP BY ALL HAVING count(*) > 1") == []
