"""Whether a checkpoint that says 0.8 is right eight times in ten: reliability in equal-mass bins, and one number for it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FEWEST_FOR_CALIBRATION = 100
"""Under so many prompts a bin holds fewer than ten: pages show no diagram and no calibration error."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Prompts that the checkpoint was about equally sure of."""

    low: float
    """Smallest confidence in the bin."""
    high: float
    """Largest confidence in the bin."""
    confidence: float
    """Mean confidence."""
    right: float
    """Share of right answers; a calibrated checkpoint has `right` = `confidence`."""
    n: int
    """Prompts in the bin."""


def reliability(confidence: ArrayLike, right: ArrayLike, bins: int = 10) -> tuple[Bin, ...]:
    """The prompts in at most `bins` groups of equal size, least sure first.

    `confidence` (0 to 1) and `right` (0 or 1) have shape (n,). Equal confidences stay in one bin, whatever their order, so
    ties make fewer and unequal bins. Raises ValueError for values out of range, shapes that do not match and bins < 1.
    """
    sure, hits = _checked(confidence, right, bins)
    if sure.size == 0:
        return ()
    order = np.argsort(sure, kind="stable")
    sure, hits = sure[order], hits[order]
    cuts = np.searchsorted(sure, sure[np.arange(bins) * sure.size // bins], side="left")
    starts = np.unique(cuts)
    ends = np.append(starts[1:], sure.size)
    return tuple(
        Bin(float(sure[i]), float(sure[j - 1]), float(np.mean(sure[i:j])), float(np.mean(hits[i:j])), int(j - i))
        for i, j in zip(starts, ends, strict=True)
    )


def expected_calibration_error(confidence: ArrayLike, right: ArrayLike, bins: int = 10) -> float:
    """Debiased expected calibration error, 0 (calibrated) to 1; NaN where there is no prompt.

    The plain error, the mean of |right - confidence| over the bins by size, is above 0 even for a perfect checkpoint, because
    a share of few prompts scatters; equal-mass bins lessen that (Roelofs et al. 2022). What the scatter adds is estimated
    and taken off (Kumar, Liang, Ma 2019, "Verified uncertainty calibration", the debiased l1 error): were the shares drawn
    again, normal with variance right (1 - right)/n, the error would be E = sum of n/N E|N(right - confidence, variance)|; the
    result is plain - (E - plain), not under 0. E is the mean of a folded normal, so nothing is drawn.
    """
    plain, again, total = 0.0, 0.0, 0
    for each in reliability(confidence, right, bins):
        gap = each.right - each.confidence
        plain += each.n * abs(gap)
        again += each.n * _mean_distance(gap, math.sqrt(each.right * (1 - each.right) / each.n))
        total += each.n
    return min(1.0, max(0.0, (2 * plain - again) / total)) if total else math.nan


def _mean_distance(mean: float, deviation: float) -> float:
    """E|X| of a normal X (Leone, Nelson, Nottingham 1961)."""
    if deviation == 0:
        return abs(mean)
    z = mean / deviation
    return deviation * math.sqrt(2 / math.pi) * math.exp(-z * z / 2) + mean * math.erf(z / math.sqrt(2))


def _checked(confidence: ArrayLike, right: ArrayLike, bins: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    sure, hits = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if sure.ndim != 1 or sure.shape != hits.shape:
        raise ValueError(f"one confidence and one outcome per prompt, not shapes {sure.shape} and {hits.shape}")
    if bins < 1:
        raise ValueError(f"a reliability diagram has at least one bin, not {bins}")
    if not ((sure >= 0) & (sure <= 1)).all():
        raise ValueError("a confidence is a probability: 0 to 1")
    if not np.isin(hits, (0.0, 1.0)).all():
        raise ValueError("right or wrong is 1 or 0; another value was given")
    return sure, hits
