"""What two runs, or two days, say differently: hand-counted cases, and every figure beside its definition in plain Python."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipelines.metrics import overlap, rank_biased_overlap
from storage.differences import ORDERS, Difference, Side, differences
from storage.drift import measure_drift
from storage.log import Log
from storage.records import UNKNOWN_HASH, Answer, AskedAnswer, Checkpoint, Comparison, Prediction, Prompt, RunKind
from tests.storage.samples import BERT, DISTILBERT, START, ask, checkpoint, run, run_id

NEW_BERT = checkpoint("bert-mini", weights="second")
PUBLISHED = Checkpoint("bert-mini", "bert", "import", "f" * 64, UNKNOWN_HASH, UNKNOWN_HASH, 0, 0)
LEFT, RIGHT = Side(run_id=run_id(1)), Side(run_id=run_id(2))
TEXT = "The sky is [MASK]."
Line = tuple[str, float | None]


def said(lines: Sequence[Line], by: Checkpoint, text: str = TEXT, mask_index: int = 0) -> Answer:
    """An answer of these words; the same word is the same piece of one tokenizer."""
    kept = [
        Prediction(rank, int.from_bytes(word.encode()), word, word.lower(), True, logprob)
        for rank, (word, logprob) in enumerate(lines, start=1)
    ]
    return Answer(Prompt(text), mask_index, by, tuple(kept))


def keep(log: Log, number: int, *answers: Answer, top_k: int | None = None, days: int = 0) -> None:
    asked = run(number, {} if top_k is None else {"top_k": top_k})
    asked = replace(asked, started_at=asked.started_at + timedelta(days=days), finished_at=None, kind=RunKind.IMPORT)
    log.append(Comparison(asked, tuple(AskedAnswer(each, None, reused=False) for each in answers)))


def only(log: Log, left: Side = LEFT, right: Side = RIGHT) -> Difference:
    found = differences(log.database, left, right)
    assert (found.n, found.truncated) == (1, False)
    (row,) = found.rows
    return row


def test_a_side_is_a_run_or_a_day_and_not_both() -> None:
    for neither_nor in ({}, {"run_id": run_id(1), "day": date(2026, 3, 1)}):
        with pytest.raises(ValueError, match="a run or a day"):
            Side(**neither_nor)  # type: ignore[arg-type]


def test_other_weights_under_one_name_are_compared_and_said(log: Log) -> None:
    keep(log, 1, said([("blue", -0.5), ("grey", -1.0), ("red", -2.0)], BERT))
    keep(log, 2, said([("grey", -0.7), ("blue", -0.9), ("black", -2.5)], NEW_BERT))
    row = only(log)
    assert (row.prompt, row.mask_index, row.checkpoint_left, row.checkpoint_right) == (TEXT, 0, BERT, NEW_BERT)
    assert (row.words_left, row.words_right) == (("blue", "grey", "red"), ("grey", "blue", "black"))
    assert not row.same_weights
    assert row.max_abs_dlogp == pytest.approx(0.4)
    assert (row.changed_ranks, row.n_compared, row.depth, row.top1_same) == (3, 2, 3, False)
    assert row.overlap == pytest.approx(2 / 3)


def test_the_same_weights_said_the_same(log: Log) -> None:
    log.append(ask(TEXT, number=1, checkpoints=[BERT, DISTILBERT]))
    log.append(ask(TEXT, number=2, checkpoints=[DISTILBERT]))
    row = only(log)
    assert row.checkpoint_left == row.checkpoint_right == DISTILBERT
    assert (row.max_abs_dlogp, row.changed_ranks, row.rbo, row.overlap, row.top1_same) == (0.0, 0, 1.0, 1.0, True)
    assert row.same_weights


def test_one_set_of_weights_read_from_two_places_is_the_same(log: Log) -> None:
    elsewhere = replace(BERT, source="folder")
    keep(log, 1, said([("blue", -0.5)], BERT))
    keep(log, 2, said([("blue", -0.5)], elsewhere))
    row = only(log)
    assert row.same_weights
    assert (row.max_abs_dlogp, row.changed_ranks) == (0.0, 0)


def test_lists_are_compared_down_to_the_shorter_one_as_each_run_asked(log: Log) -> None:
    keep(log, 1, said([("a", -1.0), ("b", -2.0), ("c", -3.0), ("d", -4.0)], BERT), top_k=3)
    keep(log, 2, said([("a", -1.5), ("b", -2.0)], NEW_BERT), top_k=5)
    row = only(log)
    assert (row.depth, row.words_left, row.words_right) == (2, ("a", "b"), ("a", "b"))
    assert (row.max_abs_dlogp, row.changed_ranks) == (0.5, 0)


def test_published_ranks_without_scores_have_no_drift(log: Log) -> None:
    keep(log, 1, said([("blue", None), ("grey", None)], PUBLISHED))
    keep(log, 2, said([("blue", -0.5), ("red", -1.0)], BERT))
    row = only(log)
    assert (row.max_abs_dlogp, row.n_compared, row.changed_ranks, row.same_weights) == (None, 0, 1, False)


def test_an_import_is_compared_by_word(log: Log) -> None:
    # A list that was printed has the word, and not the piece that the tokenizer would have written.
    keep(log, 1, said([("Blue", -0.5), ("grey", -1.0)], PUBLISHED))
    keep(log, 2, said([("blue", -0.6), ("grey", -1.0)], BERT))
    row = only(log)
    assert (row.changed_ranks, row.n_compared) == (0, 2)
    assert row.max_abs_dlogp == pytest.approx(0.1)


def test_of_two_pieces_of_one_word_the_better_counts(log: Log) -> None:
    keep(log, 1, said([("blue", -0.5), ("Blue", -1.0), ("red", -2.0)], PUBLISHED))
    keep(log, 2, said([("blue", -0.5), ("red", -2.0), ("Blue", -3.0)], BERT))
    row = only(log)
    assert (row.max_abs_dlogp, row.n_compared, row.changed_ranks) == (0.0, 2, 2)
    assert row.overlap == 1.0
    assert row.rbo == pytest.approx(1.0)


def test_what_only_one_side_asked_is_counted_and_not_compared(log: Log) -> None:
    keep(log, 1, said([("a", -1.0)], BERT, "One [MASK]."), said([("a", -1.0)], BERT, "Two [MASK]."))
    keep(log, 2, said([("a", -1.0)], NEW_BERT, "Two [MASK]."), said([("a", -1.0)], BERT, "Three [MASK]."))
    found = differences(log.database, LEFT, RIGHT)
    assert (found.n_common, found.n_left_only, found.n_right_only, found.n) == (1, 1, 1, 1)
    assert differences(log.database, RIGHT, LEFT).n_left_only == 1


def test_prompts_in_common_without_a_name_in_common_compare_nothing(log: Log) -> None:
    keep(log, 1, said([("a", -1.0)], BERT))
    keep(log, 2, said([("a", -1.0)], DISTILBERT))
    found = differences(log.database, LEFT, RIGHT)
    assert (found.n_common, found.n, found.rows) == (1, 0, ())


def test_two_days_take_the_last_weights_of_each(log: Log) -> None:
    keep(log, 1, said([("blue", -0.5)], BERT))
    keep(log, 2, said([("blue", -0.9)], NEW_BERT), days=1)
    keep(log, 3, said([("red", -0.9)], checkpoint("bert-mini", weights="third")), days=1)
    first, second = Side(day=START.date()), Side(day=START.date() + timedelta(days=1))
    row = only(log, first, second)
    assert (row.checkpoint_left, row.words_right, row.top1_same) == (BERT, ("red",), False)
    assert only(log, LEFT, second).words_right == ("red",)
    assert differences(log.database, first, Side(day=date(2020, 1, 1))).n_left_only == 1


def made_up(number: int, by: Checkpoint, seed: int) -> Answer:
    """Twenty distinct words in a seeded order."""
    generator = random.Random(f"{number} {seed}")
    words = generator.sample([f"w{i}" for i in range(30)], 20)
    scores = sorted((-generator.random() * 5 for _ in words), reverse=True)
    return said(list(zip(words, scores, strict=True)), by, f"Prompt {number} [MASK].")


def test_every_figure_is_what_its_definition_gives(log: Log) -> None:
    ours, theirs = ([made_up(n, by, seed) for n in range(12)] for seed, by in ((1, BERT), (2, NEW_BERT)))
    keep(log, 1, *ours)
    keep(log, 2, *theirs)
    found = {row.prompt: row for row in differences(log.database, LEFT, RIGHT).rows}
    assert len(found) == 12
    for a, b in zip(ours, theirs, strict=True):
        row, drift = found[a.prompt.text], measure_drift(a, b)
        left, right = (tuple(line.word for line in each.predictions) for each in (a, b))
        assert (row.words_left, row.words_right) == (left, right)
        assert row.rbo == pytest.approx(rank_biased_overlap(left, right).extrapolated)
        assert row.overlap == pytest.approx(overlap(left, right))
        assert (row.changed_ranks, row.n_compared, row.depth) == (drift.changed_ranks, drift.n_compared, drift.depth)
        assert row.max_abs_dlogp == drift.max_abs_dlogp


@pytest.mark.parametrize("order", ORDERS)
def test_pages_in_every_order_add_up_and_fall(log: Log, order: str) -> None:
    pairs = [(made_up(n, BERT, 1), made_up(n, NEW_BERT, 2)) for n in range(5)]
    alien = said([(f"x{n}", -1.0) for n in range(20)], NEW_BERT, "Alien [MASK].")
    keep(log, 1, *(a for a, _ in pairs), said([("a", -1.0)] + [(f"y{n}", -2.0) for n in range(19)], BERT, "Alien [MASK]."))
    keep(log, 2, *(b for _, b in pairs), alien)
    whole = differences(log.database, LEFT, RIGHT, order=order)
    assert len({row.prompt for row in whole.rows}) == whole.n == 6
    pages = [differences(log.database, LEFT, RIGHT, order=order, limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [row for page in pages for row in page.rows] == list(whole.rows)
    assert [page.truncated for page in pages] == [True, True, False]
    keys = {
        # Lists that share nothing differ more than any two that do.
        "drift": [math.inf if row.max_abs_dlogp is None else row.max_abs_dlogp for row in whole.rows],
        "ranks": [float(row.changed_ranks) for row in whole.rows],
        "rbo": [1 - row.rbo for row in whole.rows],
        "prompt": [-float(row.prompt_id) for row in whole.rows],
    }[order]
    assert keys == sorted(keys, reverse=True)


def test_an_unknown_order_and_an_unknown_run_are_said(log: Log) -> None:
    keep(log, 1, said([("a", -1.0)], BERT))
    with pytest.raises(ValueError, match="one of drift, ranks, rbo, prompt"):
        differences(log.database, LEFT, RIGHT, order="'; DROP TABLE run; --")
    for nowhere in (Side(run_id="no uuid"), Side(run_id=run_id(9))):
        found = differences(log.database, LEFT, nowhere)
        assert (found.n_common, found.n_left_only, found.n) == (0, 1, 0)
