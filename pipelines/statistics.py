"""How sure a figure over many prompts is, and whether a difference between two checkpoints is real.

The unit is the distinct prompt: one value for each, and whole prompts are drawn, so a prompt asked forty times is not forty
pieces of evidence. `scipy.stats` takes most of a second to import; it is imported where it is used, so that a page that only
names these results opens without it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.bootstrap import closed_form, drawn, tango, wilson
from pipelines.significance import mcnemar, sign_flips

FEWEST_FOR_INTERVAL = 15
"""Under so many prompts a mean is shown without an interval and without p: both would promise too much."""

LARGE = 500
"""Above so many prompts the interval has its closed form: drawing takes 35 ms there, 190 ms at 2,000 prompts, for the same ends
to within two hundredths of the interval's width, which is about what two seeds differ by."""

RESAMPLES = 9_999
"""Draws of the bootstrap."""

RESAMPLES_OF_MANY = 1_999
"""Draws where a prompt among very many dominates and 9,999 would take many seconds."""

DOMINANT = 0.01
"""Above this share of the weight on one prompt the closed form is not trusted."""

EXACT_MCNEMAR = "exact McNemar"
SIGN_FLIP = "sign-flip permutation"

_MOST_PLACES = 20_000_000  # places drawn for one length, unless RESAMPLES_OF_MANY need more
_TOGETHER = 128  # columns drawn together: their 9,999 means are 10 MB
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

    Up to `LARGE` prompts 9,999 samples are drawn. BCa takes the scatter for that of a large sample, and at 15
    prompts holds the truth in 91 % only; as in Hesterberg 2015 (The American Statistician 69(4)) the quantiles are therefore
    Student's, times sqrt(n / (n - 1)), which makes it 94 to 95 %: 13 % wider at 15 prompts, 4 % at 50. Above `LARGE`, where
    that is under 0.3 %, BCa has a closed form, since the bootstrap distribution of a mean has a known expansion:
    with e = w (x - mean) / mean(w), s = sqrt(sum e^2) / n,
    g = sum e^3 / (sum e^2)^1.5 its skewness and z0 = a = g/6 (Efron 1987), each normal quantile z becomes
    y = z0 + (z0 + z) / (1 - a (z0 + z)) and the end is mean + s (y + g (y^2 - 1)/6) - y^2 cov(e, w)/(n mean(w)): Cornish
    and Fisher's expansion (Hall 1992, The Bootstrap and Edgeworth Expansion) and the curvature of a ratio.
    The expansion holds where no prompt dominates: where one carries more than `DOMINANT` of the weight, samples are drawn.

    Values that are all 0 or 1, counted equally, have Wilson's score interval (1927) in place of drawing: 20 of 20 right are
    0.84 to 1, for a sample without a contrary case does not prove that there is none. Prompts that count unequally are worth as
    many as (sum w)^2 / sum w^2 (Kish 1965): under `FEWEST_FOR_INTERVAL` of these there is no interval.

    Other values that are all equal: both ends are the mean. Raises ValueError for a NaN or infinite value, a weight that is
    not positive, and shapes that do not match.
    """
    return mean_intervals([values], None if weights is None else [weights], seed)[0]


def mean_intervals(values: Sequence[ArrayLike], weights: Sequence[ArrayLike] | None = None, seed: int = 0) -> list[Interval]:
    """`mean_interval` of each of many columns, of any lengths; those of one length share their draws and are faster so."""
    columns = [_ordered(*_checked(each, None if weights is None else weights[number])) for number, each in enumerate(values)]
    return _fill([_of_mean(x, w) for x, w in columns], columns, seed)


def paired_difference(
    a: ArrayLike, b: ArrayLike, weights: ArrayLike | None = None, binary: bool = False, seed: int = 0
) -> Difference:
    """How much higher `a` is than `b` on the same prompts: mean of a - b, its 95 % BCa interval and a two-sided p.

    `a`, `b` and `weights` have shape (n,), one value per prompt. `binary` says that the values are 0 or 1 (right or wrong):
    p is then McNemar's, exact, on the prompts where one is right and the other wrong (McNemar 1947), and the interval is that
    of Tango 1998, which has a width where the two never differ. Where the prompts count
    unequally that test does not apply, and p is the sign-flip test's, as for every other metric: were there no difference,
    a - b would as often have the other sign (Fisher 1935, The Design of Experiments).

    Raises ValueError as `mean_interval` does, and where `binary` values are neither 0 nor 1.
    """
    return paired_differences([(a, b)], None if weights is None else [weights], binary, seed)[0]


def paired_differences(
    sides: Sequence[tuple[ArrayLike, ArrayLike]],
    weights: Sequence[ArrayLike] | None = None,
    binary: bool = False,
    seed: int = 0,
) -> list[Difference]:
    """`paired_difference` of each of many pairs; those over equally many prompts share their draws and are faster so."""
    columns, tests, ready = [], [], []
    for number, (a, b) in enumerate(sides):
        x, w = _checked(a, None if weights is None else weights[number])
        y, _ = _checked(b, None)
        if x.shape != y.shape:
            raise ValueError(f"a paired difference needs the same prompts on both sides, not {x.size} and {y.size}")
        if binary and not np.isin(np.concatenate([x, y]), (0.0, 1.0)).all():
            raise ValueError("right or wrong is 1 or 0; another value was given")
        d, w = _ordered(x - y, w)
        columns.append((d, w))
        tests.append(EXACT_MCNEMAR if binary and _equal(w) else SIGN_FLIP)
        ready.append(_of_difference(d, w, binary=binary))
    intervals = _fill(ready, columns, seed)
    told = [number for number, each in enumerate(intervals) if each.low is not None]
    flipped = [number for number in told if tests[number] == SIGN_FLIP]
    p: dict[int, float] = dict(
        zip(flipped, sign_flips([columns[number][0] * columns[number][1] for number in flipped], seed), strict=True)
    )
    for number in told:
        if tests[number] == EXACT_MCNEMAR:
            d = columns[number][0]
            p[number] = mcnemar(int((d > 0).sum()), int((d < 0).sum()))
    return [
        Difference(each.mean, each.low, each.high, each.n, p.get(number), tests[number])
        for number, each in enumerate(intervals)
    ]


def effective_size(weights: NDArray[np.float64]) -> float:
    """How many prompts that count equally are worth as much: (sum w)^2 / sum w^2 (Kish 1965); n where all weights are equal."""
    if weights.size == 0 or _equal(weights):
        return float(weights.size)
    w = weights / weights.max()
    return float(w.sum() ** 2 / (w @ w))


def _of_mean(x: NDArray[np.float64], w: NDArray[np.float64]) -> Interval | None:
    """The interval of a mean where nothing needs to be drawn for it, else None."""
    if x.size and np.isin(x, (0.0, 1.0)).all() and (_constant(x) or _equal(w)):
        worth = effective_size(w)
        if worth >= FEWEST_FOR_INTERVAL:
            return _around(_ratio(x, w), *wilson(_ratio(x, w), worth), x.size)
    return _without_drawing(x, w)


def _of_difference(d: NDArray[np.float64], w: NDArray[np.float64], *, binary: bool) -> Interval | None:
    """The same of a mean difference."""
    worth = effective_size(w)
    if binary and worth >= FEWEST_FOR_INTERVAL and (_equal(w) or _constant(d)):
        only_a, only_b = (float(np.mean(side)) * worth for side in (d > 0, d < 0))
        return _around(_ratio(d, w), *tango(only_a, only_b, worth), d.size)
    return _without_drawing(d, w)


def _without_drawing(x: NDArray[np.float64], w: NDArray[np.float64]) -> Interval | None:
    if x.size == 0:
        return Interval(math.nan, None, None, 0)
    mean = _ratio(x, w)
    if effective_size(w) < FEWEST_FOR_INTERVAL:
        return Interval(mean, None, None, x.size)
    if _constant(x):
        return Interval(mean, mean, mean, x.size)
    if x.size > LARGE and float(w.max()) <= DOMINANT * float(w.sum()):
        return _around(mean, *closed_form(x, w), x.size)
    return None


def _fill(
    found: Sequence[Interval | None], columns: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]], seed: int
) -> list[Interval]:
    """Draw for the columns that have no interval yet, those of one length together."""
    result = dict(enumerate(found))
    lengths: defaultdict[int, list[int]] = defaultdict(list)
    for number, each in result.items():
        if each is None:
            lengths[columns[number][0].size].append(number)
    for length, numbers in lengths.items():
        for start in range(0, len(numbers), _TOGETHER):
            some = numbers[start : start + _TOGETHER]
            values, weights = (np.column_stack([columns[number][side] for number in some]) for side in (0, 1))
            sizes = np.array([effective_size(columns[number][1]) for number in some])
            draws = min(RESAMPLES, max(RESAMPLES_OF_MANY, _MOST_PLACES // length))
            lows, highs = drawn(values, weights, sizes, draws, seed)
            for number, low, high in zip(some, lows.tolist(), highs.tolist(), strict=True):
                result[number] = _around(_ratio(*columns[number]), low, high, length)
    return [each for each in result.values() if each is not None]


def _around(mean: float, low: float, high: float, n: int) -> Interval:
    """An interval that holds its mean: ends that are approximations can pass it by."""
    return Interval(mean, min(low, mean), max(high, mean), n)


def _constant(x: NDArray[np.float64]) -> bool:
    return float(np.ptp(x)) <= _EXACT_NOISE * float(np.abs(x).max()) if x.size else True


def _equal(w: NDArray[np.float64]) -> bool:
    return bool((w == w[:1]).all())


def _ordered(x: NDArray[np.float64], w: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    order = np.lexsort((w, x))  # the log's order of rows changes nothing, not even the draws
    return x[order], w[order]


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
    return x, np.ones(x.shape) if _equal(w) else w
