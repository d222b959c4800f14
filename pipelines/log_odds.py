"""Words that mark one checkpoint against another: log-odds with an informative Dirichlet prior, not a raw set difference."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

PRIOR_SIZE = 500.0
"""How many predictions the prior counts as: a hundred lists of five. A rare word then needs that much evidence to stand out."""


class LogOdds(NamedTuple):
    """One number per word each, in the order of the counts."""

    delta: NDArray[np.float64]
    """Log-odds ratio: above 0 where the first side says the word more often."""
    z: NDArray[np.float64]
    """delta over its standard deviation: beyond 1.96 either way is a word that marks a side."""


def log_odds(
    counts_a: ArrayLike, counts_b: ArrayLike, prior: ArrayLike | None = None, prior_size: float = PRIOR_SIZE
) -> LogOdds:
    """The log-odds ratio of each word between two sides, and its z (Monroe, Colaresi, Quinn 2008, Political Analysis 16(4)).

    `counts_a` and `counts_b` have shape (words,): how often each side says the word. `prior`, of the same shape, is how often
    anyone says it (both sides together unless given: pass all checkpoints' counts where there are three); it is scaled to
    `prior_size` predictions. With y the counts, n their sum, alpha the scaled prior and alpha0 its sum, per side
    omega = (y + alpha) / (n + alpha0 - y - alpha); delta = ln omega_a - ln omega_b; its variance is about
    1/(y_a + alpha) + 1/(y_b + alpha); z = delta / sqrt(variance).

    A word that nobody says, and one that is all anybody says, mark nobody: 0 and 0. Raises ValueError for shapes that do not
    match, counts that are negative or not finite, and a prior size that is not positive.
    """
    a, b = (np.asarray(each, dtype=np.float64) for each in (counts_a, counts_b))
    background = (
        a + b if prior is None and a.shape == b.shape else np.asarray(0.0 if prior is None else prior, dtype=np.float64)
    )
    if a.ndim != 1 or not a.shape == b.shape == background.shape:
        raise ValueError(
            f"one count per word on each side and in the prior, not shapes {a.shape}, {b.shape}, {background.shape}"
        )
    if not all(np.isfinite(each).all() and (each >= 0).all() for each in (a, b, background)):
        raise ValueError("a count is missing, infinite or negative")
    if not (np.isfinite(prior_size) and prior_size > 0):
        raise ValueError(f"the prior counts as a positive number of predictions, not {prior_size}")
    total = float(background.sum())
    alpha = background * (prior_size / total) if total > 0 else np.zeros_like(a)
    said_a, said_b = a + alpha, b + alpha
    rest_a, rest_b = _rest(said_a), _rest(said_b)
    told = (said_a > 0) & (said_b > 0) & (rest_a > 0) & (rest_b > 0)
    delta, z = np.zeros_like(a), np.zeros_like(a)
    delta[told] = np.log(said_a[told] / rest_a[told]) - np.log(said_b[told] / rest_b[told])
    z[told] = delta[told] / np.sqrt(1 / said_a[told] + 1 / said_b[told])
    return LogOdds(delta, z)


def _rest(said: NDArray[np.float64]) -> NDArray[np.float64]:
    """What all other words together have: 0 exactly where a word stands alone, not the rounding of a difference of sums."""
    return said.sum() - said if np.count_nonzero(said) > 1 else np.zeros_like(said)
