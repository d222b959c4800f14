"""Into how many parts the range of some numbers is cut, so that a histogram shows their shape."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MOST_BINS = 40
FEWEST_BINS = 5


def bins(values: np.ndarray, *, whole: bool) -> tuple[Sequence[int], Sequence[float]]:
    """How many values are in each bin, and the edges of the bins, one more than bins.

    The width is that of Freedman and Diaconis (1981), within reason; few whole numbers get a bin each. `values` has one
    finite number at least.
    """
    low, high = float(values.min()), float(values.max())
    if low == high:
        edges = np.array([low - 0.5, low + 0.5] if abs(low) < 2**52 else sorted((low, np.nextafter(low, 0))))
    elif whole and high - low < MOST_BINS:
        edges = np.arange(low - 0.5, high + 1)
    else:
        # The range of doubles is twice the largest of them, so great ones are cut by their halves.
        by = 2 if high / 2 - low / 2 > np.finfo(np.float64).max / 4 else 1
        edges = by * np.linspace(low / by, high / by, _wanted(values) + 1)
    counts, edges = np.histogram(values, bins=edges)
    return counts.tolist(), edges.tolist()


def _wanted(values: np.ndarray) -> int:
    first, third = np.percentile(values / 2, [25, 75])
    width = 2 * (third - first) / np.cbrt(len(values))
    if width <= 0:
        return MOST_BINS
    with np.errstate(over="ignore"):  # so many bins that their number is no double are too many all the same
        wanted = np.ceil((values.max() / 2 - values.min() / 2) / width)
    return int(np.clip(wanted, FEWEST_BINS, MOST_BINS))
