"""The difference of two checkpoints over the prompts of both: its interval, its test, and what few prompts leave open."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, multinomial

from pipelines.bootstrap import tango, wilson
from pipelines.significance import sign_flip
from pipelines.statistics import mean_interval, paired_difference
from pipelines.verdicts import verdict


def test_a_difference_has_the_interval_of_its_values() -> None:
    a, b = (np.random.default_rng(seed).beta(2, 5, 40) for seed in (1, 2))
    found, values = paired_difference(a, b), mean_interval(a - b)
    assert (found.mean, found.low, found.high, found.n) == (values.mean, values.low, values.high, 40)
    assert found.test == "sign-flip permutation"
    assert found.p == sign_flip(a - b)


def test_right_or_wrong_is_tested_by_mcnemar() -> None:
    a, b = np.array([1] * 12 + [0] * 8), np.array([1] * 3 + [0] * 15 + [1] * 2)
    found = paired_difference(a, b, binary=True)
    assert found.test == "exact McNemar"
    assert found.p == pytest.approx(binomtest(9, 11).pvalue)
    assert paired_difference(a, b, weights=[2] * 20, binary=True) == found
    assert paired_difference(a, b, weights=[1, 2] * 10, binary=True).test == "sign-flip permutation"


@pytest.mark.parametrize("binary", [False, True])
def test_few_prompts_give_a_difference_without_p(binary: bool) -> None:
    found = paired_difference([1] * 14, [0] * 14, binary=binary)
    assert (found.mean, found.low, found.high, found.n, found.p) == (1.0, None, None, 14, None)
    assert np.isnan(paired_difference([], [], binary=binary).mean)


def test_no_difference_at_all() -> None:
    found = paired_difference([1, 0] * 10, [1, 0] * 10)
    assert (found.mean, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_right_or_wrong_that_never_differs_is_not_certain_to_be_equal() -> None:
    # Tango: the ends are z^2 / (n + z^2).
    reach = 1.959964**2 / (20 + 1.959964**2)
    found = paired_difference([1, 0] * 10, [1, 0] * 10, binary=True)
    assert [found.mean, found.low, found.high, found.p] == pytest.approx([0.0, -reach, reach, 1.0], abs=1e-6)
    assert "no evidence of a difference" in verdict(found, "of acc@1", "BERT", "ALBERT")
    always = paired_difference([1] * 20, [0] * 20, binary=True)
    # 20 of 20 one way: Wilson's interval of 20 of 20, moved to -1 .. 1.
    assert always.low == pytest.approx(2 * wilson(1.0, 20)[0] - 1)
    assert always.mean == always.high == 1.0
    # So with prompts that count unequally.
    for a, b in (([1] * 20, [0] * 20), ([1] * 20, [1] * 20)):
        weighted = paired_difference(a, b, [1, 2] * 10, binary=True)
        assert weighted.low is not None and weighted.high is not None
        assert weighted.high - weighted.low > 0.1


@pytest.mark.parametrize(("only_a", "only_b"), [(0.05, 0.05), (0.2, 0.05), (0.0, 0.1)])
@pytest.mark.parametrize("n", [20, 60])
def test_nineteen_of_twenty_paired_shares_hold_the_truth(only_a: float, only_b: float, n: int) -> None:
    """Exactly, over every table: score intervals, also where prompts rarely differ."""
    held = 0.0
    for a in range(n + 1):
        for b in range(n + 1 - a):
            low, high = tango(a, b, n)
            if low <= only_a - only_b <= high:
                held += float(multinomial.pmf([a, b, n - a - b], n, [only_a, only_b, 1 - only_a - only_b]))
    assert 0.93 <= held <= 1


@pytest.mark.parametrize(("only_a", "only_b", "n"), [(9, 2, 40), (9, 1, 40), (14, 6, 200), (15, 5, 200)])
def test_the_interval_of_paired_shares_agrees_with_mcnemar(only_a: int, only_b: int, n: int) -> None:
    low, high = tango(only_a, only_b, n)
    assert (low > 0) == ((only_a - only_b) ** 2 / (only_a + only_b) > 1.959964**2)
    assert tango(only_b, only_a, n) == pytest.approx((-high, -low), abs=1e-9)


def test_the_sides_must_match() -> None:
    with pytest.raises(ValueError, match="same prompts"):
        paired_difference([1, 0], [1])
    with pytest.raises(ValueError, match="1 or 0"):
        paired_difference([0.5], [1], binary=True)
