"""How sure a figure over many prompts is, and whether a difference between two checkpoints is real.

The unit is the distinct prompt: one value for each, and whole prompts are drawn, so a prompt asked forty times is not forty
pieces of evidence. `scipy.stats` takes most of a second to import; it is imported where it is used, so that a page that only
names these results opens without it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.significance import mcnemar, sign_flip

FEWEST_FOR_INTERVAL = 15
"""Under so many prompts a mean is shown without an interval and without p: both would promise too much."""

LARGE = 500
"""Above so many prompts the interval has its closed form: drawing takes 35 ms there, 190 ms at 2,000 prompts, for the same ends
to within two hundredths of the interval's width, which is about what two seeds differ by."""

RESAMPLES = 9_999
"""Draws of the bootstrap."""

EXACT_MCNEMAR = "exact McNemar"
SIGN_FLIP = "sign-flip permutation"

_CHUNK = 1_000_000  # draws held at a time: 8 MB as float64
_CONFIDENCE = 0.95
_EXACT_NOISE = 1e-12  # two orders of the same sum differ by this share; such sums count as equal


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over prompts and what it could have been with other prompts of the same sort."""

    mean: float
    """NaN where there is no prompt."""
    low: float | None
    """Lower end of the 95 % interval; None under `FEWEST_FOR_INTERVAL` prompts."""
    high: float | None
    n: int
    """Distinct prompts."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of a - b over the prompts that both answered."""

    mean: float
    low: float | None
    high: float | None
    n: int
    p: float | None
    """Two-sided; None where there is no interval."""
    test: str
    """Which test gave p: `EXACT_MCNEMAR` or `SIGN_FLIP`."""


def mean_interval(values: ArrayLike, weights: ArrayLike | None = None, seed: int = 0) -> Interval:
    """The mean of one value per prompt with its 95 % bootstrap interval, BCa (Efron 1987, JASA 82(397)).

    `values` has shape (n,). `weights`, of the same shape, says how often each prompt was asked: the mean is then the sum of
    weight times value over the sum of the weights, and prompts are drawn with their weights.

    Up to `LARGE` prompts `scipy.stats.bootstrap` draws 9,999 times. BCa takes the scatter for that of a large sample, and at 15
    prompts holds the truth in 91 % only; as in Hesterberg 2015 (The American Statistician 69(4)) the quantiles are therefore
    Student's, times sqrt(n / (n - 1)), which makes it 94 to 95 %: 13 % wider at 15 prompts, 4 % at 50. Above `LARGE`, where
    that is under 0.3 %, BCa has a closed form, since the bootstrap distribution of a mean has a known expansion:
    with e = w (x - mean) / mean(w), s = sqrt(sum e^2) / n,
    g = sum e^3 / (sum e^2)^1.5 its skewness and z0 = a = g/6 (Efron 1987), each normal quantile z becomes
    y = z0 + (z0 + z) / (1 - a (z0 + z)) and the end is mean + s (y + g (y^2 - 1)/6) - y^2 cov(e, w)/(n mean(w)): Cornish
    and Fisher's expansion (Hall 1992, The Bootstrap and Edgeworth Expansion) and the curvature of a ratio.
    It is rough, as drawing is, where one prompt carries most of the weight.

    All values equal: both ends are the mean. Raises ValueError for a NaN or infinite value, a weight that is not positive, and
    shapes that do not match.
    """
    x, w = _checked(values, weights)
    if x.size == 0:
        return Interval(math.nan, None, None, 0)
    order = np.lexsort((w, x))  # the log's order of rows changes nothing, not even the draws
    x, w = x[order], w[order]
    mean = _ratio(x, w)
    if x.size < FEWEST_FOR_INTERVAL:
        return Interval(mean, None, None, x.size)
    if float(np.ptp(x)) <= _EXACT_NOISE * float(np.abs(x).max()):
        return Interval(mean, mean, mean, x.size)
    low, high = closed_form(x, w) if x.size > LARGE else _drawn(x, w, seed)
    return Interval(mean, low, high, x.size)


def paired_difference(
    a: ArrayLike, b: ArrayLike, weights: ArrayLike | None = None, binary: bool = False, seed: int = 0
) -> Difference:
    """How much higher `a` is than `b` on the same prompts: mean of a - b, its 95 % BCa interval and a two-sided p.

    `a`, `b` and `weights` have shape (n,), one value per prompt. `binary` says that the values are 0 or 1 (right or wrong):
    p is then McNemar's, exact, on the prompts where one is right and the other wrong (McNemar 1947). Where the prompts count
    unequally that test does not apply, and p is the sign-flip test's, as for every other metric: were there no difference,
    a - b would as often have the other sign (Fisher 1935, The Design of Experiments).

    Raises ValueError as `mean_interval` does, and where `binary` values are neither 0 nor 1.
    """
    x, w = _checked(a, weights)
    y, _ = _checked(b, weights)
    if x.shape != y.shape:
        raise ValueError(f"a paired difference needs the same prompts on both sides, not {x.size} and {y.size}")
    if binary and not np.isin(np.concatenate([x, y]), (0.0, 1.0)).all():
        raise ValueError("right or wrong is 1 or 0; another value was given")
    interval = mean_interval(x - y, w, seed)
    equally = bool((w == w[:1]).all())
    test = EXACT_MCNEMAR if binary and equally else SIGN_FLIP
    p: float | None = None
    if interval.low is not None:
        p = (
            mcnemar(int(((x - y) > 0).sum()), int(((x - y) < 0).sum()))
            if test == EXACT_MCNEMAR
            else sign_flip((x - y) * w, seed)
        )
    return Difference(interval.mean, interval.low, interval.high, interval.n, p, test)


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


