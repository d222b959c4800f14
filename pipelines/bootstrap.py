"""The ends of a 95 % interval of a mean: drawn for many columns at once, in closed form, and of what is right or wrong.

`scipy.stats.bootstrap` takes one column at a time, and a page of six checkpoints has two hundred: here columns of equal length
share the draws, and their means are one product of matrices. The tests hold the ends against scipy's.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Columns = NDArray[np.float64]

NORMAL_95 = NormalDist().inv_cdf(0.975)

_CHUNK = 1_000_000  # places drawn at a time: 8 MB as int64
_EXACT_NOISE = 1e-12  # two orders of the same sum differ by this share; such sums count as equal


def drawn(values: Columns, weights: Columns, sizes: Columns, draws: int, seed: int) -> tuple[Columns, Columns]:
    """Both ends of the BCa bootstrap interval (Efron 1987) of the weighted mean of each column.

    `values` and `weights` have shape (n, columns): one row per prompt, and rows are what is drawn, with their weights. `sizes`,
    of shape (columns,), is the number of prompts that the degrees of freedom are taken from. Both ends have shape (columns,).
    """
    from scipy.special import ndtr, ndtri, stdtrit

    n, columns = values.shape
    rng = np.random.default_rng(seed)
    products, equally = values * weights, bool((weights == weights[:1]).all())
    means = np.empty((draws, columns))
    rows = max(1, _CHUNK // n)
    for start in range(0, draws, rows):
        count = min(rows, draws - start)
        places = rng.integers(0, n, size=(count, n)) + n * np.arange(count)[:, None]
        times = np.bincount(places.ravel(), minlength=count * n).reshape(count, n).astype(np.float64)
        divisor = weights.sum(axis=0) if equally else times @ weights
        means[start : start + count] = times @ products / divisor
    mean = products.sum(axis=0) / weights.sum(axis=0)
    noise = _EXACT_NOISE * np.abs(values).max(axis=0)
    below = (means < mean - noise).mean(axis=0) / 2 + (means <= mean + noise).mean(axis=0) / 2
    bias = ndtri(np.clip(below, 0.5 / draws, 1 - 0.5 / draws))
    acceleration = _acceleration(products, weights)
    wider = np.sqrt(sizes / (sizes - 1)) * stdtrit(sizes - 1, 0.975)
    low, high = (
        _quantiles(means, ndtr(bias + (bias + z) / (1 - acceleration * (bias + z)))) for z in (-wider, wider)
    )  # fmt: skip
    return low, high


def _acceleration(products: Columns, weights: Columns) -> Columns:
    """A sixth of the skewness of the jackknife: the means without each prompt in turn."""
    left = (products.sum(axis=0) - products) / (weights.sum(axis=0) - weights)
    u = left.mean(axis=0) - left
    skewness: Columns = (u**3).sum(axis=0) / (u**2).sum(axis=0) ** 1.5 / 6
    return skewness


def _quantiles(means: Columns, shares: Columns) -> Columns:
    """One quantile of each column, linear between the two nearest draws, as numpy's; no column is sorted for it."""
    place = shares * (len(means) - 1)
    before = np.floor(place).astype(np.int64)
    after = np.minimum(before + 1, len(means) - 1)
    found = np.empty(len(shares))
    for column in range(len(shares)):
        near = np.partition(means[:, column], (before[column], after[column]))
        step = near[after[column]] - near[before[column]]
        found[column] = near[before[column]] + (place[column] - before[column]) * step
    return found


def closed_form(values: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[float, float]:
    """Both ends of the BCa interval of a weighted mean without drawing; the formula stands in `statistics.mean_interval`.

    `values` and `weights` have shape (n,). It is an expansion for many prompts of which none dominates.
    """
    n = values.size
    mean = float(np.sum(values * weights) / np.sum(weights))
    w = weights / weights.mean()
    e = w * (values - mean)
    square = float(e @ e)
    spread = math.sqrt(square) / n
    skewness = float(np.sum(e**3)) / square**1.5
    curvature = float(e @ (w - 1)) / n**2

    def end(z: float) -> float:
        shift = skewness / 6 + z
        y = skewness / 6 + shift / (1 - skewness / 6 * shift)
        quantile = mean + spread * (y + skewness * (y**2 - 1) / 6) - curvature * y**2
        return float(np.clip(quantile, values.min(), values.max()))

    return end(-NORMAL_95), end(NORMAL_95)


def wilson(share: float, n: float) -> tuple[float, float]:
    """Both ends of the score interval of a share of `n` prompts (Wilson 1927, JASA 22(158)); `n` need not be whole.

    >>> [round(end, 3) for end in wilson(1.0, 20)]
    [0.839, 1.0]
    """
    z = NORMAL_95**2 / n
    centre = (share + z / 2) / (1 + z)
    reach = math.sqrt(z * share * (1 - share) + z * z / 4) / (1 + z)
    return max(0.0, centre - reach), min(1.0, centre + reach)


def tango(only_a: float, only_b: float, n: float) -> tuple[float, float]:
    """Both ends of the score interval for the difference of two shares of the same `n` prompts (Tango 1998, Stat. Med. 17(8)).

    `only_a` prompts are right on the side a alone, `only_b` on b alone; they need not be whole. The ends are the differences D
    with (only_a - only_b - n D)^2 = 1.96^2 n (2 q + D (1 - D)), q the share of prompts for b alone that is most likely where
    the difference is D. At D = 0 that is McNemar's statistic, and where the two never differ there is a width still.

    >>> [round(end, 3) for end in tango(0, 0, 20)]
    [-0.161, 0.161]
    """

    def score(difference: float) -> float:
        b = (2 * n - only_a + only_b) * difference - only_a - only_b
        c = -only_b * difference * (1 - difference)
        q = (math.sqrt(max(b * b - 8 * n * c, 0.0)) - b) / (4 * n)
        variance = n * (2 * q + difference * (1 - difference))
        away = only_a - only_b - n * difference
        return away / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, away)

    def end(outer: float, sign: float) -> float:
        inner = (only_a - only_b) / n
        for _ in range(50):  # halves the step to 2^-50
            middle = (inner + outer) / 2
            if sign * score(middle) < NORMAL_95:
                inner = middle
            else:
                outer = middle
        return inner

    return end(-1.0, 1.0), end(1.0, -1.0)
