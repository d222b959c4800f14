"""A large run is read a page at a time, and the batches are listed without an answer of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.annotations import Target, add_tag
from storage.batch_list import batches
from storage.history import comparison, prompt_ids_of
from storage.log import Log
from storage.pending import PendingRow
from storage.records import Comparison, Expectation, Refused, RunStatus
from storage.run_rows import prompts_of_run, refused_of_run, tags_of_run
from tests.storage.samples import TRIO, ask, batch, run_id
from tests.storage.test_batches import begun, rows_of, running

TEXTS = ("The sky is [MASK].", "One [MASK] and [MASK].", "A dog is [MASK].", "The SEA is [MASK].")
NO_RUN = "1 OR 1=1"


def kept(log: Log, number: int = 1) -> str:
    """A batch of four prompts, the first of which an ask knows already, and two lines that could not be asked."""
    log.append(ask(TEXTS[0], number=9))
    chunk = batch(TEXTS, number=number)
    refused = (Refused("later", "It is empty.", 8), Refused("first", "There is no mask.", 7))
    log.append(replace(chunk, run=replace(chunk.run, status=RunStatus.COMPLETE), refused=refused))
    return chunk.run.run_id


def test_prompts_come_in_the_order_of_the_rows_and_in_pages(log: Log) -> None:
    key = kept(log)
    page = prompts_of_run(log.database, key.upper(), limit=3)
    assert [(each.text, each.row_number) for each in page.rows] == [(text, row) for row, text in enumerate(TEXTS[:3], start=1)]
    assert page.n == 4
    assert [each.text for each in prompts_of_run(log.database, key, limit=3, offset=3).rows] == [TEXTS[3]]
    beyond = prompts_of_run(log.database, key, limit=3, offset=9)
    assert (beyond.rows, beyond.n) == ((), 4)
    assert prompts_of_run(log.database, NO_RUN).n == 0
    assert {each.text: each.prompt_id for each in prompts_of_run(log.database, key).rows} == prompt_ids_of(log.database, key)


def test_prompts_are_found_by_text_and_by_tag(log: Log) -> None:
    key = kept(log)
    assert [each.text for each in prompts_of_run(log.database, key, text="the  sea").rows] == [TEXTS[3]]
    assert prompts_of_run(log.database, key, text="%").n == 0
    of_dog = prompt_ids_of(log.database, key)[TEXTS[2]]
    add_tag(log.database, Target(prompt_id=of_dog), "animal")
    add_tag(log.database, Target(run_id=key), "on the run")
    assert [each.text for each in prompts_of_run(log.database, key, tag="animal").rows] == [TEXTS[2]]
    assert prompts_of_run(log.database, key, tag="on the run").n == 0


def test_what_was_refused_comes_by_line(log: Log) -> None:
    key = kept(log)
    page = refused_of_run(log.database, key, limit=1)
    assert page.rows == (Refused("first", "There is no mask.", 7),)
    assert page.n == 2
    assert refused_of_run(log.database, key, limit=1, offset=1).rows[0].row_number == 8
    assert refused_of_run(log.database, NO_RUN).n == 0


def test_tags_come_with_their_prompts_the_most_frequent_first(log: Log) -> None:
    key = kept(log)
    ids = prompt_ids_of(log.database, key)
    for tag, texts in {"b": TEXTS[:2], "a": TEXTS[2:], "all": TEXTS}.items():
        for text in texts:
            add_tag(log.database, Target(prompt_id=ids[text]), tag)
    found = tags_of_run(log.database, key, most=2)
    assert [(each.tag, set(each.prompt_ids)) for each in found.rows] == [
        ("all", set(ids.values())),
        ("a", {ids[text] for text in TEXTS[2:]}),
    ]
    assert found.n == 3
    assert tags_of_run(log.database, run_id(8)).n == 0


def test_some_prompts_of_a_run_are_read_as_the_whole_run_shows_them(log: Log) -> None:
    key = kept(log)
    whole = comparison(log.database, key)
    assert whole is not None
    ids = prompt_ids_of(log.database, key)
    part = comparison(log.database, key, [ids[TEXTS[1]], ids[TEXTS[3]]])
    assert part is not None
    assert part.run == whole.run
    chosen = {TEXTS[1], TEXTS[3]}
    assert part.answers == tuple(each for each in whole.answers if each.answer.prompt.text in chosen)
    assert len(part.answers) == 2 * len(TRIO)
    assert part.refused == ()
    nothing = comparison(log.database, key, [])
    assert nothing is not None
    assert (nothing.answers, nothing.expectations) == ((), ())
    assert comparison(log.database, run_id(8), [1]) is None


def test_expected_words_and_fillings_come_with_their_prompts(log: Log) -> None:
    asked = ask(TEXTS[1], number=1)
    prompt = asked.answers[0].answer.prompt
    other = ask(TEXTS[0], number=1)
    words = (Expectation(prompt, 1, "two"), Expectation(other.answers[0].answer.prompt, 0, "blue"))
    both = Comparison(
        asked.run, asked.answers + tuple(replace(each, row_number=1) for each in other.answers), expectations=words,
        fillings=asked.fillings,
    )  # fmt: skip
    log.append(both)
    ids = prompt_ids_of(log.database, asked.run.run_id)
    part = comparison(log.database, asked.run.run_id, [ids[TEXTS[1]]])
    assert part is not None
    assert part.expectations == (words[0],)
    assert len(part.fillings) == len(asked.fillings)
    alone = comparison(log.database, asked.run.run_id, [ids[TEXTS[0]]])
    assert alone is not None
    assert (alone.expectations, alone.fillings) == ((words[1],), ())


def test_batches_that_are_not_at_their_end_come_first(log: Log) -> None:
    assert (batches(log.database).rows, batches(log.database).n) == ((), 0)
    log.append(ask(number=5))
    complete = [kept(log, number) for number in (2, 4)]
    stopped = begun(log, rows_of(TEXTS), replace(running(1), options={"n_rows": 6}))
    log.update_run(replace(stopped, status=RunStatus.CANCELLED))
    empty = begun(log, [PendingRow(1, 2, TEXTS[0])], running(3))
    page = batches(log.database, limit=3)
    assert [each.run.run_id for each in page.rows] == [empty.run_id, stopped.run_id, complete[1]]
    assert [(each.n_pending, each.n_rows, each.n_done) for each in page.rows] == [(1, 1, 0), (4, 6, 2), (0, 0, 0)]
    assert page.n == 4
    assert [each.run.run_id for each in batches(log.database, limit=3, offset=3).rows] == [complete[0]]


@pytest.mark.parametrize("planned", [None, "many", 1])
def test_a_batch_that_does_not_say_how_many_rows_it_has_counts_those_that_wait(log: Log, planned: object) -> None:
    begun(log, rows_of(TEXTS), replace(running(1), options={"n_rows": planned}))
    (line,) = batches(log.database).rows
    assert (line.n_rows, line.n_done) == (4, 0)
