"""Comparisons that were answered and could not be saved, kept by the process until they are."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace

from storage.errors import StorageError
from storage.log import Log
from storage.records import Comparison
from storage.trouble import LASTING

MOST = 1_000
"""Comparisons that may wait, so that a disk that stays full for days does not fill the memory, too: about 100 kB each."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why the log did not take a comparison that waits, although it took others."""

    reason: str
    """Sentences with the way out."""
    version: int
    """Of the log then. Until the log moves, nobody tries again by himself."""


class Unsaved:
    """What waits for room, whoever asked it. Any thread may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, Comparison] = {}
        self._refused: dict[str, Refused] = {}
        self._saved: set[str] = set()

    def add(self, comparison: Comparison) -> None:
        """Keep a comparison until `save`. Beyond `MOST` it is kept by the page alone that shows it."""
        with self._lock:
            if len(self._waiting) < MOST:
                self._waiting[comparison.run.run_id] = comparison

    def save(self, log: Log, run_id: str | None = None) -> int:
        """Save what waits, or one run of it, and return how many were saved.

        What the log refuses goes on waiting, and the rest is saved all the same. Raises StorageError where the log takes
        nothing at all just now, or refuses the one run that was named.
        """
        with self._lock:
            waiting = [
                each
                for key, each in self._waiting.items()
                if key == run_id or (run_id is None and not self._refused_at(key, log.version))
            ]
        saved = 0
        # Not under the lock, which every page waits for: a run that two threads append at once is there once.
        for comparison in waiting:
            key = comparison.run.run_id
            try:
                log.append(replace(comparison, saved=True))
            except LASTING:
                raise
            except Exception as error:
                # Whatever it is, those behind must not wait for it, and no page may fail for what another person asked.
                logger.error("The run %s could not be saved and goes on waiting.", key, exc_info=True)
                reason = str(error) if isinstance(error, StorageError) else "It failed for a reason that nobody foresaw."
                with self._lock:
                    self._refused[key] = Refused(reason, log.version)
                if run_id is not None:
                    raise StorageError(reason) from error
                continue
            saved += 1
            with self._lock:
                self._waiting.pop(key, None)
                self._refused.pop(key, None)
                self._saved.add(key)
        return saved

    def refused(self) -> tuple[str, ...]:
        """Why comparisons wait that the log refused: one reason for each of them."""
        with self._lock:
            return tuple(each.reason for each in self._refused.values())

    def has_saved(self, run_id: str) -> bool:
        """Whether this run waited once and has been saved since."""
        return run_id in self._saved

    def _refused_at(self, run_id: str, version: int) -> bool:
        refused = self._refused.get(run_id)
        return refused is not None and refused.version == version

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._waiting

    def __len__(self) -> int:
        return len(self._waiting)


def save_what_waits(waiting: Unsaved, log: Log) -> None:
    """Save it where it can be saved now; where it cannot, it goes on waiting, and the log or `waiting` knows why."""
    try:
        waiting.save(log)
    except StorageError:
        return
