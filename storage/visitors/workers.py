"""The workers at hand: one waits warm where that was asked for, and only so many run at once."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from storage.errors import QueryFailed
from storage.visitors.failures import StatementStopped
from storage.visitors.limits import LONGEST_DOWNLOAD, Limits
from storage.visitors.processes import Child, close, spawn

SCREENS_AT_ONCE = 4
"""Statements for which a person waits. Each may take a gigabyte and two threads."""
DOWNLOADS_AT_ONCE = 2
"""Statements that write a file; they never stand in the way of the others."""

TURN_LOOK_SECONDS = 0.02
"""Between two looks, while a statement waits for its turn, at whether it is still wanted."""

# Module state, and needed: the processes of this process. They hold no data of visitors.
_lock = threading.Lock()
_warm: list[Child] = []
_wanted = threading.Event()
_screens = threading.BoundedSemaphore(SCREENS_AT_ONCE)
_downloads = threading.BoundedSemaphore(DOWNLOADS_AT_ONCE)


def warm(*, from_now_on: bool = True) -> None:
    """Have a worker ready: always from now on for a server, or for the next statement of a command.

    A worker takes some tenths of a second to start; this does not wait for it.
    """
    if from_now_on:
        _wanted.set()
    with _lock:
        if not _warm:
            _warm.append(spawn("storage.visitors.worker"))


@contextmanager
def taken(limits: Limits, stop: threading.Event | None = None) -> Iterator[Child]:
    """A worker for one statement, ended afterwards however far it is. Waits for a turn: on a screen as long as the statement
    may take, for a download as long as downloads may.

    Raises QueryFailed where others are at work until then, and StatementStopped where `stop` is set.
    """
    slots = _downloads if limits.is_download else _screens
    _wait(slots, LONGEST_DOWNLOAD if limits.is_download else limits.seconds, stop)
    try:
        child = _at_hand() or spawn("storage.visitors.worker")
        try:
            yield child
        finally:
            close(child)
    finally:
        slots.release()
        if _wanted.is_set():
            # That the next statement finds no worker ready is no fault of this one.
            with suppress(QueryFailed):
                warm()


def _wait(slots: threading.BoundedSemaphore, seconds: float, stop: threading.Event | None) -> None:
    end = time.monotonic() + seconds
    while stop is None or not stop.is_set():
        left = max(0.0, end - time.monotonic())
        if slots.acquire(timeout=left if stop is None else min(left, TURN_LOOK_SECONDS)):
            return
        if time.monotonic() >= end:
            raise QueryFailed("Too many statements are running at once.", remedy="Try again in a moment.")
    raise StatementStopped


def _at_hand() -> Child | None:
    """The worker that waits, unless it has ended since."""
    with _lock:
        child = _warm.pop() if _warm else None
    if child is not None and child.process.poll() is not None:
        close(child)
        return None
    return child


@atexit.register
def cool() -> None:
    """End the worker that waits, and have none ready any more. What is at work comes to its end."""
    _wanted.clear()
    with _lock:
        while _warm:
            close(_warm.pop())
