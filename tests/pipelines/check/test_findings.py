"""An expectation is held against an answer at its very edge, and says the numbers."""

from __future__ import annotations

import math

import pytest

from pipelines.agreement import compare_lists
from pipelines.check.expectations import InTop, Likeness, Measure, NotInTop, Order, Score, Wanted, Within
from pipelines.check.findings import judge, judge_agreement, judge_invariance
from pipelines.check.values import Bound
from storage.records import Answer, Candidate, Checkpoint, Prediction, Prompt


def checkpoint(name: str) -> Checkpoint:
    return Checkpoint(name, "bert", "folder", "0" * 64, "0" * 64, "0" * 64, 1, 1)


def answer(words: str, scored: tuple[Candidate, ...] = (), name: str = "one", text: str = "It is [MASK].") -> Answer:
    lines = tuple(Prediction(rank, rank, word, word, True, -float(rank)) for rank, word in enumerate(words, start=1))
    return Answer(Prompt(text), 0, checkpoint(name), lines, candidates=scored)


def scored(word: str, rank: int | None, p: float) -> Candidate:
    return Candidate(word, (word,) if rank is not None else (word, word), True, math.log(p), rank, None)


UNSAYABLE = Candidate("?", (), False, None, None, None)
TOO_LONG = Candidate("long", ("l", "o"), True, None, None, None)
KNOWN = (scored("a", 1, 0.5), scored("b", 5, 0.1), scored("c", 6, 0.05), scored("nurse", None, 0.2), UNSAYABLE, TOO_LONG)

ROWS: list[tuple[str, Wanted, bool, float | None, str]] = [
    ("at the last rank", InTop((("b",),)), True, 5, "b rank 5, p 0.1"),
    ("behind it", InTop((("c",),)), False, 6, "c rank 6, p 0.05; first are a 0.368, b 0.135"),
    ("one of two", InTop((("c", "a"),)), True, 1, "c rank 6, p 0.05; a rank 1, p 0.5"),
    ("both", InTop((("c", "a"),), every=True), False, 6, "c rank 6"),
    ("both are there", InTop((("b", "a"),), every=True), True, 5, "b rank 5"),
    ("of several pieces", InTop((("nurse",),)), False, None, "nurse 2 pieces, p 0.2"),
    ("cannot be said", InTop((("?",),)), False, None, "? cannot be said"),
    ("not at the last rank", NotInTop(("b",)), False, 5, "b rank 5"),
    ("not behind it", NotInTop(("c", "?")), True, 6, "c rank 6, p 0.05; ? cannot be said"),
    ("none of two", NotInTop(("c", "a")), False, 1, "a rank 1"),
    ("in order", Order(("a", "nurse", "b")), True, math.log(2), "nurse 2 pieces, p 0.2; b rank 5, p 0.1; +0.69 in ln p"),
    ("out of order", Order(("nurse", "a")), False, math.log(0.4), "-0.92 in ln p"),
    ("a word before itself", Order(("a", "a")), False, 0.0, "+0.00 in ln p"),
    ("the order of what cannot be said", Order(("a", "?")), False, None, "? cannot be said"),
    ("so probable", Score("b", Bound(True, 0.1)), True, 0.1, "b rank 5, p 0.1"),
    ("not so probable", Score("b", Bound(True, 0.101)), False, 0.1, "b rank 5, p 0.1"),
    ("not more", Score("a", Bound(False, 0.4)), False, 0.5, "a rank 1, p 0.5"),
    ("by its logarithm", Score("a", Bound(True, -0.7), logarithm=True), True, math.log(0.5), "a rank 1, p 0.5"),
    ("does not fit", Score("long", Bound(False, 1.0)), False, None, "long (2 pieces) does not fit behind the prompt"),
]


