"""Intervals over prompts: against scipy, against closed forms, and by simulation."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binom, binomtest, bootstrap

from pipelines import statistics
from pipelines.bootstrap import closed_form, wilson
from pipelines.metrics import rank_biased_overlap
from pipelines.statistics import (
    FEWEST_FOR_INTERVAL,
    LARGE,
    Interval,
    mean_interval,
    mean_intervals,
    paired_difference,
    paired_differences,
)

shares = st.lists(st.floats(0, 1).map(lambda value: round(value, 6)), min_size=1, max_size=40)


# --- the interval


@pytest.mark.parametrize("n", [1, 2, 14])
def test_few_prompts_give_a_mean_and_no_interval(n: int) -> None:
    found = mean_interval(np.arange(n))
    assert found == Interval((n - 1) / 2, None, None, n)


def test_no_prompt_gives_no_mean() -> None:
    found = mean_interval([])
    assert np.isnan(found.mean)
    assert (found.low, found.high, found.n) == (None, None, 0)


def test_fifteen_prompts_give_an_interval() -> None:
    found = mean_interval(np.arange(15) / 14)
    assert found.n == FEWEST_FOR_INTERVAL == 15
    assert found.low is not None and found.high is not None
    assert 0 < found.low < 0.5 < found.high < 1


@pytest.mark.parametrize("value", [0.1, -3.5])
@pytest.mark.parametrize("n", [20, LARGE + 1])
def test_equal_values_have_an_interval_without_width(value: float, n: int) -> None:
    found = mean_interval([value] * n, np.arange(n) % 2 + 1)
    assert found.low == found.mean == found.high == pytest.approx(value)


@pytest.mark.parametrize("n", [15, 60, LARGE + 1])
def test_one_prompt_that_differs_is_borne(n: int) -> None:
    found = mean_interval([1.0] + [0.0] * (n - 1))
    assert found.low is not None and found.high is not None
    assert 0 <= found.low <= found.mean <= found.high <= 1


@pytest.mark.parametrize(
    ("values", "weights", "problem"),
    [
        ([0.1, float("nan")], None, "missing or infinite"),
        ([0.1, float("inf")], None, "missing or infinite"),
        ([0.1, 0.2], [1, 0], "positive"),
        ([0.1, 0.2], [1, float("nan")], "positive"),
        ([0.1, 0.2], [1], "one weight per prompt"),
        ([[0.1], [0.2]], None, "one value"),
    ],
)
def test_what_is_no_value_is_refused(values: list[float], weights: list[float] | None, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        mean_interval(values, weights)


@given(shares)
@settings(deadline=None, max_examples=30)
def test_the_interval_lies_among_the_values_and_ignores_their_order(values: list[float]) -> None:
    found = mean_interval(values)
    assert found == mean_interval(values[::-1])
    assert found.mean == pytest.approx(np.mean(values))
    if found.low is not None and found.high is not None:
        assert min(values) - 1e-12 <= found.low <= found.high <= max(values) + 1e-12


def test_the_interval_moves_and_stretches_with_the_values() -> None:
    values = _skewed(40)
    plain, moved = mean_interval(values), mean_interval(3 * values + 2)
    assert plain.low is not None and plain.high is not None
    assert (moved.low, moved.high) == pytest.approx((3 * plain.low + 2, 3 * plain.high + 2))


def test_the_interval_is_scipys() -> None:
    values = _skewed(60)
    # Of 60 values: Student's quantile with 59 degrees of freedom, 2.0010, times sqrt(60/59), is the normal one of 95.633 %.
    theirs = bootstrap(
        (values,), np.mean, method="BCa", confidence_level=0.95633, n_resamples=20_000, batch=2_000, rng=5
    ).confidence_interval
    found = mean_interval(values)
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.03 * (theirs.high - theirs.low))


def test_equal_weights_change_nothing() -> None:
    values = _skewed(40)
    assert mean_interval(values, np.full(40, 3)) == mean_interval(values)


def test_a_weighted_mean_counts_asks_and_still_draws_prompts() -> None:
    values, weights = _skewed(40), np.arange(1, 41) % 4 + 1
    found, unrolled = mean_interval(values, weights), mean_interval(np.repeat(values, weights))
    assert found.mean == pytest.approx(unrolled.mean)
    assert found.n == 40
    assert found.low is not None and found.high is not None and unrolled.low is not None and unrolled.high is not None
    # As if each ask were a prompt of its own, the interval would be too narrow: by the square root of 2.5 asks, about.
    assert found.high - found.low > 1.3 * (unrolled.high - unrolled.low)


@pytest.mark.parametrize("kind", ["skewed", "differences"])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_closed_form_is_the_drawn_interval(kind: str, weighted: bool) -> None:
    rng = np.random.default_rng(3)
    n = 2_000
    values = {"skewed": rng.beta(2, 5, n), "differences": rng.integers(-1, 2, n)}[kind]
    x, w = np.asarray(values, dtype=np.float64), rng.integers(1, 6, n).astype(np.float64) if weighted else np.ones(n)
    low, high = _scipys_ratio(x, w, draws=3_000)
    # 3,000 draws place an end to within 2 % of the width.
    assert closed_form(x, w) == pytest.approx((low, high), abs=0.05 * (high - low))
    above = mean_interval(x, w)
    assert (above.low, above.high) == pytest.approx(closed_form(x, w))


def test_the_closed_form_knows_the_bend_of_a_ratio() -> None:
    # The prompts that are asked most have the highest values: a draw with many of them has a larger divisor, too.
    rng = np.random.default_rng(5)
    weights = np.ceil(rng.pareto(3, 600)) + 0.0
    values = np.where(weights > 1, 0.8, 0.1) + rng.uniform(0, 0.1, 600)
    low, high = _scipys_ratio(values, weights, draws=40_000)
    assert closed_form(values, weights) == pytest.approx((low, high), abs=0.015 * (high - low))


def test_the_closed_form_leans_as_skewed_values_do() -> None:
    # Hall 1992: to second order each end is mean + s (z + g (2 z^2 + 1) / 6).
    x = np.random.default_rng(4).exponential(size=5_000)
    z, s, g = 1.959964, x.std() / np.sqrt(x.size), np.mean((x - x.mean()) ** 3) / x.std() ** 3 / np.sqrt(x.size)
    lean = g * (2 * z**2 + 1) / 6
    assert closed_form(x, np.ones(x.size)) == pytest.approx(
        (x.mean() + s * (lean - z), x.mean() + s * (lean + z)), abs=2e-3 * s
    )


@pytest.mark.parametrize("n", [15, 30, 50])
def test_nineteen_of_twenty_intervals_hold_the_truth(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """1,000 small histories: RBO of two lists of five, whose mean over all lists is known exactly."""
    monkeypatch.setattr(statistics, "RESAMPLES", 999)
    rbo, probability = _all_overlaps()
    truth = float(rbo @ probability)
    rng = np.random.default_rng(2024)
    histories = rng.choice(rbo, p=probability, size=(1_000, n))
    held = 0
    for history in histories:
        found = mean_interval(history)
        assert found.low is not None and found.high is not None
        held += found.low <= truth <= found.high
    assert 930 <= held <= 970


def test_nineteen_of_twenty_differences_hold_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for who is right, paired and prompts asked unequally often: a is right more often than b by 0.15."""
    monkeypatch.setattr(statistics, "RESAMPLES", 999)
    rng = np.random.default_rng(2025)
    held = 0
    for _ in range(1_000):
        outcome = rng.choice([1, 0, -1], p=[0.3, 0.55, 0.15], size=100)
        found = mean_interval(outcome, rng.integers(1, 4, 100))
        assert found.low is not None and found.high is not None
        held += found.low <= 0.15 <= found.high
    assert 930 <= held <= 970


