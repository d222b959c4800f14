"""Comparisons that were answered and could not be saved, kept by the process until they are."""

from __future__ import annotations

import threading
from dataclasses import replace

from storage.errors import StorageError
from storage.log import Log
from storage.records import Comparison

MOST = 1_000
"""Comparisons that may wait, so that a disk that stays full for days does not fill the memory, too: about 100 kB each."""


class Unsaved:
    """What waits for room, whoever asked it. Any thread may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, Comparison] = {}
        self._saved: set[str] = set()

    def add(self, comparison: Comparison) -> None:
        """Keep a comparison until `save`. Beyond `MOST` it is kept by the page alone that shows it."""
        with self._lock:
            if len(self._waiting) < MOST:
                self._waiting[comparison.run.run_id] = comparison

    def save(self, log: Log, run_id: str | None = None) -> int:
        """Save what waits, or one run of it, and return how many were saved. Raises StorageError; the rest goes on waiting."""
        with self._lock:
            waiting = list(self._waiting.values()) if run_id is None else [self._waiting[run_id]] if run_id in self else []
        # Not under the lock, which every page waits for: a run that two threads append at once is there once.
        for comparison in waiting:
            log.append(replace(comparison, saved=True))
            with self._lock:
                self._waiting.pop(comparison.run.run_id, None)
                self._saved.add(comparison.run.run_id)
        return len(waiting)

    def has_saved(self, run_id: str) -> bool:
        """Whether this run waited once and has been saved since."""
        return run_id in self._saved

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._waiting

    def __len__(self) -> int:
        return len(self._waiting)


def save_what_waits(waiting: Unsaved, log: Log) -> None:
    """Save it where it can be saved now; where it cannot, it goes on waiting, and the log knows why."""
    try:
        waiting.save(log)
    except StorageError:
        return
