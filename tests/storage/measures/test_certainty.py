"""How sure the checkpoints are: quantiles, ranks, time, and the answers behind a mark."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from storage.log import Log
from storage.measures import Measure, answers_between, over_time, quantiles, rank_scores
from storage.records import Answer, AskedAnswer, Comparison
from storage.selection import Counting, Selection, WordSpace
from tests.storage.measures.histories import ids, keep, told
from tests.storage.samples import ALBERT, BERT, DISTILBERT, START, checkpoint, run

EVERYTHING = Selection()


@pytest.fixture
def certain(log: Log) -> tuple[Log, list[Answer]]:
    """40 prompts of two checkpoints with figures of their own, and five imported ones without."""
    generator = random.Random(5)
    answers = []
    for number in range(40):
        for by in (BERT, ALBERT):
            scores = sorted((-generator.expovariate(1) for _ in range(4)), reverse=True)
            answer = told(by, "abcd", text=f"{number} [MASK]", scores=scores)
            answers.append(replace(answer, entropy=generator.random() * 5, top1_margin=generator.random()))
    answers += [told(BERT, "ab", text=f"imported {n} [MASK]", scores=[None, None], full=False) for n in range(5)]
    keep(log, *answers)
    return log, answers


def known(answers: list[Answer], name: str, measure: str) -> list[float]:
    values = []
    for answer in answers:
        top = answer.predictions[0].logprob
        value = {
            "top_score": None if top is None else float(np.exp(top)),
            "top1_margin": answer.top1_margin,
            "effective_choices": answer.effective_choices,
        }[measure]
        if answer.checkpoint.name == name and value is not None:
            values.append(value)
    return values


def test_quantiles_are_those_of_numpy(certain: tuple[Log, list[Answer]]) -> None:
    log, answers = certain
    rows = quantiles(log.database, EVERYTHING).to_pylist()
    assert len(rows) == 2 * 3 * 101
    names = {key: name for name, key in ids(log).items()}
    for row in rows:
        values = known(answers, names[row["checkpoint_id"]], row["measure"])
        assert row["value"] == pytest.approx(np.quantile(values, row["q"]))
        assert row["n"] == len(values)


def test_every_ask_counts_where_all_asks_do(log: Log) -> None:
    keep(log, told(BERT, "a", text="sure [MASK]", scores=[-0.1]))
    keep(log, told(BERT, "a", text="unsure [MASK]", scores=[-3.0]))
    for number in (1, 2, 3):
        keep(log, told(BERT, "a", text="sure [MASK]", scores=[-0.1]), number=number)
    medians = {}
    for counting in Counting:
        table = quantiles(log.database, Selection(counting=counting)).to_pylist()
        medians[counting] = [(r["value"], r["n"]) for r in table if r["measure"] == "top_score" and r["q"] == 0.5]
    sure, unsure = float(np.exp(-0.1)), float(np.exp(-3.0))
    assert medians[Counting.DISTINCT] == [(pytest.approx((sure + unsure) / 2), 2)]
    # What is asked more often weighs more, and n is still the number of prompts.
    assert medians[Counting.ALL_ASKS] == [(pytest.approx(sure), 2)]


def test_a_prompt_of_ten_masks_does_not_outweigh_nine_prompts(log: Log) -> None:
    keep(log, *(told(BERT, "ab", text="[MASK] " * 10, mask_index=mask, scores=[-0.1, -3.0]) for mask in range(10)))
    keep(log, *(told(BERT, "ab", text=f"{number} [MASK]", scores=[-2.0, -3.0]) for number in range(9)), number=1)
    for rows in (quantiles(log.database, EVERYTHING).to_pylist(), over_time(log.database, EVERYTHING).to_pylist()):
        (row,) = (each for each in rows if each["measure"] == "top_score" and each.get("q", 0.5) == 0.5)
        assert (row["value" if "value" in row else "median"], row["n"]) == (pytest.approx(np.exp(-2.0)), 10)
    first = rank_scores(log.database, EVERYTHING).to_pylist()[0]
    assert (first["rank"], first["median"], first["n"]) == (1, pytest.approx(np.exp(-2.0)), 10)


def test_quartiles_at_each_rank(certain: tuple[Log, list[Answer]]) -> None:
    log, answers = certain
    rows = rank_scores(log.database, EVERYTHING, 3).to_pylist()
    assert [(row["checkpoint_id"], row["rank"]) for row in rows] == [(c, r) for c in (1, 2) for r in (1, 2, 3)]
    names = {key: name for name, key in ids(log).items()}
    for row in rows:
        scores = [
            np.exp(line.logprob)
            for answer in answers
            for line in answer.predictions
            if answer.checkpoint.name == names[row["checkpoint_id"]] and line.rank == row["rank"] and line.logprob is not None
        ]
        assert [row["low"], row["median"], row["high"]] == pytest.approx(list(np.quantile(scores, [0.25, 0.5, 0.75])))
        assert row["n"] == len(scores) == 40


def test_a_word_said_by_two_pieces_has_one_rank(log: Log) -> None:
    keep(log, told(BERT, "aab", scores=[-1.0, -2.0, -3.0]))
    for space, scores in ((WordSpace.WORDS, [-1.0, -3.0]), (WordSpace.PIECES, [-1.0, -2.0, -3.0])):
        table = rank_scores(log.database, Selection(space=space))
        assert table["rank"].to_pylist() == list(range(1, len(scores) + 1))
        assert table["median"].to_pylist() == pytest.approx(np.exp(scores))


def at(log: Log, *days: float, text: str = "[MASK] then.", score: float = -1.0) -> None:
    """The same prompt asked on each of these days after the first."""
    for day in days:
        moment = START + timedelta(days=day)
        told_run = replace(run(int(day * 1000) + len(text)), started_at=moment, finished_at=moment)
        log.append(Comparison(told_run, (AskedAnswer(told(BERT, "ab", text=text, scores=[score, -5.0]), 1.0, reused=False),)))


@pytest.mark.parametrize(
    ("last", "unit", "first_period", "last_period"),
    [
        (0, "day", "2026-03-01", "2026-03-01"),
        (59, "day", "2026-03-01", "2026-04-29"),
        (60, "week", "2026-02-23", "2026-04-27"),
        (59 * 7, "week", "2026-02-23", "2027-04-12"),
        (60 * 7, "month", "2026-03-01", "2027-04-01"),
        (365 * 6, "quarter", "2026-01-01", "2032-01-01"),
    ],
)
def test_periods_are_the_finest_of_at_most_sixty(log: Log, last: int, unit: str, first_period: str, last_period: str) -> None:
    at(log, 0)
    at(log, last, text="[MASK] now.")
    rows = over_time(log.database, EVERYTHING).to_pylist()
    assert {row["unit"] for row in rows} == {unit}
    periods = sorted({row["period"] for row in rows})
    assert [periods[0], periods[-1]] == [datetime.fromisoformat(first_period), datetime.fromisoformat(last_period)]


def test_an_answer_counts_on_its_first_ask_or_on_all(log: Log) -> None:
    at(log, 0, 0.25, 3, score=-1.0)
    at(log, 3, text="[MASK] now.", score=-2.0)

    def tops(selection: Selection) -> list[tuple[object, ...]]:
        rows = over_time(log.database, selection).to_pylist()
        return [(r["period"].day, r["median"], r["n"]) for r in rows if r["measure"] == "top_score"]

    first, second = float(np.exp(-1)), float(np.exp(-2))
    assert tops(EVERYTHING) == [(1, pytest.approx(first), 1), (4, pytest.approx(second), 1)]
    assert tops(Selection(counting=Counting.ALL_ASKS)) == [
        (1, pytest.approx(first), 1),
        (4, pytest.approx((first + second) / 2), 2),
    ]


def test_the_answers_behind_a_mark(certain: tuple[Log, list[Answer]]) -> None:
    log, answers = certain
    expected = sorted((value for value in known(answers, BERT.name, "effective_choices") if 2 <= value <= 40), reverse=True)
    page = answers_between(
        log.database, EVERYTHING, Measure.EFFECTIVE_CHOICES, 2, 40, checkpoint_id=ids(log)[BERT.name], limit=7
    )
    assert page.table["effective_choices"].to_pylist() == pytest.approx(expected[:7])
    assert (page.n, page.truncated) == (len(expected), True)
    assert set(page.table["top_word"].to_pylist()) == {"a"}
    assert set(page.table["run_id"].to_pylist()) == {run(0).run_id}
    rest = answers_between(
        log.database, EVERYTHING, Measure.EFFECTIVE_CHOICES, 2, 40, checkpoint_id=ids(log)[BERT.name], offset=7
    )
    assert rest.table["effective_choices"].to_pylist() == pytest.approx(expected[7:])
    assert (rest.n, rest.truncated) == (len(expected), False)


def test_a_page_behind_the_last_is_empty_and_still_counts(certain: tuple[Log, list[Answer]]) -> None:
    page = answers_between(certain[0].database, EVERYTHING, "top_score", offset=1000)
    assert (page.table.num_rows, page.n, page.truncated) == (0, 80, False)


def test_the_latest_passing_run_is_named(log: Log) -> None:
    runs = [keep(log, told(BERT, "ab"), number=number, label=label) for number, label in enumerate(("x", "x", "y"))]
    for label, run_id in ((None, runs[2]), ("x", runs[1])):
        page = answers_between(log.database, Selection(label=label), "top_score", 0, 1)
        assert page.table["run_id"].to_pylist() == [run_id]


def test_an_unknown_measure_is_refused(log: Log) -> None:
    with pytest.raises(ValueError, match="beauty"):
        answers_between(log.database, EVERYTHING, "beauty", 0, 1)


def test_an_empty_log_has_no_rows(log: Log) -> None:
    for table in (
        quantiles(log.database, EVERYTHING),
        rank_scores(log.database, EVERYTHING),
        over_time(log.database, EVERYTHING),
    ):
        assert table.num_rows == 0
    assert answers_between(log.database, EVERYTHING, "top_score", 0, 1).n == 0


def test_imports_show_what_is_known_of_them(log: Log) -> None:
    keep(log, told(BERT, "ab", full=False), told(ALBERT, "ab", scores=[None, None], full=False))
    assert set(quantiles(log.database, EVERYTHING)["measure"].to_pylist()) == {"top_score"}
    assert set(rank_scores(log.database, EVERYTHING)["checkpoint_id"].to_pylist()) == {ids(log)[BERT.name]}
    assert set(over_time(log.database, EVERYTHING)["measure"].to_pylist()) == {"top_score"}
    assert answers_between(log.database, EVERYTHING, "top1_margin", 0, 9).n == 0


def test_one_prompt_has_quantiles_that_are_all_the_same(log: Log) -> None:
    keep(log, told(DISTILBERT, "ab"))
    table = quantiles(log.database, EVERYTHING).to_pylist()
    assert len({row["value"] for row in table if row["measure"] == "top_score"}) == 1


def test_two_weights_of_a_name_are_not_averaged(log: Log) -> None:
    keep(log, told(BERT, "a", scores=[-1.0]), told(checkpoint("bert-mini", weights="other"), "a", scores=[-3.0]))
    rows = [r for r in quantiles(log.database, EVERYTHING).to_pylist() if r["measure"] == "top_score" and r["q"] == 0.5]
    assert [(r["checkpoint_id"], r["value"]) for r in rows] == [(1, pytest.approx(np.exp(-1))), (2, pytest.approx(np.exp(-3)))]
