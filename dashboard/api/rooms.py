"""Room for work that blocks, so much for each kind of it: neither the pages nor another kind waits for one that is slow."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from dashboard.api.errors import busy

T = TypeVar("T")


class Places:
    """So many requests of one kind may be here at once. Any thread may call it."""

    def __init__(self, name: str, most: int) -> None:
        self._name, self._most = name, most
        self._free = threading.BoundedSemaphore(most)

    def take(self) -> None:
        """Come in. Raises `Problem` where no place is free."""
        if not self._free.acquire(blocking=False):
            raise busy(f"{self._most} {self._name} are at work or wait, which is as many as this server keeps.")

    def give_back(self) -> None:
        """Leave."""
        self._free.release()


class Room:
    """Threads for work of one kind. To be used from the server's event loop."""

    def __init__(self, name: str, at_once: int, waiting: int) -> None:
        self._places = Places(name, at_once + waiting)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix=f"api-{name.replace(' ', '-')}")

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` gives. A client that goes away meanwhile harms nothing: the work comes to its end.

        Raises `Problem` where too much waits already, and what `work` raises.
        """
        self._places.take()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._places.give_back()


class Rooms:
    """All of them, for one app."""

    def __init__(self) -> None:
        # The forward passes share one thread; the others wait for it, for a load, or for the log.
        self.asks = Room("asks", at_once=8, waiting=56)
        # A file is read whole, and the log takes one writer at a time.
        self.batches = Room("batches", at_once=2, waiting=6)
        # As many as `storage.visitors` runs at once; each has a process of its own.
        self.queries = Room("queries", at_once=4, waiting=12)
        self.analyses = Room("analyses", at_once=2, waiting=14)
        # What comes from the log or from memory in milliseconds, so that it never waits for the others.
        self.looks = Room("looks", at_once=4, waiting=60)
        self.health = Room("health checks", at_once=1, waiting=7)
        # Each has a thread of its own as long as its client reads; `storage.visitors` runs two at once.
        self.exports = Places("exports", 8)
