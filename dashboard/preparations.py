"""Exports on their way: each is written by a thread of its own, so that no page waits and a person may stop it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from dashboard.offers import Offer, Offers
from storage.errors import StorageError
from storage.exports import Manifest, Source, export, file_name, manifest_path
from storage.output import Format
from storage.snapshots import Snapshot
from storage.whole_file import FileUnwritable

logger = logging.getLogger(__name__)


class PreparationState(StrEnum):
    """How far an export is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that can be fetched."""

    name: str
    """What it is called: the stem, the rows, the day."""
    link: str
    manifest_link: str
    manifest: Manifest


class _Stopped(Exception):
    """Ends the writing from within."""


class Preparation:
    """One export. Any thread may look at it."""

    def __init__(
        self, source: Source, form: Format, offers: Offers, snapshot: Callable[[], Snapshot], *, raw: bool = False
    ) -> None:
        self.source, self.form, self.raw = source, form, raw
        self.rows = 0
        """Rows written so far."""
        self.state = PreparationState.RUNNING
        self.problem = ""
        """A sentence, where it failed."""
        self.prepared: Prepared | None = None
        self.snapshot: Snapshot | None = None
        """The copy of the log that the rows are of, once it is taken."""
        self._offers, self._take = offers, snapshot
        self._offer: Offer | None = None
        self._stop = threading.Event()
        self._cancelled = False
        self._thread = threading.Thread(target=self._run, name="export", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Whether it has come to an end within this time."""
        self._thread.join(seconds)
        return self.state is not PreparationState.RUNNING

    def cancel(self) -> None:
        """Stop at once, whether rows have come or not; nothing is left of it."""
        self._cancelled = True
        self._stop.set()

    @property
    def is_kept(self) -> bool:
        """Whether the file can still be fetched."""
        offer, prepared = self._offer, self.prepared
        return offer is not None and prepared is not None and self._offers.find(offer.token, prepared.name) is not None

    def forget(self) -> None:
        """Stop, and take the file away."""
        self.cancel()
        if self._offer is not None:
            self._offers.close(self._offer.token)

    def _run(self) -> None:
        state = PreparationState.FAILED
        try:
            self._offer = offer = self._offers.open(self._stop)
            prepared = self._write(offer)
            if self._offers.keep(offer):
                self.prepared = prepared
                self.state = PreparationState.DONE
                return
            self._stop.set()
        except FileUnwritable as error:
            self.problem = _no_room(error.reason)
        except OSError as error:
            self.problem = _no_room((error.strerror or str(error)).lower())
        except _Stopped:
            pass
        except StorageError as error:
            self.problem = str(error)
        except Exception as error:  # the thread has no page above it that would say something
            if not self._stop.is_set():
                logger.error("an export failed", exc_info=error)
            self.problem = "Nobody foresaw this. The history is unharmed; the server's log holds the details."
        # Whatever the writing said that was stopped, or lost its folder: why it was stopped counts.
        if self._cancelled:
            state, self.problem = PreparationState.CANCELLED, ""
        elif self._stop.is_set():
            self.problem = "Something was deleted from the history meanwhile. Prepare the file again."
        if self._offer is not None:
            self._offers.close(self._offer.token)
        self.state = state

    def _write(self, offer: Offer) -> Prepared:
        self._go_on()
        self.snapshot = snapshot = self._take()
        self._go_on()
        out = offer.folder / f"rows.{self.form}"
        manifest = export(self.source, snapshot, self.form, out, raw=self.raw, on_progress=self._progress, stop=self._stop)
        count = f"{manifest.rows}-row{'' if manifest.rows == 1 else 's'}"
        name = file_name("-".join([self.source.stem, count, *(["raw"] if self.raw else [])]), self.form)
        whole = out.rename(offer.folder / name)
        beside = manifest_path(out).rename(manifest_path(whole))
        return Prepared(name, offer.link(name), offer.link(beside.name), manifest)

    def _progress(self, rows: int) -> None:
        self._go_on()
        self.rows = rows

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise _Stopped


def _no_room(reason: str) -> str:
    return f"The file could not be written where the dashboard runs: {reason}. Make room there, or export less."
