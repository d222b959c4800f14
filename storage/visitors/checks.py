"""The checker: a process of its own in which DuckDB's parser meets the text of a person, kept for the next text.

A text of a hundred characters can make the parser take all memory of a machine, so the server never parses one itself.
"""

from __future__ import annotations

import atexit
import json
import threading
from dataclasses import dataclass

from storage.errors import QueryFailed
from storage.visitors.processes import Child, close, spawn

CHECK_SECONDS = 2.0
"""How long reading a statement may take; ordinary ones take a millisecond, and more on a machine that has much to do."""
START_SECONDS = 30.0
"""How long a new checker may take until it is ready: 0.3 s, and more on a machine that has much to do."""
TURN_SECONDS = 4.0
"""How long a text waits for its turn."""
KEPT = 2
"""Checkers that wait for the next text."""
AT_ONCE = 4
"""Texts that are read at the same time."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the parser makes of a text."""

    reason: str = ""
    """Why it may not run; empty where it may."""
    remedy: str = ""
    position: int | None = None
    """Byte of the text, from 0, at which the mistake is."""
    names: tuple[str, ...] = ()
    """Its `$name` placeholders."""


TOO_LONG = Reading(reason="DuckDB needs too long to read this statement.", remedy="Write it with less nesting.")
TOO_BUSY = Reading(reason="Too many statements are being read at once.", remedy="Try again.")
NOT_STARTED = Reading(
    reason="The machine is too busy to read the statement.", remedy="Try again in a moment, or make room on the machine."
)
"""The statement is not to blame: it has not been looked at."""

# Module state, and needed: the checkers of this process. They hold no data of visitors.
_lock = threading.Lock()
_idle: list[Child] = []
_slots = threading.BoundedSemaphore(AT_ONCE)


def check(sql: str) -> Reading:
    """Read a text in a checker. What ends the checker, or takes it more than two seconds, is refused; so is any text while none
    can be started."""
    if not _slots.acquire(timeout=TURN_SECONDS):
        return TOO_BUSY
    try:
        try:
            child = _take()
        except QueryFailed:
            return NOT_STARTED
        said = _ask(child, sql)
        if said is None:
            close(child)
            return TOO_LONG if child.ready else NOT_STARTED
        _keep(child)
    finally:
        _slots.release()
    found = json.loads(said)
    return Reading(found["reason"], found["remedy"], found["position"], tuple(found["names"]))


def _take() -> Child:
    with _lock:
        while _idle:
            child = _idle.pop()
            if child.process.poll() is None:
                return child
            close(child)
    return spawn("storage.visitors.checker")


def _keep(child: Child) -> None:
    with _lock:
        if len(_idle) < KEPT:
            _idle.append(child)
            return
    close(child)


def _ask(child: Child, sql: str) -> bytes | None:
    """A line of JSON, or nothing from a checker that did not get so far."""
    try:
        with child.killed_after(START_SECONDS):
            child.wait_until_ready()
        if not child.ready:
            return None
        with child.killed_after(CHECK_SECONDS):
            child.stdin.write(json.dumps({"sql": sql}).encode("utf-8") + b"\n")
            child.stdin.flush()
            said = child.stdout.readline()
    except OSError:
        return None
    return said if said.endswith(b"\n") else None


@atexit.register
def _close_all() -> None:
    with _lock:
        while _idle:
            close(_idle.pop())
