"""An empty log for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.log import Log
from tests.logs import new_log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """A log in a folder of its own."""
    with new_log(tmp_path / "log.duckdb") as opened:
        yield opened
