"""A copy of a log with one ask, as people's statements see it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.log import Log
from storage.snapshots import Snapshots
from tests.storage.samples import ask


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The DuckDB file of the copy. Nothing that a test runs on it may change it."""
    path = tmp_path_factory.mktemp("asked") / "log.duckdb"
    with Log.open(path) as log, Snapshots(log.database) as snapshots:
        log.append(ask())
        yield snapshots.current().path
