"""The tests of a paired difference, and Holm: by hand, against every pattern, against scipy, and how often they cry wolf."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import permutation_test

from pipelines import significance
from pipelines.significance import holm, mcnemar, sign_flip

p_values = st.lists(st.none() | st.floats(0, 1), max_size=12)


def test_mcnemar_by_hand() -> None:
    # 9 against 2: twice (1 + 11 + 55) / 2^11.
    assert mcnemar(9, 2) == mcnemar(2, 9) == pytest.approx(2 * 67 / 2048)
    assert mcnemar(0, 0) == 1.0


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=12))
@settings(deadline=None)
def test_few_differences_are_tested_exactly(values: list[int]) -> None:
    d = np.array(values, dtype=np.float64)
    signs = 1 - 2 * ((np.arange(2**d.size)[:, None] >> np.arange(d.size)) & 1)
    assert sign_flip(d) == pytest.approx(np.mean(np.abs(signs @ d) >= abs(d.sum())))
    assert sign_flip(d) == sign_flip(-d) == sign_flip(d[::-1])


@pytest.mark.parametrize("n", [11, 60])
def test_the_sign_flip_test_is_scipys(n: int) -> None:
    d = np.random.default_rng(6).normal(0.25, 1, n)
    theirs = permutation_test((d,), np.sum, permutation_type="samples", n_resamples=20_000, batch=2_000, rng=1).pvalue
    assert sign_flip(d) == pytest.approx(theirs, abs=1e-9 if n == 11 else 0.015)


@pytest.mark.parametrize("shift", [0.0, 0.02, 0.04])
def test_many_differences_are_tested_by_the_normal_limit(shift: float, monkeypatch: pytest.MonkeyPatch) -> None:
    d = np.random.default_rng(8).beta(2, 5, 2_500) - 2 / 7 + shift / 10
    normal = sign_flip(d)
    monkeypatch.setattr(significance, "NORMAL_FROM", 10**9)
    assert sign_flip(d) == pytest.approx(normal, abs=0.015)


def test_one_dominant_difference_is_not_tested_by_the_normal_limit() -> None:
    # Where the others cancel out, the sum is as far from 0 in one half of all patterns; a normal sum would be in 32 %.
    assert sign_flip(np.array([1e6] + [1.0, -1.0] * 1_500)) == pytest.approx(0.5, abs=0.02)


def test_tiny_differences_are_differences() -> None:
    assert sign_flip(np.full(3_000, 1e-200)) < 1e-9
    assert sign_flip(np.full(40, 1e-300)) == 1 / 10_000


def test_p_is_below_five_percent_in_one_of_twenty_histories_without_a_difference() -> None:
    rng = np.random.default_rng(9)
    p = np.array([sign_flip(rng.normal(0, 1, 20), seed) for seed in range(1_000)])
    assert 0.03 <= np.mean(p <= 0.05) <= 0.07


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, None, 0.9]) == [1.0, None, 1.0]
    assert holm([None]) == [None]
    assert holm([]) == []


@given(p_values)
def test_holm_is_between_p_and_bonferroni(values: list[float | None]) -> None:
    known = [p for p in values if p is not None]
    corrected = holm(values)
    assert [p is None for p in corrected] == [p is None for p in values]
    for p, after in zip(values, corrected, strict=True):
        if p is not None and after is not None:
            assert p <= after <= min(1.0, len(known) * p)
    assert holm(values[::-1]) == corrected[::-1]
