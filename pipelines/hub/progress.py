"""How far a download has come, and how fast it goes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

_RATE_SECONDS = 10.0
"""The rate is that of the last ten seconds: it follows the network, and does not jump with every packet."""


class DownloadState(StrEnum):
    """How far a download has come."""

    WAITING = "waiting"
    """Not begun, or another download of the same file is under way."""
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """A download at one moment."""

    name: str
    """Of the checkpoint."""
    state: DownloadState
    file: str
    """The file under way; empty before the first."""
    bytes_done: int
    """Of all files, those of earlier downloads included."""
    bytes_total: int
    bytes_per_second: float | None
    """Over the last ten seconds; None before anything is known, and at the end."""
    seconds_left: float | None
    problem: str | None
    """Why it was cancelled or failed: one sentence with the way out."""


class RateMeter:
    """Bytes per second over the last ten seconds. Not for several threads at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._samples: deque[tuple[float, int]] = deque()

    def note(self, total: int) -> None:
        """So many bytes are here now."""
        self._samples.append((self._clock(), total))
        self._forget()

    def rate(self) -> float | None:
        """None before two notes at different times. Falls while nothing arrives."""
        self._forget()
        if len(self._samples) < 2:
            return None
        (start, before), (_, after) = self._samples[0], self._samples[-1]
        elapsed = self._clock() - start
        return max(0, after - before) / elapsed if elapsed > 0 else None

    def _forget(self) -> None:
        oldest = self._clock() - _RATE_SECONDS
        while len(self._samples) > 2 and self._samples[0][0] < oldest:
            self._samples.popleft()
