"""How long a batch lets people go first: long enough to answer them, and never for good."""

from __future__ import annotations

from collections.abc import Callable

PATIENCE = 1.0
"""Seconds that a batch waits while people's asks follow each other without a gap."""

SLICE = 0.25
"""Seconds that it may then go on, asks or none: it keeps a fifth of the time however many people ask."""


class Patience:
    """Of one piece of a batch's work. Not thread-safe by itself: its owner holds a lock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since: float | None = None
        self._free_until: float | None = None

    def ended(self) -> bool:
        """Asked while people are on their way: whether the work may go on all the same."""
        now = self._clock()
        if self._free_until is not None:
            if now < self._free_until:
                return True
            self._free_until, self._since = None, now
        self._since = now if self._since is None else self._since
        if now - self._since < PATIENCE:
            return False
        self._free_until = now + SLICE
        return True

    def left(self) -> float:
        """Seconds until it ends, where it has not."""
        return PATIENCE if self._since is None else max(PATIENCE - (self._clock() - self._since), 0.0)

    def renew(self) -> None:
        """The work goes on with nobody in its way."""
        self._since = self._free_until = None
