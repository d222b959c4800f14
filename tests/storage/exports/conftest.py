"""One log and one copy of it for all tests of exports: they only read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.log import Log
from storage.snapshots import Snapshot, Snapshots
from tests.storage.archive.histories import fill


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """A log that holds something of everything."""
    with Log.open(tmp_path_factory.mktemp("filled") / "log.duckdb") as log:
        fill(log)
        yield log


@pytest.fixture(scope="session")
def snapshot(filled: Log) -> Iterator[Snapshot]:
    with Snapshots(filled.database) as snapshots:
        yield snapshots.current()


@pytest.fixture
def history(filled: Log, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same log as the commands find it: open elsewhere, with a copy at hand."""
    assert snapshot.path.exists()
    monkeypatch.setenv("MASKBOARD_HISTORY", str(filled.path))
    return filled.path
