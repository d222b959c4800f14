"""The batches of this process: one at a time in a thread of its own, whoever began them, and whether or not anybody watches."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum

from pipelines.batch import BatchLeft, BatchProgress, carry_out, give_up
from pipelines.errors import PipelineError
from pipelines.shelf import Shelf
from storage.batches import BatchEnded
from storage.comparison import run_record
from storage.errors import StorageError
from storage.log import Log
from storage.pending import Unfinished, unfinished
from storage.records import RunStatus

logger = logging.getLogger(__name__)

UNFORESEEN = "It failed for a reason that nobody foresaw. Resume it; what was answered before is kept."
LOOPING = (
    "The dashboard ended twice while it answered this place of the batch, so it is not resumed by itself again. Resume it when "
    "the cause is found; what was answered before is kept."
)


class BatchState(StrEnum):
    """What this process does with a batch."""

    WAITING = "waiting"
    """Another one is answered before it."""
    RUNNING = "running"
    STOPPING = "stopping"
    """Somebody pressed Cancel; the chunk on its way is still kept."""


class Batches:
    """The queue of one process. Any thread may call it.

    `shelf` and `log` are called where they are wanted: they may raise PipelineError or StorageError while there is none.
    """

    def __init__(self, shelf: Callable[[], Shelf], log: Callable[[], Log]) -> None:
        self._shelf, self._log = shelf, log
        self._changed = threading.Condition()
        self._queue: deque[str] = deque()
        self._running: str | None = None
        self._stop = threading.Event()
        self._progress: dict[str, BatchProgress] = {}
        self._problems: dict[str, str] = {}
        self._done_rows = 0
        self._closed = False
        self._thread: threading.Thread | None = None

    def start(self, run_id: str) -> None:
        """Answer it, or go on with it, after those that wait already. Asked twice, it is answered once."""
        with self._changed:
            if self._closed or run_id == self._running or run_id in self._queue:
                return
            self._problems.pop(run_id, None)
            self._queue.append(run_id)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="batches", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def resume(self) -> tuple[str, ...]:
        """Go on with every batch that was running when its process ended. Raises StorageError.

        One at which the process ended at the same place before is not begun again by itself: it may be what ended it.
        """
        log = self._log()
        begun = []
        for each in unfinished(log.database):
            if each.run.status is not RunStatus.RUNNING or self.state(each.run.run_id) is not None:
                continue
            if _ended_here_before(each):
                options = {**each.run.options, "problem": LOOPING}
                log.update_run(replace(each.run, status=RunStatus.FAILED, finished_at=datetime.now(UTC), options=options))
                continue
            log.update_run(replace(each.run, options={**each.run.options, "resumed_with": each.n_pending}))
            self.start(each.run.run_id)
            begun.append(each.run.run_id)
        return tuple(begun)

    def cancel(self, run_id: str) -> None:
        """Stop it after the chunk on its way; what is done is kept, and it can be resumed. Raises StorageError."""
        with self._changed:
            if run_id == self._running:
                self._stop.set()
                return
            if run_id in self._queue:
                self._queue.remove(run_id)
        give_up(run_id, self._log())

    def state(self, run_id: str) -> BatchState | None:
        """What happens to it here; None where nothing does: it has ended, was stopped, or waits to be resumed."""
        with self._changed:
            if run_id == self._running:
                return BatchState.STOPPING if self._stop.is_set() else BatchState.RUNNING
            return BatchState.WAITING if run_id in self._queue else None

    def progress(self, run_id: str) -> BatchProgress | None:
        """How far it is, or was when this process answered it last; None where this process never did."""
        with self._changed:
            return self._progress.get(run_id)

    def problem(self, run_id: str) -> str | None:
        """Why it ended here without being complete, in a sentence; None where it did not."""
        with self._changed:
            return self._problems.get(run_id)

    @property
    def rows_done(self) -> int:
        """Rows that this process has answered, or found refused, in all batches together."""
        with self._changed:
            return self._done_rows

    @property
    def at_work(self) -> tuple[str, ...]:
        """The batch that is answered, and those that wait, in this order."""
        with self._changed:
            return (*([self._running] if self._running else []), *self._queue)

    def wait(self, run_id: str, seconds: float) -> bool:
        """Whether nothing happens to it any more within this time."""
        with self._changed:
            return self._changed.wait_for(lambda: run_id != self._running and run_id not in self._queue, seconds)

    def close(self) -> None:
        """End with the chunk on its way. What is left stays a running batch of the log, for the next process to resume."""
        with self._changed:
            self._closed = True
            self._queue.clear()
            self._changed.notify_all()
        thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._closed)
                if self._closed:
                    return
                run_id = self._running = self._queue.popleft()
                self._stop = threading.Event()
                self._changed.notify_all()
            problem = self._carry_out(run_id)
            with self._changed:
                if problem:
                    self._problems[run_id] = problem
                self._running = None
                self._changed.notify_all()

    def _carry_out(self, run_id: str) -> str | None:
        try:
            carry_out(run_id, shelf=self._shelf(), log=self._log(), on_progress=self._keep, stop=self._stop)
        except BatchLeft:
            return None
        except BatchEnded:
            return None  # somebody deleted it: there is nothing to say it of
        except (PipelineError, StorageError) as error:
            self._say_in_the_log(run_id, str(error))
            return str(error)
        except Exception:
            logger.exception("The batch %s failed.", run_id)
            return UNFORESEEN
        return None

    def _say_in_the_log(self, run_id: str, problem: str) -> None:
        """Where it could not even begin, its run would be said to run for ever."""
        with suppress(StorageError):
            log = self._log()
            run = run_record(log.database, run_id)
            if run is not None and run.status is RunStatus.RUNNING:
                options = {**run.options, "problem": problem}
                log.update_run(replace(run, status=RunStatus.FAILED, finished_at=datetime.now(UTC), options=options))

    def _keep(self, progress: BatchProgress) -> None:
        with self._changed:
            before = self._progress.get(progress.run_id)
            here = progress.n_here - (before.n_here if before is not None and progress.n_here >= before.n_here else 0)
            self._done_rows += max(here, 0)
            self._progress[progress.run_id] = progress
            if self._closed:
                raise BatchLeft


def _ended_here_before(each: Unfinished) -> bool:
    return each.n_pending > 0 and each.run.options.get("resumed_with") == each.n_pending
