"""Two answers become an agreement; a kept run is brought back to what was asked then."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipelines.agreement import as_asked, bounds, compare_lists, cut_answer
from pipelines.settings import BUNDLED_DIR
from pipelines.vocabulary import read_tokenizer
from storage.records import Answer, AskedAnswer, Candidate, Checkpoint, Comparison, Prediction, Prompt, Run, RunKind

PROMPT = Prompt("Paris is [MASK].")


def checkpoint(name: str) -> Checkpoint:
    return Checkpoint(name, "bert", "folder", "0" * 64, "0" * 64, "1" * 64, 10, 10)


def answer(name: str, words: str, candidates: str = "") -> Answer:
    lines = tuple(
        Prediction(rank, rank, word, word, True, math.log(1 / (rank + 1))) for rank, word in enumerate(words.split(), start=1)
    )
    scored = tuple(Candidate(word, (word,), True, -1.0, 1, 1) for word in candidates.split())
    return Answer(PROMPT, 0, checkpoint(name), lines, entropy=1.0, candidates=scored)


def test_lists_are_compared_by_word_at_the_depth_of_the_shorter() -> None:
    agreement = compare_lists(answer("a", "x y z"), answer("b", "x z"), 0.25, (0.9, 0.8))
    assert agreement.depth == 2
    assert agreement.overlap == 0.5
    assert agreement.jaccard == pytest.approx(1 / 3)
    assert agreement.top1_same
    assert (agreement.jsd_shared, agreement.coverage_a, agreement.coverage_b) == (0.25, 0.9, 0.8)


def test_a_run_read_back_compares_at_the_depth_it_asked_for() -> None:
    deep = [answer("a", "x y z w"), answer("b", "x w z y")]
    kept = Comparison(
        Run("id", RunKind.ASK, datetime.now(UTC), options={"top_k": 2}),
        tuple(AskedAnswer(cut_answer(each, 2, ()), 1.0, reused=False) for each in deep),
        (compare_lists(deep[0], deep[1], 0.5, (1.0, 1.0)),),
    )
    (agreement,) = as_asked(kept).agreements
    assert kept.agreements[0].overlap == 1.0
    assert (agreement.depth, agreement.overlap, agreement.jsd_shared) == (2, 0.5, 0.5)


def test_an_agreement_whose_answers_are_not_in_the_run_stays_as_it_is() -> None:
    lonely = compare_lists(answer("a", "x y"), answer("b", "x z"), None, (None, None))
    kept = Comparison(Run("id", RunKind.IMPORT, datetime.now(UTC)), (), (lonely,))
    assert as_asked(kept) == kept


def test_an_answer_is_cut_but_never_padded() -> None:
    whole = answer("a", "x y")
    assert cut_answer(whole, 9, ()) == replace(whole, candidates=())


def test_bounds_are_of_the_distinct_words_at_one_depth() -> None:
    found = bounds(answer("a", "a b c d e x"), answer("b", "e d c b a"), None, None)
    assert found.rbo_minimum == pytest.approx(0.4098, abs=5e-5)
    assert found.most_shared is None


def test_a_word_that_the_other_cannot_say_is_never_shared() -> None:
    bert, albert = (read_tokenizer(BUNDLED_DIR / f"{name}-mini") for name in ("bert", "albert"))
    only = next(word for word in bert.ids if word.isalpha() and not albert.says(word))
    found = bounds(answer("a", f"the of {only}"), answer("b", "the in of"), bert, albert)
    assert found.most_shared == 2
    assert bounds(answer("a", "the of"), answer("b", "the in"), bert, albert).most_shared == 2
