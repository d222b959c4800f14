"""The time of a statement: it runs while somebody waits for the statement, and stands still while its rows are being used."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic


class Clock:
    """Counts seconds while it runs. Any thread may look."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted = 0.0
        self._since: float | None = None

    @property
    def seconds(self) -> float:
        """What it has counted so far."""
        with self._lock:
            return self._counted + (0.0 if self._since is None else monotonic() - self._since)

    def start(self) -> None:
        """Run from now on; one that runs already goes on."""
        with self._lock:
            self._since = monotonic() if self._since is None else self._since

    def stop(self) -> None:
        """Stand still from now on."""
        with self._lock:
            if self._since is not None:
                self._counted += monotonic() - self._since
                self._since = None

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Count nothing until the block ends, however it ends."""
        self.stop()
        try:
            yield
        finally:
            self.start()
