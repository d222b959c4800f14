"""The workers at hand: one waits warm where that was asked for, and only so many run at once."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from storage.errors import QueryFailed
from storage.visitors.limits import Limits
from storage.visitors.processes import Child, close, spawn

SCREENS_AT_ONCE = 4
"""Statements for which a person waits. Each may take a gigabyte and two threads."""
DOWNLOADS_AT_ONCE = 2
"""Statements that write a file; they never stand in the way of the others."""

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
def taken(limits: Limits, deadline: float) -> Iterator[Child]:
    """A worker for one statement, ended afterwards however far it is.

    Raises QueryFailed where others are at work until the deadline.
    """
    slots = _downloads if limits.rows is None else _screens
    if not slots.acquire(timeout=max(0.0, deadline - time.monotonic())):
        raise QueryFailed("Too many statements are running at once.", remedy="Try again in a moment.")
    try:
        with _lock:
            child = _warm.pop() if _warm else None
        if child is None or child.process.poll() is not None:
            child = spawn("storage.visitors.worker")
        try:
            yield child
        finally:
            close(child)
    finally:
        slots.release()
        if _wanted.is_set():
            warm()


@atexit.register
def cool() -> None:
    """End the worker that waits, and have none ready any more. What is at work comes to its end."""
    _wanted.clear()
    with _lock:
        while _warm:
            close(_warm.pop())
