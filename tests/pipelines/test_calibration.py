"""Reliability and the debiased calibration error: by hand, against a simulation of its definition, and its bias."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipelines.calibration import Bin, expected_calibration_error, reliability

answers = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


def test_two_bins_by_hand() -> None:
    found = reliability([0.75, 0.125, 0.25, 0.5], [1, 0, 1, 1], bins=2)
    assert found == (
        Bin(low=0.125, high=0.25, confidence=0.1875, right=0.5, n=2),
        Bin(low=0.5, high=0.75, confidence=0.625, right=1.0, n=2),
    )


def test_equal_confidences_stay_together() -> None:
    found = reliability([0.5] * 7 + [0.9] * 3, [1, 0] * 5, bins=10)
    assert [(each.low, each.high, each.n) for each in found] == [(0.5, 0.5, 7), (0.9, 0.9, 3)]


@given(answers, st.integers(1, 12))
def test_every_prompt_is_in_one_bin_whatever_the_order(rows: list[tuple[float, bool]], bins: int) -> None:
    sure, right = [row[0] for row in rows], [row[1] for row in rows]
    found = reliability(sure, right, bins)
    assert len(found) <= bins
    assert sum(each.n for each in found) == len(rows)
    assert sum(each.n * each.right for each in found) == pytest.approx(sum(right))
    assert all(before.high < after.low for before, after in pairwise(found))
    assert all(each.low <= each.confidence + 1e-12 and each.confidence <= each.high + 1e-12 for each in found)
    turned = reliability(sure[::-1], right[::-1], bins)
    assert [each.n for each in turned] == [each.n for each in found]
    assert [each.right for each in turned] == pytest.approx([each.right for each in found])
    assert 0 <= expected_calibration_error(sure, right, bins) <= 1


@given(st.lists(st.floats(0, 1), min_size=20, max_size=60, unique=True))
def test_without_ties_the_bins_are_equal(sure: list[float]) -> None:
    sizes = [each.n for each in reliability(sure, [True] * len(sure))]
    assert len(sizes) == 10
    assert max(sizes) - min(sizes) <= 1


def test_nothing_to_calibrate() -> None:
    assert reliability([], []) == ()
    assert np.isnan(expected_calibration_error([], []))


def test_certain_and_always_right_or_always_wrong() -> None:
    assert expected_calibration_error([1.0] * 20, [1] * 20) == 0
    assert expected_calibration_error([1.0] * 20, [0] * 20) == 1


def test_the_error_by_hand() -> None:
    # 100 prompts at 0.7, half of them right: the gap 0.2 is four standard deviations (0.05), so almost nothing comes off.
    assert expected_calibration_error([0.7] * 100, [1, 0] * 50) == pytest.approx(0.2, abs=1e-6)
    # At 0.5 there is no gap, and the scatter alone would be more than that: not under 0.
    assert expected_calibration_error([0.5] * 100, [1, 0] * 50) == 0


def test_the_error_is_that_of_its_definition_by_simulation() -> None:
    sure, right = _answers(300, over=0.1, seed=1)
    found = reliability(sure, right)
    share = np.array([each.n for each in found]) / 300
    hit, said = np.array([each.right for each in found]), np.array([each.confidence for each in found])
    spread = np.sqrt(hit * (1 - hit) / (share * 300))
    plain = float(share @ np.abs(hit - said))
    again = np.abs(np.random.default_rng(2).normal(hit, spread, (200_000, len(found))) - said) @ share
    assert expected_calibration_error(sure, right) == pytest.approx(plain - (again.mean() - plain), abs=2e-4)


@pytest.mark.parametrize("over", [0.0, 0.15])
def test_the_error_is_nearer_to_the_truth_than_the_plain_one(over: float) -> None:
    plain, debiased = [], []
    for seed in range(200):
        sure, right = _answers(150, over, seed)
        plain.append(sum(each.n * abs(each.right - each.confidence) for each in reliability(sure, right)) / 150)
        debiased.append(expected_calibration_error(sure, right))
    # Where there is no error at all the estimate takes off two fifths of the scatter, not all of it.
    assert abs(np.mean(debiased) - over) < 0.65 * abs(np.mean(plain) - over)


@pytest.mark.parametrize(
    ("sure", "right", "bins"),
    [
        ([1.1], [1], 10),
        ([-0.1], [1], 10),
        ([float("nan")], [1], 10),
        ([0.5], [0.5], 10),
        ([0.5], [float("nan")], 10),
        ([0.5], [1, 0], 10),
        ([0.5], [1], 0),
    ],
)
def test_what_is_no_probability_is_refused(sure: list[float], right: list[float], bins: int) -> None:
    with pytest.raises(ValueError, match=r"confidence|right or wrong|bin"):
        reliability(sure, right, bins)


def _answers(n: int, over: float, seed: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Confidences from 0.3 to 0.9 that are too high by `over`."""
    rng = np.random.default_rng(seed)
    sure = rng.uniform(0.3, 0.9, n)
    return sure, rng.random(n) < sure - over
