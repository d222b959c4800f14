"""How varied the words of a checkpoint are: Hill numbers, and what they would be with fewer predictions.

Words that are said once or twice make every count of words grow with the number of predictions, so checkpoints are compared
at one size. Everything here takes counts, one per word, in any order; words with the count 0 change nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

_NORMAL_95 = 1.959963984540054
_NEGLIGIBLE = -34.0  # ln of 1.7e-15: a word that is missed with less probability is always seen


@dataclass(frozen=True, slots=True)
class Band:
    """What a draw of some of the predictions would give: its expectation and about 95 of 100 draws."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Uniqueness:
    """How much of what one checkpoint says no other one says."""

    words: int
    """Words that only this checkpoint says."""
    of_words: float
    """Their share of the words it says; 0 where it says none."""
    of_predictions: float
    """Their share of its predictions; 0 where it has none."""


def hill_number(counts: ArrayLike, q: float) -> float:
    """The effective number of words of order `q` (Hill 1973): (sum of p^q)^(1/(1-q)), p the share of each word.

    q = 0 counts the words; q = 1, the limit, is e to the entropy; q = 2 is 1 over the sum of p^2; infinity is 1 over
    the largest p. From 1 (one word) to the number of words (all equally often); 0 without predictions.

    >>> hill_number([4, 2, 2], 2)
    2.6666666666666665

    Raises ValueError for a count that is negative or not a whole number, and for a negative `q`.
    """
    numbers = _checked(counts)
    if not q >= 0:
        raise ValueError(f"the order of a Hill number is not negative; {q} was given")
    if numbers.size == 0:
        return 0.0
    if q == 0:
        return float(numbers.size)
    shares = numbers / numbers.sum()
    if q == 1:
        return float(np.exp(-np.sum(shares * np.log(shares))))
    largest = float(shares.max())
    if math.isinf(q):
        return 1 / largest
    # In units of the largest share, so that a high order does not underflow.
    return float(np.exp((q * math.log(largest) + math.log(float(np.sum((shares / largest) ** q)))) / (1 - q)))


def hill_profile(counts: ArrayLike, orders: Sequence[float]) -> NDArray[np.float64]:
    """The Hill number of each order, shape (orders,): flat where all words are said equally often, steep where few rule."""
    return np.array([hill_number(counts, q) for q in orders], dtype=np.float64)


def good_turing_coverage(counts: ArrayLike) -> float:
    """How probable it is that the next prediction is a word already seen, 0 to 1: 1 - f1/N (Good 1953, after Turing).

    f1 is how many words were said exactly once, N the number of predictions; 0 without predictions.
    """
    numbers = _checked(counts)
    return 1 - np.count_nonzero(numbers == 1) / int(numbers.sum()) if numbers.size else 0.0


def uniqueness(counts: ArrayLike, others: ArrayLike) -> Uniqueness:
    """What of one checkpoint's words no other says.

    `counts` are its own and `others` those of all others together, both of shape (words,), for the same words. Raises
    ValueError where the shapes differ.
    """
    own, rest = np.asarray(counts), np.asarray(others)
    said, elsewhere = int(_checked(own).sum()), _checked(rest, keep_zeros=True)
    if own.shape != rest.shape:
        raise ValueError(f"one count per word on both sides, not shapes {own.shape} and {rest.shape}")
    only = own[(own > 0) & (elsewhere == 0)]
    words = int(np.count_nonzero(own))
    return Uniqueness(only.size, only.size / words if words else 0.0, float(only.sum()) / said if said else 0.0)


def rarefied(counts: ArrayLike, size: int, q: int = 0) -> Band:
    """The Hill number of order `q` (0, 1 or 2) in `size` predictions drawn from these without replacement, and its 95 % band.

    q = 0: the expected number of words (Hurlbert 1971) with its exact variance (Heck, van Belle, Simberloff 1975).
    q = 1, 2: the estimators of Chao et al. 2014 (Ecological Monographs 84(1)): f_k, the expected number of words said k times
    in the draw, put into the definition, which is e to the expected entropy and 1 over the expected sum of squares; the band
    is that of the entropy and of the sum of squares, transformed. Their variances: Holst 1979, and exact. The band is
    conditional on these predictions: it has no width at `size` = all of them, and takes each prediction as drawn alone.

    Raises ValueError for a `size` beyond the number of predictions (nothing is extrapolated) or another order.
    """
    numbers = np.sort(_checked(counts))
    total = int(numbers.sum())
    if not 0 <= size <= total:
        raise ValueError(f"a draw from {total} predictions has 0 to {total} of them, not {size}")
    if q not in (0, 1, 2):
        raise ValueError(f"rarefied orders are 0, 1 and 2, not {q}")
    if size in (0, 1, total):
        value = hill_number(numbers, q) if size == total else float(size)
        return Band(value, value, value)
    mean, variance = (_words, _entropy, _squares)[q](numbers, total, size)
    half = _NORMAL_95 * math.sqrt(max(variance, 0.0))
    most = float(min(size, numbers.size))
    ends = [mean, mean - half, mean + half]
    if q == 1:
        ends = [math.exp(end) for end in ends]
    elif q == 2:
        ends = [1 / max(end, 1 / most) for end in (mean, mean + half, mean - half)]
    return Band(*(min(max(float(end), 1.0), most) for end in ends))


