"""Which part of the history the filters let through."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from storage.log import Log
from storage.measures import checkpoints
from storage.records import Checkpoint, Comparison, RunKind
from storage.selection import MOST_OFFERED, Choices, Counting, Selection, choices, parameters
from tests.storage.samples import ALBERT, BERT, DISTILBERT, START, ask, run, run_id


def asked(
    log: Log,
    text: str,
    number: int,
    *,
    at: datetime = START,
    kind: RunKind = RunKind.ASK,
    label: str | None = None,
    author: str | None = None,
    by: tuple[Checkpoint, ...] = (BERT,),
) -> str:
    comparison = ask(text, number=number, checkpoints=by)
    told = replace(comparison.run, kind=kind, label=label, author=author, started_at=at, finished_at=at)
    log.append(replace(comparison, run=told))
    return told.run_id


def tag(log: Log, text: str, *, run_id: str | None = None, prompt: str | None = None) -> None:
    log.database.write(
        lambda cursor: cursor.execute(
            "INSERT INTO tag SELECT uuid(), $run_id, (SELECT prompt_id FROM prompt WHERE text = $prompt), $text, NULL, now()",
            {"run_id": run_id, "prompt": prompt, "text": text},
        )
    )


@pytest.fixture
def history(log: Log) -> Log:
    """Four prompts a to d, each with what one filter asks for; a was asked again a month later by another person."""
    asked(log, "a Paris is [MASK].", 1, author="Ada", by=(BERT, ALBERT))
    b = asked(log, "b grew 50% [MASK]_.", 2, at=START + timedelta(days=1), label="trip", kind=RunKind.BATCH)
    asked(log, "c ÜBER [MASK]", 3, at=datetime(2026, 3, 3, 23, 59, 59, 999999, tzinfo=UTC), by=(ALBERT,))
    asked(log, "d [MASK]", 4, at=datetime(2026, 3, 4, tzinfo=UTC), kind=RunKind.IMPORT)
    asked(log, "a Paris is [MASK].", 5, at=START + timedelta(days=30), author="Grace")
    tag(log, "odd", run_id=b)
    tag(log, "odd", prompt="d [MASK]")
    tag(log, "even", prompt="a Paris is [MASK].")
    return log


def found(log: Log, selection: Selection) -> list[str]:
    """First letters of the selected prompts."""
    rows = log.database.rows(
        "SELECT DISTINCT prompt.text[1] FROM selected_answers(since := $since, until := $until, checkpoints := $checkpoints,"
        " kinds := $kinds, label := $label, author := $author, tag := $tag, text := $text, in_run := $in_run,"
        " counting := $counting) AS s JOIN prompt ON prompt.prompt_id = s.prompt_id ORDER BY ALL",
        parameters(selection),
    )
    return [letter for (letter,) in rows]


@pytest.mark.parametrize(
    ("selection", "prompts"),
    [
        (Selection(), "abcd"),
        (Selection(since=date(2026, 3, 2)), "abcd"),
        (Selection(since=date(2026, 3, 4)), "ad"),
        (Selection(until=date(2026, 3, 1)), "a"),
        (Selection(until=date(2026, 3, 3)), "abc"),
        (Selection(since=date(2026, 3, 2), until=date(2026, 3, 3)), "bc"),
        (Selection(since=date(2026, 3, 3), until=date(2026, 3, 2)), ""),
        (Selection(until=date.max), "abcd"),
        (Selection(checkpoints=("albert-mini",)), "ac"),
        (Selection(checkpoints=("albert-mini", "bert-mini")), "abcd"),
        (Selection(checkpoints=("distilbert-mini",)), ""),
        (Selection(kinds=("batch", "import")), "bd"),
        (Selection(kinds=("replay",)), ""),
        (Selection(label="trip"), "b"),
        (Selection(label="tri"), ""),
        (Selection(author="Grace"), "a"),
        (Selection(author="Ada", since=date(2026, 3, 2)), ""),
        (Selection(tag="odd"), "bd"),
        (Selection(tag="even"), "a"),
        (Selection(tag="even", author="Ada"), "a"),
        (Selection(tag="'; DROP TABLE tag; --"), ""),
        (Selection(text="PARIS"), "a"),
        (Selection(text="über"), "c"),
        (Selection(text="%"), "b"),
        (Selection(text="_"), "b"),
        (Selection(text="[MASK]"), "abcd"),
        (Selection(text="d ____"), "d"),
        (Selection(text="C  U\u0308BER\u200b"), "c"),
        (Selection(text="\u2018"), ""),
        (Selection(checkpoints=(f"albert-mini ({ALBERT.revision[:7]})",)), "ac"),
        (Selection(checkpoints=(f"albert-mini ({ALBERT.revision})",)), "ac"),
        (Selection(checkpoints=(f"albert-mini ({ALBERT.weights_sha256[:9]})",)), "ac"),
        (Selection(checkpoints=(f"albert-mini ({ALBERT.revision[:6]})",)), ""),
        (Selection(checkpoints=(f"albert-mini ({BERT.revision[:7]})",)), ""),
        (Selection(checkpoints=("albert-mini ()",)), ""),
        (Selection(run=run_id(2)), "b"),
        (Selection(run=run_id(2).upper(), author="Ada"), ""),
        (Selection(run=run_id(99)), ""),
        (Selection(run="1 OR 1=1"), ""),
        (Selection(label="", author="", tag="", text=""), "abcd"),
    ],
)
def test_a_filter_lets_through(history: Log, selection: Selection, prompts: str) -> None:
    assert found(history, selection) == list(prompts)


@pytest.mark.parametrize(
    ("selection", "weights"),
    [
        (Selection(), {1: 1, 2: 1}),
        (Selection(counting=Counting.ALL_ASKS), {1: 2, 2: 1}),
        (Selection(counting=Counting.ALL_ASKS, author="Grace"), {1: 1}),
    ],
)
def test_an_answer_weighs_as_often_as_it_was_asked_for(history: Log, selection: Selection, weights: dict[int, int]) -> None:
    rows = history.database.rows(
        "SELECT s.answer_id, s.weight, s.asks FROM selected_answers(author := $author, text := 'paris', counting := $counting)"
        " AS s",
        {"author": selection.author, "counting": selection.counting.value},
    )
    assert {answer_id: weight for answer_id, weight, _ in rows} == weights
    assert all(weight in (1, asks) for _, weight, asks in rows)


def test_counts_follow_the_filters(history: Log) -> None:
    bert, albert = checkpoints(history.database, Selection())
    assert (bert.n_prompts, bert.n_answers, bert.n_asks) == (3, 3, 4)
    assert (albert.n_prompts, albert.n_answers, albert.n_asks) == (2, 2, 2)


def test_choices_offer_the_most_frequent_first(history: Log) -> None:
    offered = choices(history.database)
    assert offered == Choices(
        checkpoints=("bert-mini", "albert-mini"),
        kinds=("ask", "batch", "import"),
        labels=("trip",),
        authors=("Ada", "Grace"),
        tags=("odd", "even"),
        first_day=date(2026, 3, 1),
        last_day=date(2026, 3, 31),
    )


def test_an_empty_log_offers_nothing(log: Log) -> None:
    assert choices(log.database) == Choices()
    assert found(log, Selection()) == []


def test_no_more_is_offered_than_a_person_reads(log: Log) -> None:
    log.append(Comparison(run=run()))
    log.database.write(
        lambda cursor: cursor.execute(
            "INSERT INTO run SELECT run.* REPLACE (uuid() AS run_id, format('label {:03}', counted.number) AS label)"
            " FROM run, range($n) AS counted(number)",
            {"n": MOST_OFFERED + 5},
        )
    )
    labels = choices(log.database).labels
    assert (len(labels), labels[0]) == (MOST_OFFERED, "label 000")


def test_every_name_can_be_filtered_by(history: Log) -> None:
    asked(history, "e [MASK]", 6, by=(DISTILBERT,))
    for name in choices(history.database).checkpoints:
        assert found(history, Selection(checkpoints=(name,)))


@pytest.mark.parametrize(
    ("macro", "rows"),
    [
        ("selected_asks()", 6),
        ("selected_asks(since := DATE '2026-03-02')", 4),
        ("selected_answers(kinds := ['import'])", 1),
        ("selected_periods()", 5),
        ("selected_words(depth := 2)", 10),
        ("selected_words()", 25),
        ("selected_pairs(depth := 3, space := 'pieces')", 1),
        ("selected_words() JOIN word_units() USING (unit_id)", 25),
    ],
)
def test_people_call_the_macros_with_what_they_need(history: Log, macro: str, rows: int) -> None:
    assert history.database.read(lambda cursor: len(cursor.sql("FROM " + macro).fetchall())) == rows
