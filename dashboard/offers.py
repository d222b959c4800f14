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
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

SECONDS = 3600.0
"""How long a file can be fetched after it was made."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
"""What `secrets.token_urlsafe(32)` writes: 256 random bits."""
NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,199}")
"""What a file here is called: nothing that leads anywhere else."""
PREFIX = "maskboard-files-"
MOST_BYTES = 5_000_000_000
"""Of all finished files together, where the disk has room; the oldest go when another is finished."""
SHARE = 10
"""They take at most this part, a tenth, of what would be free without them."""
WHY_GONE = (
    "It is kept for an hour at most, less where others prepared large files since, and it goes when something is deleted from "
    "the history."
)


@dataclass(frozen=True, slots=True)
class Offer:
    """One folder of files that belong together, such as an export and its manifest."""

    token: str
    folder: Path
    stop: threading.Event
    """Set when it is taken away, for whoever still writes into it."""

    def link(self, name: str) -> str:
        """Where a browser fetches a file of it. `name` is a plain name of letters, digits, dots and dashes."""
        base = str(st.get_option("server.baseUrlPath") or "").strip("/")
        return f"/{base}/downloads/{self.token}/{name}" if base else f"/downloads/{self.token}/{name}"


@dataclass(frozen=True, slots=True)
class _Finished:
    """What is known of an offer that is whole."""

    until: float
    """When it is taken away, on the clock of `Offers`."""
    bytes: int


def most_bytes(folder: Path, held: int) -> int:
    """How many bytes finished files may take on the disk of `folder`, of which they hold `held` now."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return 0
    return min(MOST_BYTES, (free + held) // SHARE)


class Offers:
    """The offers of this process. Any thread may ask. Raises OSError where no folder can be made."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: Callable[[Path, int], int] = most_bytes) -> None:
        self._clock, self._most = clock, most
        self._lock = threading.Lock()
        _sweep(Path(tempfile.gettempdir()))
        self._place = _private_folder()
        self._offers: dict[str, Offer] = {}
        self._finished: dict[str, _Finished] = {}

    @property
    def folder(self) -> Path:
        return Path(self._place.name)

    def open(self, stop: threading.Event | None = None) -> Offer:
        """A new offer with an empty folder, which stays until it is kept or closed. `stop` is set should it be taken away.

        Raises OSError.
        """
        self.sweep()
        token = secrets.token_urlsafe(32)
        with self._lock:
            if not self.folder.is_dir():  # somebody has emptied /tmp
                self._place.cleanup()
                self._place = _private_folder()
            offer = Offer(token, self.folder / token, stop or threading.Event())
            offer.folder.mkdir(mode=0o700)
            self._offers[token] = offer
        return offer

    def keep(self, offer: Offer) -> bool:
        """Its files are whole: they can be fetched from now on, for an hour. Older ones go where all take too much room.

        False where it was taken away meanwhile.
        """
        size = sum(file.stat().st_size for file in offer.folder.iterdir()) if offer.folder.is_dir() else 0
        with self._lock:
            if offer.token not in self._offers:
                return False
            older = list(self._finished.items())
            self._finished[offer.token] = _Finished(self._clock() + SECONDS, size)
            held = size + sum(each.bytes for _, each in older)
            most = self._most(self.folder, held)
        for token, each in older:
            if held <= most:
                break
            self.close(token)
            held -= each.bytes
        return True

    def find(self, token: str, name: str) -> Path | None:
        """The file of that name in that offer; None where there is none, not yet, or no longer."""
        self.sweep()
        with self._lock:
            offer = self._offers.get(token) if token in self._finished else None
        if offer is None or NAME.fullmatch(name) is None:
            return None
        file = offer.folder / name
        return file if file.is_file() else None

    def close(self, token: str) -> None:
        """Take one offer away; no harm where it is gone."""
        with self._lock:
            offer = self._offers.pop(token, None)
            self._finished.pop(token, None)
        if offer is not None:
            offer.stop.set()
            shutil.rmtree(offer.folder, ignore_errors=True)

    def sweep(self) -> None:
        """Take away what was finished more than an hour ago."""
        now = self._clock()
        with self._lock:
            old = [token for token, each in self._finished.items() if each.until <= now]
        for token in old:
            self.close(token)

    def forget(self) -> None:
        """Take everything away, also what is being written: it holds what a person has just deleted."""
        with self._lock:
            known = list(self._offers)
        for token in known:
            self.close(token)

    def close_all(self) -> None:
        """Take everything away: the process ends."""
        self.forget()
        self._place.cleanup()


# Module state, and needed: the route is no part of any session, and all share one folder.
_making = threading.Lock()
_made: list[Offers] = []


def offers() -> Offers:
    """The offers that the pages and the route share, made by whoever asks first. Raises OSError where they cannot be made."""
    with _making:
        if not _made:
            _made.append(Offers())
        return _made[0]


def forget() -> None:
    """Take every prepared file away, because something was deleted from the history."""
    with _making:
        known = list(_made)
    for each in known:
        each.forget()


def close() -> None:
    """Take everything away: the server stops."""
    with _making:
        while _made:
            _made.pop().close_all()


def _private_folder() -> tempfile.TemporaryDirectory[str]:
    """Readable by this user alone, and removed when the interpreter ends."""
    return tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", ignore_cleanup_errors=True)


def _sweep(place: Path) -> None:
    """Remove folders of processes that are no more."""
    if not Path("/proc/self").exists():
        return  # who still runs cannot be told here
    with suppress(OSError):
        for folder in place.glob(f"{PREFIX}*"):
            owner = folder.name.removeprefix(PREFIX).split("-")[0]
            if owner.isdigit() and not Path(f"/proc/{owner}").exists():
                shutil.rmtree(folder, ignore_errors=True)
