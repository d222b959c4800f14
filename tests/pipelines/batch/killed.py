"""A batch in a process of its own, to be killed: it says how far it is after each chunk."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection
from pathlib import Path

from pipelines.batch import BatchProgress, carry_out
from pipelines.settings import read_settings
from pipelines.shelf import Shelf
from storage.log import Log


def work(path: Path, run_id: str, told: Connection, environment: dict[str, str]) -> None:
    """Answer what is left of the batch."""
    os.environ.update(environment)

    def tell(progress: BatchProgress) -> None:
        told.send(progress.n_done)

    with Log.open(path) as log:
        # A checkpoint after every few chunks, so that many kills fall into one.
        log.database.rows("SET wal_autocheckpoint = '64KB'")
        carry_out(run_id, shelf=Shelf(read_settings()), log=log, on_progress=tell)
    told.send("complete")
