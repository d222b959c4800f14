"""Diversity of words: figures by hand, the closed forms against every possible draw and against random ones, and invariance."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipelines.diversity import (
    Band,
    good_turing_coverage,
    hill_number,
    hill_profile,
    rarefaction_curve,
    rarefied,
    uniqueness,
)

counts = st.lists(st.integers(0, 30), min_size=1, max_size=12).filter(lambda numbers: sum(numbers) > 0)
ORDERS = (0.0, 0.5, 1.0, 1.5, 2.0, 5.0, math.inf)


# --- Hill numbers

GOLDEN = [
    # counts, q = 0, 1, 2, infinity; the shares are 1/2, 1/4, 1/4: entropy 1.5 ln 2, sum of squares 3/8
    ("half and two quarters", [4, 2, 2], 3, 2**1.5, 8 / 3, 2),
    ("equal", [7, 7, 7, 7], 4, 4, 4, 4),
    ("one word", [9], 1, 1, 1, 1),
    ("a word that is never said", [4, 0, 2, 2], 3, 2**1.5, 8 / 3, 2),
    ("nothing", [], 0, 0, 0, 0),
    ("only zeros", [0, 0], 0, 0, 0, 0),
]


@pytest.mark.parametrize(("numbers", "zero", "one", "two", "most"), [row[1:] for row in GOLDEN], ids=[row[0] for row in GOLDEN])
def test_hill_numbers_by_hand(numbers: list[int], zero: float, one: float, two: float, most: float) -> None:
    assert hill_profile(numbers, (0, 1, 2, math.inf)).tolist() == pytest.approx([zero, one, two, most])


@given(counts)
def test_the_profile_falls_from_the_number_of_words_and_ends_above_one(numbers: list[int]) -> None:
    profile = hill_profile(numbers, ORDERS)
    assert profile[0] == np.count_nonzero(numbers)
    assert (np.diff(profile) <= 1e-9).all()
    assert profile[-1] >= 1 - 1e-12


@given(counts, st.sampled_from(ORDERS), st.integers(1, 5))
def test_names_and_the_size_of_the_log_do_not_matter(numbers: list[int], q: float, times: int) -> None:
    assert hill_number(numbers[::-1], q) == pytest.approx(hill_number(numbers, q))
    assert hill_number(np.array(numbers) * times, q) == pytest.approx(hill_number(numbers, q))
    # Hill's doubling property: two such vocabularies without a word in common are twice as varied.
    assert hill_number(numbers + numbers, q) == pytest.approx(2 * hill_number(numbers, q))


@given(counts)
def test_the_order_one_is_the_limit(numbers: list[int]) -> None:
    assert hill_number(numbers, 1) == pytest.approx(hill_number(numbers, 1 + 1e-7), rel=1e-5)


def test_a_high_order_does_not_underflow() -> None:
    assert hill_number([1] * 3_000, 500) == pytest.approx(3_000)


@pytest.mark.parametrize("numbers", [[-1, 2], [0.5], [float("nan")], [[1]]])
def test_what_is_no_count_is_refused(numbers: list[float]) -> None:
    with pytest.raises(ValueError, match="count"):
        hill_number(numbers, 1)


@pytest.mark.parametrize("q", [-1.0, float("nan")])
def test_an_order_below_zero_is_refused(q: float) -> None:
    with pytest.raises(ValueError, match="order"):
        hill_number([1, 2], q)


# --- coverage and uniqueness


def test_coverage_by_hand() -> None:
    assert good_turing_coverage([5, 3, 1, 1]) == pytest.approx(0.8)
    assert good_turing_coverage([1, 1, 1]) == 0
    assert good_turing_coverage([2, 2]) == 1
    assert good_turing_coverage([]) == good_turing_coverage([0]) == 0


def test_coverage_foretells_the_next_prediction() -> None:
    rng = np.random.default_rng(1)
    shares = 1 / np.arange(1, 401)
    shares /= shares.sum()
    foretold, true = [], []
    for _ in range(200):
        numbers = rng.multinomial(500, shares)
        foretold.append(good_turing_coverage(numbers))
        true.append(float(shares[numbers > 0].sum()))
    assert np.mean(foretold) == pytest.approx(np.mean(true), abs=0.005)


def test_uniqueness_by_hand() -> None:
    found = uniqueness([3, 0, 2, 5], [1, 4, 0, 0])
    assert found.words == 2
    assert (found.of_words, found.of_predictions) == pytest.approx((2 / 3, 0.7))


@pytest.mark.parametrize(("own", "others"), [([], []), ([0, 0], [1, 0])])
def test_without_words_nothing_is_unique(own: list[int], others: list[int]) -> None:
    found = uniqueness(own, others)
    assert (found.words, found.of_words, found.of_predictions) == (0, 0.0, 0.0)


@given(counts)
def test_alone_every_word_is_unique_and_beside_itself_none(numbers: list[int]) -> None:
    alone, beside = uniqueness(numbers, [0] * len(numbers)), uniqueness(numbers, numbers)
    assert (alone.words, alone.of_words, alone.of_predictions) == (int(np.count_nonzero(numbers)), 1.0, 1.0)
    assert (beside.words, beside.of_words, beside.of_predictions) == (0, 0.0, 0.0)


def test_uniqueness_needs_the_same_words() -> None:
    with pytest.raises(ValueError, match="one count per word"):
        uniqueness([1], [1, 2])


# --- rarefaction


@pytest.mark.parametrize("size", [1, 2, 4, 7, 8])
def test_rarefaction_is_the_mean_over_every_possible_draw(size: int) -> None:
    numbers = [4, 2, 1, 1]
    bag = np.repeat(np.arange(4), numbers)
    draws = [np.bincount(bag[list(places)], minlength=4) for places in combinations(range(8), size)]
    words = np.array([np.count_nonzero(draw) for draw in draws])
    found = rarefied(numbers, size)
    assert found.expected == pytest.approx(words.mean())
    half = 1.959964 * words.std()
    assert found.high == pytest.approx(min(words.mean() + half, min(4, size)), abs=1e-6)
    assert found.low == pytest.approx(max(words.mean() - half, 1), abs=1e-6)
    # The other two orders are the definition applied to the expected frequencies of frequencies.
    shares = np.array(draws) / size
    entropy = -np.where(shares > 0, shares * np.log(np.where(shares > 0, shares, 1)), 0).sum(axis=1).mean()
    assert rarefied(numbers, size, q=1).expected == pytest.approx(math.exp(entropy))
    assert rarefied(numbers, size, q=2).expected == pytest.approx(1 / (shares**2).sum(axis=1).mean())


@given(counts)
@settings(deadline=None)
def test_at_full_size_it_is_the_hill_number_without_a_band(numbers: list[int]) -> None:
    for q in (0, 1, 2):
        value = hill_number(numbers, q)
        found = rarefied(numbers, sum(numbers), q)
        assert (found.expected, found.low, found.high) == pytest.approx((value, value, value), abs=1e-4)


@given(counts, st.data())
@settings(deadline=None)
def test_rarefied_bounds_and_order(numbers: list[int], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, sum(numbers)))
    found = [rarefied(numbers, size, q) for q in (0, 1, 2)]
    for each in found:
        assert 1 - 1e-9 <= each.low <= each.expected <= each.high <= min(size, int(np.count_nonzero(numbers))) + 1e-9
    assert found[0].expected >= found[1].expected - 1e-9 >= found[2].expected - 2e-9
    assert found == [rarefied(numbers[::-1], size, q) for q in (0, 1, 2)]


@given(counts)
@settings(deadline=None, max_examples=30)
def test_the_curve_rises(numbers: list[int]) -> None:
    curve = rarefaction_curve(numbers, range(sum(numbers) + 1))
    assert curve[0] == Band(0.0, 0.0, 0.0)
    assert curve[1].expected == pytest.approx(1)
    assert (np.diff([each.expected for each in curve]) >= -1e-9).all()


@pytest.mark.parametrize("q", [0, 1, 2])
@pytest.mark.parametrize("size", [200, 1_000])
def test_the_band_holds_nineteen_of_twenty_draws(q: int, size: int) -> None:
    numbers = _zipf(300, 3_000)
    found = rarefied(numbers, size, q)
    draws = np.random.default_rng(1).multivariate_hypergeometric(numbers, size, 1_000)
    values = np.array([hill_number(draw, q) for draw in draws])
    # Orders 1 and 2 average the entropy and the sum of squares, not their transforms: a little to one side of the mean.
    assert values.mean() == pytest.approx(found.expected, rel=0.03)
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * values.std(), rel=0.12)
    assert 0.93 <= np.mean((values >= found.low) & (values <= found.high)) <= 0.97


def test_a_vocabulary_of_three_million_predictions() -> None:
    numbers = _zipf(30_000, 3_000_000)
    size = 1_000_000
    found = rarefied(numbers, size)
    draws = np.random.default_rng(1).multivariate_hypergeometric(numbers, size, 20, method="marginals")
    seen = np.count_nonzero(draws, axis=1)
    assert seen.mean() == pytest.approx(found.expected, abs=(found.high - found.low) / 4)
    assert found.expected - found.low == pytest.approx(1.96 * seen.std(ddof=1), rel=0.5)


@pytest.mark.parametrize("size", [-1, 9])
def test_nothing_is_extrapolated(size: int) -> None:
    with pytest.raises(ValueError, match="a draw from 8 predictions"):
        rarefied([4, 2, 1, 1], size)


def test_other_orders_are_refused() -> None:
    with pytest.raises(ValueError, match="0, 1 and 2"):
        rarefied([4, 2], 3, q=3)


def test_nothing_rarefied_is_nothing() -> None:
    assert rarefied([], 0) == rarefied([0], 0, q=2) == Band(0.0, 0.0, 0.0)


def _zipf(words: int, predictions: int) -> NDArray[np.int64]:
    shares = 1 / np.arange(1, words + 1)
    numbers: NDArray[np.int64] = np.round(shares / shares.sum() * predictions).astype(np.int64)
    return numbers