@pytest.mark.parametrize(("wanted", "holds", "value", "words"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_an_expectation_of_one_answer(wanted: Wanted, holds: bool, value: float | None, words: str) -> None:
    (found,) = judge(wanted, {0: answer("abde", KNOWN)}, 0, top_k=5)
    assert found.holds is holds
    assert found.value == (None if value is None else pytest.approx(value, abs=1e-9))
    assert words in found.found


def test_each_mask_has_its_own_words() -> None:
    masks = {0: answer("a", KNOWN), 1: answer("b", (scored("a", 9, 0.01), scored("b", 1, 0.9)))}
    first, second = judge(InTop((("a",), ("a", "b"))), masks, 0, top_k=5)
    assert (first.holds, first.wanted) == (True, "a in the top 5 at mask 1")
    assert (second.holds, second.wanted) == (True, "a or b in the top 5 at mask 2")
    assert [each.wanted for each in judge(InTop(((), ("b",))), masks, 0, top_k=5)] == ["b in the top 5 at mask 2"]
    assert judge(Order(("b", "a")), masks, 1, top_k=5)[0].wanted == "b before a at mask 2"


# Golden values of the metrics (depth 5, p = 0.9): see tests/pipelines/test_metrics.py.
LIKE = [
    ("the same", "abcde", "abcde", Measure.RBO, Bound(True, 1), True, 1.0),
    ("turned around", "abcde", "edcba", Measure.RBO, Bound(True, 0.74), False, 0.7378),
    ("turned around, as words", "abcde", "edcba", Measure.TOP_K, Bound(True, 1), True, 1.0),
    ("turned around, first", "abcde", "edcba", Measure.TOP1, Bound(True, 1), False, 0.0),
    ("one changed", "abcde", "abcdf", Measure.OVERLAP, Bound(True, 0.8), True, 0.8),
    ("one changed, jaccard", "abcde", "abcdf", Measure.JACCARD, Bound(True, 0.8), False, 4 / 6),
    ("one changed, as words", "abcde", "abcdf", Measure.TOP_K, Bound(True, 1), False, 0.0),
    ("too much alike", "abcde", "abcde", Measure.OVERLAP, Bound(False, 0.5), False, 1.0),
]


@pytest.mark.parametrize(
    ("a", "b", "measure", "bound", "holds", "value"), [row[1:] for row in LIKE], ids=[row[0] for row in LIKE]
)
def test_two_answers_are_so_alike(a: str, b: str, measure: Measure, bound: Bound, holds: bool, value: float) -> None:
    # Both lists go on beyond what is asked about.
    one, two = answer(a + "xyz", name="one"), answer(b + "uvw", name="two")
    wanted = Likeness(measure, bound)
    between = judge_agreement(wanted, one, two, compare_lists(one, two, 0.1, (0.9, 0.9)), top_k=5)
    variants = judge_invariance(wanted, [one, two], top_k=5)
    for found in (between, variants):
        assert found.holds is holds
        assert found.value == pytest.approx(value, abs=5e-5)


def test_a_divergence_says_on_how_much_it_stands() -> None:
    one, two = answer("ab", name="one"), answer("ab", name="two")
    low = Likeness(Measure.JSD, Bound(False, 0.2))
    good = judge_agreement(low, one, two, compare_lists(one, two, 0.1, (0.9, 0.5)), 2)
    assert (good.holds, good.found) == (True, "jsd 0.100 bit on the shared words, which carry 90 % of one and 50 % of two")
    poor = judge_agreement(low, one, two, compare_lists(one, two, 0.1, (0.9, 0.4)), 2)
    assert (poor.holds, poor.found.endswith("too little to tell")) == (False, True)
    # A lower bound of the true divergence is enough to say that it is so large at least.
    large = Likeness(Measure.JSD, Bound(True, 0.1))
    assert judge_agreement(large, one, two, compare_lists(one, two, 0.1, (0.9, 0.4)), 2).holds


def test_the_worst_pair_of_variants_decides() -> None:
    variants = [answer("abc", text="A [MASK]."), answer("abc", text="B [MASK]."), answer("acb", text="C [MASK].")]
    found = judge_invariance(Likeness(Measure.RBO, Bound(True, 0.99)), variants, top_k=3)
    assert not found.holds
    assert '"A [MASK]."' in found.found
    assert '"C [MASK]."' in found.found
    assert judge_invariance(Likeness(Measure.TOP1, Bound(True, 1)), variants, top_k=3).holds


def test_a_word_stays_within_its_bound() -> None:
    variants = [answer("a", (scored("w", 2, p),), text=f"{p} [MASK].") for p in (0.1, 0.3, 0.2)]
    found = judge_invariance(Within("w", 1.0), variants, top_k=3)
    assert not found.holds
    assert found.value == pytest.approx(math.log(3))
    assert found.found == '1.10 apart: -1.20 at "0.3 [MASK]." and -2.30 at "0.1 [MASK]."'
    assert judge_invariance(Within("w", 1.1), variants, top_k=3).holds
    assert not judge_invariance(Within("?", 9.0), [answer("a", KNOWN), answer("b", KNOWN)], top_k=3).holds
