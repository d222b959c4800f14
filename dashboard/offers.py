"""Files that are ready to be fetched: each under a name of its own that nobody can guess, for an hour.

The route that sends them (`dashboard.downloads_route`) and the pages that link to them share one folder. It is private to this
user, and gone when the process ends; what a killed process left is swept by the next.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SECONDS = 3600.0
"""How long a file can be fetched after it was made."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
"""What `secrets.token_urlsafe(32)` writes: 256 random bits."""
NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,199}")
"""What a file here is called: nothing that leads anywhere else."""
PREFIX = "maskboard-files-"
MOST = 20
"""Offers at a time; the oldest goes when another comes, so that a disk does not fill up with what nobody fetches."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One folder of files that belong together, such as an export and its manifest."""

    token: str
    folder: Path
    until: float
    """When it is taken away, on the clock of `Offers`."""

    def link(self, name: str) -> str:
        """Where a browser fetches a file of it. `name` is a plain name of letters, digits, dots and dashes."""
        return f"/downloads/{self.token}/{name}"


class Offers:
    """The offers of this process. Any thread may ask."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        _sweep(Path(tempfile.gettempdir()))
        # Readable by this user alone, and removed when the interpreter ends.
        self._place = tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", ignore_cleanup_errors=True)
        self._offers: dict[str, Offer] = {}

    @property
    def folder(self) -> Path:
        return Path(self._place.name)

    def open(self) -> Offer:
        """A new offer with an empty folder; those that are old, or too many, are taken away."""
        self.sweep()
        token = secrets.token_urlsafe(32)
        offer = Offer(token, self.folder / token, self._clock() + SECONDS)
        offer.folder.mkdir(mode=0o700)
        with self._lock:
            self._offers[token] = offer
            surplus = list(self._offers)[:-MOST]
        for old in surplus:
            self.close(old)
        return offer

    def find(self, token: str, name: str) -> Path | None:
        """The file of that name in that offer; None where there is none, or no longer."""
        self.sweep()
        with self._lock:
            offer = self._offers.get(token)
        if offer is None or NAME.fullmatch(name) is None:
            return None
        file = offer.folder / name
        return file if file.is_file() else None

    def close(self, token: str) -> None:
        """Take one offer away; no harm where it is gone."""
        with self._lock:
            offer = self._offers.pop(token, None)
        if offer is not None:
            shutil.rmtree(offer.folder, ignore_errors=True)

    def sweep(self) -> None:
        """Take away what is older than an hour."""
        now = self._clock()
        with self._lock:
            old = [offer.token for offer in self._offers.values() if offer.until <= now]
        for token in old:
            self.close(token)

    def close_all(self) -> None:
        """Take everything away: the process ends."""
        with self._lock:
            self._offers.clear()
        self._place.cleanup()


@cache  # One for the process: the route is no part of any session.
def offers() -> Offers:
    """The offers that the pages and the route share."""
    return Offers()


def _sweep(place: Path) -> None:
    """Remove folders of processes that are no more."""
    if not Path("/proc/self").exists():
        return  # who still runs cannot be told here
    for folder in place.glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)
