"""The watch over a worker: it is killed when its time is over, its memory used up or its answer not wanted any more."""

from __future__ import annotations

import resource
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from storage.visitors.clock import Clock
from storage.visitors.limits import Limits

GRACE_SECONDS = 0.25
"""DuckDB's own limit comes first and ends most statements with its own words; 8 of 28 costly ones ran past it."""
BETWEEN_SECONDS = 0.02
"""Between two looks. In this time a statement takes some ten megabytes more than it should."""


class Watch:
    """Looks at a process until it is over. Kills it at the limit, and says of which."""

    def __init__(
        self, process: subprocess.Popen[bytes], limits: Limits, clock: Clock, stop: threading.Event | None = None
    ) -> None:
        self._process = process
        self._clock, self._seconds = clock, limits.seconds + GRACE_SECONDS
        self._stop = stop
        self._most = limits.memory_mb * 2**20
        self._before: int | None = None
        self._over = threading.Event()
        self.ended: str | None = None
        """Why it was killed, in the words of DuckDB's exceptions, or `stopped`; None where it was not."""

    def start_from_here(self) -> None:
        """What the process holds now is not the statement's."""
        self._before = self._resident()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at the process until the block ends."""
        thread = threading.Thread(target=self._look, name="statement-watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _look(self) -> None:
        while not self._over.wait(BETWEEN_SECONDS):
            if self._stop is not None and self._stop.is_set():
                self._kill("stopped")
                return
            if self._clock.seconds > self._seconds:
                self._kill("InterruptException")
                return
            if self._before is not None and self._resident() - self._before > self._most:
                self._kill("OutOfMemoryException")
                return

    def _kill(self, reason: str) -> None:
        self.ended = reason
        self._process.kill()

    def _resident(self) -> int:
        """Bytes of memory that the process has in use; 0 where that cannot be told."""
        with suppress(OSError, ValueError, IndexError):
            pages = Path(f"/proc/{self._process.pid}/statm").read_text("ascii").split()[1]
            return int(pages) * resource.getpagesize()
        return 0
