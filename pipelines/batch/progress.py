"""How far a batch is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """What a person sees of a batch on its way."""

    run_id: str
    n_rows: int
    """Prompts to answer in all; lines that could not be asked are not among them."""
    n_done: int
    """Answered, or refused by a checkpoint, in all stretches together."""
    n_here: int
    """Of these, in this stretch: since it was begun or resumed last."""
    n_reused: int
    """Rows of this stretch that the log knew already, so that no model ran."""
    seconds: float
    """This stretch so far."""
    now: str = ""
    """What is being answered; empty while checkpoints are loaded."""

    @property
    def rate(self) -> float | None:
        """Prompts a second in this stretch; None before the first is done."""
        return self.n_here / self.seconds if self.n_here and self.seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate; None while there is no rate."""
        return None if self.rate is None else (self.n_rows - self.n_done) / self.rate

    @property
    def share(self) -> float:
        """What is done, 0 to 1."""
        return self.n_done / self.n_rows if self.n_rows else 1.0


OnProgress = Callable[[BatchProgress], None]
"""Told at the begin and after each chunk; what it raises ends the batch, which can be resumed."""
