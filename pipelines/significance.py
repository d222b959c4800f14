"""How probable so large a paired difference is where there is none, without assumptions on the values; and Holm for many."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 9_999
"""Random sign patterns."""

EXACT_UP_TO = 13
"""Up to so many differences that are not zero all 2^13 = 8,192 sign patterns are fewer than the random ones, and exact."""

NORMAL_FROM = 2_000
"""From so many differences that are not zero, none of them dominant, the sign-flip sum is normal to within 0.001 of p."""

_CHUNK = 1_000_000  # signs held at a time: 8 MB as float64
_EXACT_NOISE = 1e-12  # two orders of the same sum differ by this share; such sums count as equal


def mcnemar(only_a: int, only_b: int) -> float:
    """Exact two-sided p of McNemar's test from the prompts that only `a` and only `b` got right; 1 where there are none."""
    from scipy.stats import binomtest

    return float(binomtest(only_a, only_a + only_b, 0.5).pvalue) if only_a + only_b else 1.0


def sign_flip(differences: NDArray[np.float64], seed: int = 0) -> float:
    """Two-sided p of the sign-flip permutation test: how often a sum of `differences`, each with either sign, is as far from 0.

    Up to `EXACT_UP_TO` differences that are not zero: all sign patterns. Otherwise 9,999 random ones, and p counts the
    observed pattern among them, so it is never 0 (Phipson and Smyth 2010). From `NORMAL_FROM` on: the sum of independent
    signs times d has mean 0 and variance sum d^2, and is normal in the limit where no d dominates (Lehmann and Romano 2005,
    chapter 15); one that carries over 1 % of the variance sends the test back to random signs.
    """
    return sign_flips([differences], seed)[0]


def sign_flips(columns: Sequence[NDArray[np.float64]], seed: int = 0) -> list[float]:
    """`sign_flip` of each of many columns, of any lengths; those with equally many differences share their random signs."""
    found: list[float | None] = []
    lengths: defaultdict[int, list[int]] = defaultdict(list)
    scaled = []
    for number, differences in enumerate(columns):
        d = differences[differences != 0]
        largest = float(np.abs(d).max()) if d.size else 1.0
        # Only the sizes matter; scaled, since squares of tiny differences vanish.
        total, d = abs(float((d / largest).sum())), np.sort(np.abs(d) / largest)
        scaled.append((d, total))
        found.append(_without_drawing(d, total))
        if found[number] is None:
            lengths[columns[number].size].append(number)
    for length, numbers in lengths.items():
        sizes = np.zeros((length, len(numbers)))  # what is no difference has either sign, and adds nothing
        for place, number in enumerate(numbers):
            sizes[: scaled[number][0].size, place] = scaled[number][0]
        p = _drawn(sizes, np.array([scaled[number][1] for number in numbers]), seed)
        for number, each in zip(numbers, p.tolist(), strict=True):
            found[number] = each
    return [each for each in found if each is not None]


def _without_drawing(d: NDArray[np.float64], total: float) -> float | None:
    if d.size == 0:
        return 1.0
    if d.size <= EXACT_UP_TO:
        patterns = (np.arange(2**d.size)[:, None] >> np.arange(d.size)) & 1
        return float(np.mean(np.abs(2 * (patterns @ d) - d.sum()) >= total - _EXACT_NOISE * float(d.sum())))
    variance = float(d @ d)
    if d.size >= NORMAL_FROM and variance >= 100:  # the largest d is 1 by now
        return math.erfc(total / math.sqrt(2 * variance))
    return None


def _drawn(sizes: NDArray[np.float64], totals: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """`sizes` has shape (differences, columns), `totals` and the result (columns,)."""
    rng = np.random.default_rng(seed)
    sums = sizes.sum(axis=0)
    observed = totals - _EXACT_NOISE * sums
    as_far = np.zeros(len(totals))
    rows = max(1, _CHUNK // len(sizes))
    for start in range(0, RESAMPLES, rows):
        count = min(rows, RESAMPLES - start)
        bits = np.frombuffer(rng.bytes((count * len(sizes) + 7) // 8), dtype=np.uint8)
        signs = np.unpackbits(bits, count=count * len(sizes)).reshape(count, len(sizes)).astype(np.float64)
        as_far += (np.abs(2 * (signs @ sizes) - sums) >= observed).sum(axis=0)
    p: NDArray[np.float64] = (1 + as_far) / (1 + RESAMPLES)
    return p


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Each p corrected for how many were looked at, by Holm's step-down method (Holm 1979), in the order given.

    A None stays None and does not count.

    >>> holm([0.01, None, 0.04])
    [0.02, None, 0.04]
    """
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, place) in enumerate(known):
        highest = max(highest, min(1.0, (len(known) - rank) * p))
        corrected[place] = highest
    return corrected