# --- many at once


def test_many_columns_are_told_as_each_alone() -> None:
    rng = np.random.default_rng(11)
    columns = [rng.beta(2, 5, n) for n in (30, 14, 30, 30, LARGE + 1, 60)] + [np.ones(20), np.full(20, 0.5), np.zeros(0)]
    together = mean_intervals(columns)
    for column, found in zip(columns, together, strict=True):
        alone = mean_interval(column)
        assert found.n == alone.n
        assert [found.mean, found.low, found.high] == pytest.approx([alone.mean, alone.low, alone.high], nan_ok=True)
    sides = list(zip(columns, columns[::-1], strict=True))
    matching = [(a, b[: len(a)]) for a, b in sides if len(a) <= len(b)]
    for (a, b), found_pair in zip(matching, paired_differences(matching), strict=True):
        alone_pair = paired_difference(a, b)
        assert [found_pair.low, found_pair.p] == pytest.approx([alone_pair.low, alone_pair.p])


def test_of_a_hundred_contrasts_each_is_scipys() -> None:
    rng = np.random.default_rng(12)
    columns = [rng.beta(2, 5, 450) for _ in range(15)]
    found = paired_differences(list(combinations(columns, 2)))
    assert len(found) == 105
    low, high = _scipys_ratio(columns[0] - columns[1], np.ones(450), draws=9_999)
    assert (found[0].low, found[0].high) == pytest.approx((low, high), abs=0.05 * (high - low))


