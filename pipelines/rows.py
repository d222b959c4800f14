"""What goes into a forward pass and what comes out of it. Plain numpy: nothing here knows torch."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Row:
    """Token ids of one forward row, and the positions whose distribution is wanted."""

    ids: tuple[int, ...]
    positions: tuple[int, ...]
    piece: int | None = None
    """The one token id whose score is wanted; None for the whole vocabulary."""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What a checkpoint gave to one row."""

    logits: NDArray[np.float32] = field(repr=False)
    """Shape (positions, vocabulary), or (positions, 1) of one piece. Their order is the order of the probabilities."""
    log_totals: NDArray[np.float64] = field(repr=False)
    """Shape (positions,): the natural logarithm of the sum of the exponentials over the whole vocabulary."""
    probabilities: NDArray[np.float32] = field(repr=False)
    """Shaped as `logits`. Their sums over the vocabulary, taken in float64, are 1 within a millionth."""

    @property
    def logprobs(self) -> NDArray[np.float64]:
        """Natural log-probabilities, shaped as `logits`; equal to the fill-mask pipeline's softmax within 1e-5."""
        return self.logits.astype(np.float64) - self.log_totals[:, None]
