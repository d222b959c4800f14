"""Expectations are read from texts that say what they mean; the place of a word tells what it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.check import expectations
from pipelines.check.expectations import InTop, Likeness, Measure, Order, Score, Within
from pipelines.check.nodes import Listing, Node, Scalar
from pipelines.check.problems import SuiteProblem
from pipelines.check.values import Bound, read_bound

WORDS = st.text(st.characters(categories=("Ll", "Lu", "Nd")), min_size=1, max_size=20).filter(
    lambda word: word.casefold() != "mask"
)
NUMBERS = st.floats(0, 1, allow_nan=False).map(lambda number: float(f"{number:g}"))


def listed(*texts: str) -> Listing:
    return Listing(1, tuple(Scalar(1, text) for text in texts))


def test_words_stand_apart_by_a_bar_or_in_a_list() -> None:
    assert expectations.read_expected(Scalar(1, "paris | lyon"), "expected", 0, every=False) == InTop((("paris", "lyon"),))
    assert expectations.read_expected(listed("paris", "|"), "expected", 1, every=True) == InTop(
        ((), ("paris", "|")), every=True
    )


def test_masks_stand_apart_by_a_semicolon() -> None:
    read = expectations.read_expected(Scalar(1, "paris | lyon; ; france"), "expected", 0, every=False)
    assert read == InTop((("paris", "lyon"), (), ("france",)))


@given(st.lists(WORDS, min_size=2, max_size=4, unique=True))
def test_any_words_can_be_put_in_order(words: list[str]) -> None:
    (read,) = expectations.read_orders(Scalar(1, " before ".join(words)))
    assert [str(read), len(read.words)] == [" before ".join(read.words), len(words)]


def test_the_words_of_the_grammar_are_words_too() -> None:
    assert expectations.read_orders(Scalar(1, "before before at")) == (Order(("before", "at")),)
    assert expectations.read_scores(Scalar(1, "at at least 0.2"), "probability") == (Score("at", Bound(True, 0.2)),)
    assert expectations.read_invariants(Scalar(1, "within within 1")) == (Within("within", 1.0),)
    assert expectations.read_invariants(Scalar(1, "rbo within 1")) == (Within("rbo", 1.0),)


@given(WORDS, NUMBERS, st.booleans())
def test_a_score_is_read_as_it_is_told(word: str, number: float, least: bool) -> None:
    told = f"at {'least' if least else 'most'} {number:g}"
    (read,) = expectations.read_scores(Scalar(1, f"{word} {told}"), "probability")
    assert str(read) == f"p of {read.word} {told}"


def test_agreement_and_invariance_name_their_measures() -> None:
    assert expectations.read_agreements(Scalar(1, "top1 same | rbo at least 0.5 | jsd at most 30 %")) == (
        Likeness(Measure.TOP1, Bound(True, 1)),
        Likeness(Measure.RBO, Bound(True, 0.5)),
        Likeness(Measure.JSD, Bound(False, 0.3)),
    )
    assert [str(each) for each in expectations.read_invariants(listed("top_k same", "nurse within 0.7"))] == [
        "top_k same",
        "nurse within 0.7",
    ]


def test_a_bound_forgives_the_last_digit_of_a_sum_and_no_more() -> None:
    bound = Bound(is_least=True, limit=0.5)
    assert [bound.holds(value) for value in (0.5 - 1e-12, 0.499)] == [True, False]
    assert read_bound("at least 90%", 1, what="share", example="x", lowest=0, highest=1) == Bound(True, 0.9)


def read(key: str, node: Node) -> object:
    if key in ("probability", "logprob"):
        return expectations.read_scores(node, key)
    readers = {
        "order": expectations.read_orders,
        "agreement": expectations.read_agreements,
        "invariant": expectations.read_invariants,
    }
    return readers[key](node) if key in readers else expectations.read_expected(node, key, 0, every=False)


BAD = [
    ("no word", "expected", ";", "names no word"),
    ("a space", "expected", "new york", "holds a space"),
    ("a mask", "expected", "[MASK]", "is a mask itself"),
    ("empty", "expected", " ", "is empty"),
    ("only bars", "expected", "| |", "is empty"),
    ("too long", "expected", "x" * 60, "60 characters"),
    ("order of one", "order", "he", "Write he before she"),
    ("order with a sign", "order", "he > she", "Write he before she"),
    ("order without end", "order", "he before", "Write he before she"),
    ("order of the same", "order", "he before he", "names a word twice"),
    ("bare number", "probability", "paris 0.5", "Write paris at least 0.2"),
    ("sign", "probability", "paris >= 0.5", "Write paris at least 0.2"),
    ("decimal comma", "probability", "paris at least 0,5", "a decimal point"),
    ("no number", "probability", "paris at least half", "is no number"),
    ("digits of another script", "probability", "paris at least \u0663", "is no number"),
    ("per cent without a sign", "probability", "paris at least 50", "Write 50 % or 0.5"),
    ("over one", "probability", "paris at least 200 %", "from 0 to 1"),
    ("negative", "probability", "paris at least -0.1", "from 0 to 1"),
    ("endless", "logprob", "paris at least -1e999", "too large"),
    ("positive logarithm", "logprob", "paris at least 0.5", "0 or less"),
    ("unknown measure", "agreement", "rbx at least 0.5", "Did you mean rbo?"),
    ("no measure", "agreement", "0.5", "top1, top_k, rbo, overlap, jaccard, jsd"),
    ("top1 with a number", "agreement", "top1 at least 0.5", "Write top1 same"),
    ("rbo the same", "agreement", "rbo same", "Write rbo at least 0.5"),
    ("jsd of variants", "invariant", "jsd at most 0.5", "between checkpoints only"),
    ("negative difference", "invariant", "nurse within -1", "0 or more"),
]


@pytest.mark.parametrize(("key", "text", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_slip_is_told_with_the_way_out(key: str, text: str, words: str) -> None:
    with pytest.raises(SuiteProblem) as caught:
        read(key, Scalar(7, text))
    assert (caught.value.line, words in str(caught.value)) == (7, True), str(caught.value)