# --- prompts that count unequally


@pytest.mark.parametrize("heavy", [1.0, 50, 120, 200, 1_000, 50_000])
@pytest.mark.parametrize("n", [501, 2_000])
def test_one_prompt_asked_very_often_gives_no_interval_or_one_around_its_mean(n: int, heavy: float) -> None:
    weights = np.ones(n)
    weights[0] = heavy
    for seed in range(3):
        found = mean_interval(np.random.default_rng(seed).random(n), weights)
        worth = weights.sum() ** 2 / (weights @ weights)
        assert (found.low is None) == (worth < FEWEST_FOR_INTERVAL)
        if found.low is not None and found.high is not None:
            assert found.low <= found.mean <= found.high


@pytest.mark.parametrize(("n", "heaviest"), [(100, 0.05), (600, 0.009), (600, 0.02), (600, 0.1)])
def test_intervals_of_unequal_weights_hold_the_truth_roughly(n: int, heaviest: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one prompt carries a tenth of the weight 88 % hold it: of one prompt no scatter can be seen."""
    monkeypatch.setattr(statistics, "RESAMPLES", 499)
    monkeypatch.setattr(statistics, "RESAMPLES_OF_MANY", 499)
    weights = np.ones(n)
    weights[0] = heaviest * (n - 1) / (1 - heaviest)
    held = 0
    for seed in range(300):
        found = mean_interval(np.random.default_rng(seed).random(n) ** 3, weights)
        assert found.low is not None and found.high is not None
        held += found.low <= 0.25 <= found.high
    assert held >= (0.84 if heaviest >= 0.1 else 0.90) * 300


# --- right or wrong


@pytest.mark.parametrize(("right", "n"), [(0, 20), (20, 20), (19, 20), (300, 700)])
def test_a_share_has_wilsons_interval(right: int, n: int) -> None:
    theirs = binomtest(right, n).proportion_ci(method="wilson")
    found = mean_interval([1] * right + [0] * (n - right))
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert found.low is not None and found.high is not None
    assert found.low < found.high


def test_nineteen_of_twenty_shares_hold_the_truth() -> None:
    """Exactly: at n = 20 the coverage jumps with p, 0.925 at 0.95 and 0.957 at 0.9; over all p it is 0.95."""
    for p, least in ((0.95, 0.92), (0.9, 0.93)):
        assert least <= _wilson_coverage(p, 20) <= 0.97
    assert np.mean([_wilson_coverage(p, 20) for p in np.linspace(0.05, 0.95, 91)]) == pytest.approx(0.95, abs=0.01)


def test_a_share_of_prompts_that_count_unequally_has_a_width() -> None:
    found = mean_interval([1] * 30, [1, 3] * 15)
    assert found.low is not None
    assert (round(found.low, 3), found.high) == (round(wilson(1.0, 24.0)[0], 3), 1.0)  # (15 + 45)^2 / (15 + 135) = 24 prompts


def test_naming_the_results_does_not_import_scipy() -> None:
    program = (
        "import sys, pipelines.statistics, pipelines.diversity, pipelines.calibration, pipelines.log_odds\n"
        "sys.exit('scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def _wilson_coverage(p: float, n: int) -> float:
    ends = [wilson(right / n, n) for right in range(n + 1)]
    return sum(float(binom.pmf(right, n, p)) for right, (low, high) in enumerate(ends) if low <= p <= high)


def _skewed(n: int, seed: int = 1) -> NDArray[np.float64]:
    return np.random.default_rng(seed).beta(2, 5, n)


def _scipys_ratio(values: NDArray[np.float64], weights: NDArray[np.float64], draws: int) -> tuple[float, float]:
    def ratio(x: NDArray[np.float64], w: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
        total: NDArray[np.float64] = np.sum(x * w, axis=axis) / np.sum(w, axis=axis)
        return total

    found = bootstrap((values, weights), ratio, paired=True, method="BCa", n_resamples=draws, batch=500, rng=1)
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


@cache
def _all_overlaps() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """RBO of `abcde` with every list of five of eight words, and how probable the list is: words drawn one by one, 8 to 1."""
    weight = dict(zip("abcdefgh", range(8, 0, -1), strict=True))
    rbo, probability = [], []
    for words in permutations("abcdefgh", 5):
        chance, left = 1.0, sum(weight.values())
        for word in words:
            chance, left = chance * weight[word] / left, left - weight[word]
        rbo.append(rank_biased_overlap("abcde", words).extrapolated)
        probability.append(chance)
    return np.array(rbo), np.array(probability) / sum(probability)
