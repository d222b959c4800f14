"""What goes into a forward pass, what comes out of it, and the best of that. Plain numpy: nothing here knows torch."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

BLOCK = 64
"""Scores of which the highest stands for all: the best five of 30,000 are then found among 500."""


@dataclass(frozen=True, slots=True)
class Row:
    """Token ids of one forward row, and the positions whose distribution is wanted."""

    ids: tuple[int, ...]
    positions: tuple[int, ...]
    pieces: tuple[int, ...] | None = None
    """The token ids whose scores are wanted; None for the whole vocabulary."""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What a checkpoint gave to one row."""

    logits: NDArray[np.float32] = field(repr=False)
    """Shape (positions, vocabulary), or (positions, pieces). Their order is the order of the probabilities."""
    log_totals: NDArray[np.float64] = field(repr=False)
    """Shape (positions,): the natural logarithm of the sum of the exponentials over the whole vocabulary."""
    probabilities: NDArray[np.float32] = field(repr=False)
    """Shaped as `logits`. Their sums over the vocabulary, taken in float64, are 1 within a millionth."""

    @property
    def logprobs(self) -> NDArray[np.float64]:
        """Natural log-probabilities, shaped as `logits`; equal to the fill-mask pipeline's softmax within 1e-5."""
        return self.logits.astype(np.float64) - self.log_totals[:, None]


def best(scores: NDArray[np.float32] | NDArray[np.float64], depth: int) -> list[int]:
    """The ids of the `depth` highest scores, shape (vocabulary,); all of them where there are fewer.

    Of equal ones the lower id comes first, so that the same weights always give the same list.
    """
    depth = min(depth, len(scores))
    size = len(scores) // BLOCK
    tops = scores[: size * BLOCK].reshape(BLOCK, size).max(axis=0) if size > 2 * depth else scores
    # At least `depth` scores reach the last of the highest tops, and not many more do.
    found = np.flatnonzero(scores >= np.partition(tops, -depth)[-depth])
    ids: list[int] = found[np.lexsort((found, -scores[found]))][:depth].tolist()
    return ids
