"""What the server does without anybody looking: it goes on with interrupted batches, and serves the commands of a shell."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from pathlib import Path

from dashboard import resources
from storage.database import Database, default_path
from storage.door import Door, settle, wishes
from storage.errors import StorageError
from storage.inbox import NotTaken, take_all
from storage.log import Log

SECONDS = 1.0
"""Between two looks into the inbox: a command that waits there is answered about as soon."""

logger = logging.getLogger(__name__)


class Caretaker:
    """A thread of the server, from its start to its end."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="caretaker", daemon=True)
        self._database: Database | None = None
        self._door: Door | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round on its way."""
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        try:
            while not self._stop.is_set():
                try:
                    self._round()
                except StorageError:
                    pass  # the pages say what is the matter with the log; the next round tries again
                except Exception:
                    logger.exception("A round of the caretaker failed.")
                self._stop.wait(SECONDS)
        finally:
            if self._door is not None:
                self._door.close()

    def _round(self) -> None:
        try:
            log = resources.usable_log()
        except StorageError:
            settle(wishes(default_path()))  # nobody waits for a copy of what cannot be read
            raise
        if log.database is not self._database:
            self._settle_in(log)
        # First, since whoever waits for a copy waits for nothing else.
        if wished := wishes(log.path):
            self._copy(wished)
        for each in take_all(log.database):
            if isinstance(each, NotTaken):
                logger.warning("What a command put into %s was not taken: %s", each.folder, each.reason)
            else:
                logger.info("Taken from a command: %s", each.merged.in_words())
                resources.batches().resume()

    def _copy(self, wished: Iterable[Path]) -> None:
        """For commands that read the log, or want to know what of a batch is answered already."""
        try:
            if (copies := resources.open_log().copies) is not None:
                copies.to_read(fresh=True)
        except StorageError as error:
            logger.warning("A command goes on with an older copy of the log, or without one: %s", error)
        finally:
            settle(wished)

    def _settle_in(self, log: Log) -> None:
        """With a log that was opened, or opened anew, a moment ago."""
        if self._door is not None:
            self._door.close()
            self._door = None
        self._door = Door(log.path)
        self._database = log.database
        resources.batches().resume()
