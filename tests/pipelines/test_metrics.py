"""Metrics of two lists and two distributions: golden values, bounds, symmetry, and an independent implementation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.distance import jensenshannon

from pipelines.metrics import average_overlap, jaccard, jensen_shannon_divergence, overlap, rank_biased_overlap

GOLDEN = [
    ("identical", "abcde", "abcde", 1.0, 1.0, 1.0),
    ("reversed", "abcde", "edcba", 0.7378, 0.4167, 1.0),
    ("one swap", "abcde", "abdce", 0.9730, 0.9333, 1.0),
    ("disjoint", "abcde", "vwxyz", 0.0, 0.0, 0.0),
]
lists = st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=10, unique=True)
# scipy divides by half of the smallest number there is, so such numbers have a test of their own.
shares = st.lists(st.just(0.0) | st.floats(1e-12, 1), min_size=6, max_size=6).filter(lambda values: sum(values) > 0.01)


@pytest.mark.parametrize(("a", "b", "rbo", "average", "shared"), [row[1:] for row in GOLDEN], ids=[row[0] for row in GOLDEN])
def test_golden_values(a: str, b: str, rbo: float, average: float, shared: float) -> None:
    assert rank_biased_overlap(a, b).extrapolated == pytest.approx(rbo, abs=5e-5)
    assert average_overlap(a, b) == pytest.approx(average, abs=5e-5)
    assert overlap(a, b) == jaccard(a, b) == shared


def test_the_minimum_of_rank_biased_overlap() -> None:
    assert rank_biased_overlap("abcde", "edcba").minimum == pytest.approx(0.4098, abs=5e-5)
    assert rank_biased_overlap("abcde", "abdce").minimum == pytest.approx(0.6450, abs=5e-5)


def test_the_first_ten_ranks_carry_most_of_the_weight() -> None:
    # Identical lists of depth 10: what is certain is the weight of those ranks (Webber et al. 2010, equation 21).
    assert rank_biased_overlap("abcdefghij", "abcdefghij").minimum == pytest.approx(0.8556, abs=5e-5)


def test_two_pieces_for_one_word_count_once() -> None:
    assert overlap(["*", "*", "a"], ["*", "a"]) == 1.0


def test_empty_lists_agree_on_nothing() -> None:
    assert overlap([], ["a"]) == jaccard([], []) == average_overlap([], []) == 0.0
    assert rank_biased_overlap([], ["a"]).extrapolated == 0.0


@pytest.mark.parametrize("p", [0.0, 1.0, -0.5, float("nan")])
def test_a_persistence_outside_its_range_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        rank_biased_overlap("ab", "ab", p)


@given(lists, lists)
def test_lists_bounds_symmetry_identity(a: list[str], b: list[str]) -> None:
    for metric in (overlap, jaccard, average_overlap):
        assert 0 <= metric(a, b) <= 1
        assert metric(a, b) == metric(b, a)
        assert metric(a, a) == pytest.approx(1.0)
    both = rank_biased_overlap(a, b)
    assert 0 <= both.minimum <= both.extrapolated + 1e-12 <= 1 + 2e-12
    assert both.extrapolated == pytest.approx(rank_biased_overlap(b, a).extrapolated)
    assert rank_biased_overlap(a, a).extrapolated == pytest.approx(1.0)


@given(lists, lists)
def test_lists_do_not_depend_on_the_names_of_words(a: list[str], b: list[str]) -> None:
    other_a, other_b = ([f"word-{word}" for word in each] for each in (a, b))
    assert rank_biased_overlap(other_a, other_b) == rank_biased_overlap(a, b)
    assert jaccard(other_a, other_b) == jaccard(a, b)


@given(shares, shares)
def test_divergence_is_the_square_of_scipys_distance_in_bits(a: list[float], b: list[float]) -> None:
    p, q = _normalised(a), _normalised(b)
    ours = float(jensen_shannon_divergence(p, q))
    assert ours == pytest.approx(float(jensenshannon(p, q, base=2)) ** 2, abs=1e-9)
    assert 0 <= ours <= 1
    assert ours == pytest.approx(float(jensen_shannon_divergence(q, p)), abs=1e-12)


def test_divergence_bears_the_smallest_number_there_is() -> None:
    p, q = np.array([1.0, 5e-324]), np.array([1.0, 0.0])
    assert float(jensen_shannon_divergence(p, q)) == 0.0


def test_divergence_along_the_last_axis() -> None:
    p = np.array([[1.0, 0.0], [0.5, 0.5]])
    q = np.array([[0.0, 1.0], [0.5, 0.5]])
    assert jensen_shannon_divergence(p, q).tolist() == [1.0, 0.0]


def _normalised(values: list[float]) -> NDArray[np.float64]:
    array: NDArray[np.float64] = np.array(values) / np.sum(values)
    return array