def rarefaction_curve(counts: ArrayLike, sizes: Sequence[int], q: int = 0) -> tuple[Band, ...]:
    """`rarefied` at each of the sizes."""
    return tuple(rarefied(counts, size, q) for size in sizes)


def _words(numbers: NDArray[np.int64], total: int, size: int) -> tuple[float, float]:
    """Mean and variance of the number of words. A word said c times is missed with pi(c) = C(N-c, m) / C(N, m), and two words
    said c and d times are both missed with pi(c + d): one table serves both.
    """
    said, words = np.unique(numbers, return_counts=True)
    table = _missed(total, size, 2 * int(said[-1]))
    near = said < table.size  # more often said than that: never missed
    said, words = said[near], words[near].astype(np.float64)
    missed = table[said]
    double = _look_up(table, 2 * said)
    expected = numbers.size - float(words @ missed)
    together = _look_up(table, said[:, None] + said[None, :]) - missed[:, None] * missed[None, :]
    return expected, float(words @ (missed - double) + words @ together @ words)


def _missed(total: int, size: int, most: int) -> NDArray[np.float64]:
    """pi(0), pi(1), ... up to `most`, as long as it is not negligible: the product over t < c of (N - t - m) / (N - t)."""
    reach = min(most, total - size, math.ceil(-_NEGLIGIBLE * total / size))
    steps = np.log1p(-size / (total - np.arange(reach, dtype=np.float64)))
    table: NDArray[np.float64] = np.exp(np.concatenate([[0.0], np.cumsum(steps)]))
    return table


def _look_up(table: NDArray[np.float64], places: NDArray[np.int64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.where(places < table.size, table[np.minimum(places, table.size - 1)], 0.0)
    return found


def _entropy(numbers: NDArray[np.int64], total: int, size: int) -> tuple[float, float]:
    """Mean and variance of the entropy of a draw: -sum over the words of g(k), g(k) = k/m ln(k/m).

    k is hypergeometric. Together the k are independent binomials whose sum happens to be m, so the variance is about
    sum var(g) - (sum cov(g, k))^2 / sum var(k) over those (Holst 1979, Annals of Probability 7(3)).
    """
    mean, spread, shared, places = 0.0, 0.0, 0.0, 0.0
    for count, words in zip(*np.unique(numbers, return_counts=True), strict=True):
        k, drawn, free = _draws_of(int(count), total, size)
        shares = k / size
        g = shares * np.log(np.where(k > 0, shares, 1.0))
        off_g, off_k = g - free @ g, k - free @ k
        mean -= words * float(drawn @ g)
        spread += words * float(free @ off_g**2)
        shared += words * float(free @ (off_g * off_k))
        places += words * float(free @ off_k**2)
    return mean, spread - shared**2 / places


def _draws_of(count: int, total: int, size: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """How often a draw has a word said `count` times: k, its hypergeometric and its binomial probabilities."""
    from scipy.special import gammaln

    mean = size * count / total
    reach = 10 * math.sqrt(mean) + 20  # beyond: less than 1e-15
    k = np.arange(max(0, math.floor(mean - reach)), min(size, count, math.ceil(mean + reach)) + 1, dtype=np.float64)
    ways = -gammaln(k + 1) - gammaln(count - k + 1)
    others = -gammaln(size - k + 1) - gammaln(total - count - size + k + 1)  # minus infinity where they cannot fill the draw
    return k, _shares(ways + others), _shares(ways + k * math.log(size / (total - size)))


def _shares(logarithms: NDArray[np.float64]) -> NDArray[np.float64]:
    weights = np.exp(logarithms - logarithms.max())
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def _squares(numbers: NDArray[np.int64], total: int, size: int) -> tuple[float, float]:
    """Mean and variance of sum (k/m)^2, exact, from factorial moments: the mean of k (k-1) .. (k-r+1) is c (c-1) .. (c-r+1)
    times m (m-1) .. / (N (N-1) ..), and likewise for a product over two words.
    """
    n = numbers.astype(np.float64)
    two, three = float(np.sum(n * (n - 1))), float(np.sum(n * (n - 1) * (n - 2)))
    share = [_falling(size, r) / _falling(total, r) if total >= r else 0.0 for r in range(5)]
    pairs = share[2] * two
    of_squares = share[4] * (two**2 - 4 * three - 2 * two) + 4 * share[3] * three + 2 * pairs
    return (pairs + size) / size**2, (of_squares - pairs**2) / size**4


def _falling(number: int, factors: int) -> float:
    return float(math.prod(number - i for i in range(factors)))


def _checked(counts: ArrayLike, keep_zeros: bool = False) -> NDArray[np.int64]:
    numbers = np.asarray(counts, dtype=np.float64)
    if numbers.ndim != 1:
        raise ValueError(f"one count per word, not shape {numbers.shape}")
    if not (np.isfinite(numbers).all() and (numbers >= 0).all() and (numbers == np.floor(numbers)).all()):
        raise ValueError("a count is a whole number that is not negative")
    whole = numbers.astype(np.int64)
    return whole if keep_zeros else whole[whole > 0]
