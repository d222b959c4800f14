"""How probable so large a paired difference is where there is none: two tests without assumptions on the values."""

from __future__ import annotations

import math

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
    d = differences[differences != 0]
    if d.size == 0:
        return 1.0
    total = abs(float(d.sum() / np.abs(d).max()))
    d = np.sort(np.abs(d) / np.abs(d).max())  # only the sizes matter; scaled, since squares of tiny differences vanish
    observed = total - _EXACT_NOISE * float(d.sum())
    if d.size <= EXACT_UP_TO:
        patterns = (np.arange(2**d.size)[:, None] >> np.arange(d.size)) & 1
        return float(np.mean(np.abs(2 * (patterns @ d) - d.sum()) >= observed))
    variance = float(d @ d)
    if d.size >= NORMAL_FROM and variance >= 100:  # the largest d is 1 by now
        return math.erfc(total / math.sqrt(2 * variance))
    rng = np.random.default_rng(seed)
    as_far = 0
    rows = max(1, _CHUNK // d.size)
    for start in range(0, RESAMPLES, rows):
        count = min(rows, RESAMPLES - start)
        bits = np.frombuffer(rng.bytes((count * d.size + 7) // 8), dtype=np.uint8)
        signs = np.unpackbits(bits, count=count * d.size).reshape(count, d.size)
        as_far += int(np.sum(np.abs(2 * (signs @ d) - d.sum()) >= observed))
    return (1 + as_far) / (1 + RESAMPLES)
