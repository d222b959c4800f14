"""A writer that appends asks until it is killed, and says each run when its append has returned."""

from __future__ import annotations

import itertools
from multiprocessing.connection import Connection
from pathlib import Path

from storage.log import Log
from tests.storage.samples import ask


def work(path: Path, first: int, told: Connection) -> None:
    """Append without end."""
    log = Log.open(path)
    # A checkpoint after every few asks, so that many kills fall into one.
    log.database.rows("SET wal_autocheckpoint = '64KB'")
    for number in itertools.count(first):
        log.append(ask(f"Prompt {number % 40} is [MASK].", number=number, depth=5 + number % 9))
        told.send(number)
