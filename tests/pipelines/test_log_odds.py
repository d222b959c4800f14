"""Words that mark a checkpoint: the figures by hand, symmetry, shrinkage, and what must not be an infinity."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.log_odds import LogOdds, log_odds

counts = st.lists(st.integers(0, 200), min_size=6, max_size=6)


def test_by_hand() -> None:
    # 8 of 10 against 2 of 10; the prior is half and half and counts as 10 predictions: 13 of 20 against 7 of 20.
    delta, z = log_odds([8, 2], [2, 8], prior_size=10)
    expected = math.log(13 / 7) - math.log(7 / 13)
    assert delta.tolist() == pytest.approx([expected, -expected])
    assert z.tolist() == pytest.approx([expected / math.sqrt(1 / 13 + 1 / 7), -expected / math.sqrt(1 / 13 + 1 / 7)])


def test_by_hand_with_a_prior_of_its_own() -> None:
    # The prior 6 : 3 : 1, scaled to 5, is 3, 1.5, 0.5.
    found = log_odds([4, 0, 1], [1, 3, 1], prior=[60, 30, 10], prior_size=5)
    omega_a, omega_b = 7 / (10 - 7), 4 / (10 - 4)
    assert found.delta[0] == pytest.approx(math.log(omega_a / omega_b))
    assert found.z[1] == pytest.approx((math.log(1.5 / 8.5) - math.log(4.5 / 5.5)) / math.sqrt(1 / 1.5 + 1 / 4.5))


def test_frequent_evidence_outranks_a_rare_word() -> None:
    # Said once by one side only: the raw log-odds ratio is infinite, z is small.
    _, z = log_odds([1, 80, 400], [0, 20, 480])
    assert z[1] > 1.96 > z[0] > 0


def test_a_larger_prior_pulls_towards_no_difference() -> None:
    sizes = [abs(log_odds([8, 2], [2, 8], prior_size=size).delta[0]) for size in (1, 10, 100, 1_000)]
    assert sizes == sorted(sizes, reverse=True)


@given(counts, counts)
def test_the_other_way_round_has_the_other_sign(a: list[int], b: list[int]) -> None:
    one, other = log_odds(a, b), log_odds(b, a)
    assert np.isfinite(one.delta).all() and np.isfinite(one.z).all()
    assert one.delta.tolist() == pytest.approx((-other.delta).tolist())
    assert one.z.tolist() == pytest.approx((-other.z).tolist())


@given(counts)
def test_the_same_counts_mark_nothing(a: list[int]) -> None:
    found = log_odds(a, a)
    assert not found.delta.any() and not found.z.any()


@given(counts, counts, st.permutations(range(6)))
def test_the_order_of_words_does_not_matter(a: list[int], b: list[int], order: list[int]) -> None:
    plain, moved = log_odds(a, b), log_odds(np.array(a)[order], np.array(b)[order])
    assert moved.z.tolist() == pytest.approx(plain.z[order].tolist(), abs=1e-9)


@pytest.mark.parametrize(("a", "b"), [([], []), ([0, 0], [0, 0]), ([5], [7]), ([5, 0], [7, 0])])
def test_nothing_to_tell_apart(a: list[int], b: list[int]) -> None:
    found = log_odds(a, b)
    assert isinstance(found, LogOdds)
    assert found.delta.tolist() == found.z.tolist() == [0.0] * len(a)


def test_one_side_without_predictions_is_the_prior() -> None:
    found = log_odds([3, 1], [0, 0], prior=[3, 1], prior_size=4)
    assert found.delta.tolist() == pytest.approx([0.0, 0.0])


def test_a_word_that_the_prior_does_not_know_and_one_side_never_says_marks_nobody() -> None:
    found = log_odds([3, 2, 1], [0, 2, 1], prior=[0, 1, 1])
    assert found.delta[0] == found.z[0] == 0


@pytest.mark.parametrize(
    ("a", "b", "prior", "size"),
    [
        ([1, 2], [1], None, 10.0),
        ([1], [1], [1, 2], 10.0),
        ([[1]], [[1]], None, 10.0),
        ([-1, 2], [1, 2], None, 10.0),
        ([float("nan"), 2], [1, 2], None, 10.0),
        ([1, 2], [1, 2], [1, -1], 10.0),
        ([1, 2], [1, 2], None, 0.0),
        ([1, 2], [1, 2], None, float("nan")),
    ],
)
def test_what_is_no_count_is_refused(a: list[float], b: list[float], prior: list[float] | None, size: float) -> None:
    with pytest.raises(ValueError, match=r"count|prior"):
        log_odds(a, b, prior, size)