def closed_form(values: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[float, float]:
    """Both ends of the BCa interval of a weighted mean without drawing; the formula stands in `mean_interval`."""
    n = values.size
    mean = _ratio(values, weights)
    w = weights / weights.mean()
    e = w * (values - mean)
    square = float(e @ e)
    spread = math.sqrt(square) / n
    skewness = float(np.sum(e**3)) / square**1.5
    curvature = float(e @ (w - 1)) / n**2

    def end(share: float) -> float:
        shift = skewness / 6 + NormalDist().inv_cdf(share)
        y = skewness / 6 + shift / (1 - skewness / 6 * shift)
        quantile = mean + spread * (y + skewness * (y**2 - 1) / 6) - curvature * y**2
        return float(np.clip(quantile, values.min(), values.max()))

    return end((1 - _CONFIDENCE) / 2), end((1 + _CONFIDENCE) / 2)


def _drawn(values: NDArray[np.float64], weights: NDArray[np.float64], seed: int) -> tuple[float, float]:
    from scipy.stats import bootstrap, norm, t

    n = values.size
    wider = math.sqrt(n / (n - 1)) * float(t.ppf((1 + _CONFIDENCE) / 2, n - 1))
    equally = bool((weights == weights[0]).all())
    data = (values,) if equally else (values, weights)
    interval = bootstrap(
        data,
        np.mean if equally else _ratio_along,
        n_resamples=RESAMPLES,
        batch=_CHUNK // n,
        vectorized=True,
        paired=not equally,
        confidence_level=1 - 2 * float(norm.sf(wider)),
        method="BCa",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(interval.low), float(interval.high)


def _ratio_along(values: NDArray[np.float64], weights: NDArray[np.float64], axis: int = -1) -> NDArray[np.float64]:
    ratio: NDArray[np.float64] = np.sum(values * weights, axis=axis) / np.sum(weights, axis=axis)
    return ratio


def _ratio(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    return float(np.sum(values * weights) / np.sum(weights))


def _checked(values: ArrayLike, weights: ArrayLike | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x = np.asarray(values, dtype=np.float64)
    w = np.ones(x.shape) if weights is None else np.asarray(weights, dtype=np.float64)
    if x.ndim != 1 or w.shape != x.shape:
        raise ValueError(f"one value and one weight per prompt, not shapes {x.shape} and {w.shape}")
    if not np.isfinite(x).all():
        raise ValueError("a value is missing or infinite: leave such prompts out before averaging")
    if not (np.isfinite(w).all() and (w > 0).all()):
        raise ValueError("a weight says how often a prompt was asked, so it is positive")
    return x, w


def verdict(difference: Difference, unit: str, name_a: str, name_b: str, p_holm: float | None = None) -> str:
    """What a difference says, in words: how many prompts, the effect, its interval, and only then p.

    `unit` is what follows the number: "nats", "of acc@1". `p_holm` is p corrected for all pairs looked at; without it p stands.
    """
    n = difference.n
    if n == 0:
        return f"No prompt was answered by both {name_a} and {name_b}: nothing to compare (n = 0)."
    prompts = "1 prompt" if n == 1 else f"{n:,} prompts"
    effect = f"{prompts}: {name_a} minus {name_b} is {difference.mean:+.3g} {unit}"
    low, high = difference.low, difference.high
    if low is None or high is None:
        return f"{effect}; under {FEWEST_FOR_INTERVAL} prompts no interval is drawn: too few to tell (n = {n})."
    if low == high == 0:
        return f"{effect}; the two are equal on every prompt: no evidence of a difference (n = {n:,})."
    effect = f"{effect}, 95 % interval {low:+.3g} to {high:+.3g}"
    if low <= 0 <= high:
        return f"{effect}; the interval includes zero: no evidence of a difference (n = {n:,})."
    p = difference.p if p_holm is None else p_holm
    if p is None:
        return f"{effect}; the interval excludes zero (n = {n:,})."
    source = f"{difference.test}, Holm over the pairs" if p_holm is not None else difference.test
    shown = "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
    if p > 1 - _CONFIDENCE:
        return f"{effect}; the interval excludes zero, but {shown} ({source}): too little evidence of a difference (n = {n:,})."
    higher = name_a if difference.mean > 0 else name_b
    return f"{effect}; the interval excludes zero: {higher} is higher (n = {n:,}), {shown} ({source})."
