"""A million rows leave in flat memory, whatever the format."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from storage.log import Log
from storage.snapshots import Snapshots
from tests.conftest import ROOT
from tests.storage.exports.big_log import make

PROMPTS = 50_000
"""Of 20 predictions each: a million rows."""
MOST_MB = 200


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with a million predictions."""
    path = tmp_path_factory.mktemp("big") / "log.duckdb"
    make(path, PROMPTS)
    return path


def extra_memory(*arguments: str) -> int:
    """Megabytes that the work took in a process of its own, beyond what it had before."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.storage.exports.measured", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
@pytest.mark.parametrize("form", ["parquet", "csv", "json"])
def test_a_million_rows_take_little_memory(form: str, big: Path, tmp_path: Path) -> None:
    with Log.open(big) as log, Snapshots(log.database) as snapshots:
        assert extra_memory("export", str(snapshots.current().path), form, str(tmp_path / f"rows.{form}")) < MOST_MB


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
def test_a_whole_log_takes_little_memory(big: Path, tmp_path: Path) -> None:
    assert extra_memory("archive", str(big), str(tmp_path / "log.zip")) < MOST_MB
