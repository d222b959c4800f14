"""Many rows leave in flat memory, whatever the format."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.log import Log
from storage.snapshots import Snapshots
from storage.visitors import DOWNLOAD
from tests.conftest import ROOT
from tests.storage.exports.big_log import make

PROMPTS = int(os.environ.get("MASKBOARD_EXPORTED", "20_000"))
"""Of 20 predictions each: 400,000 rows, 52 MB as CSV and 133 MB as JSON; `make nightly` exports a million."""
MOST_MB = 50
"""An export takes 2 to 21; an archive holds a table of Arrow at a time, 48."""
WORKER_MB = 256
"""What a worker may have before it meets a statement: Python, DuckDB and Arrow."""


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with 20 predictions for each prompt."""
    path = tmp_path_factory.mktemp("big") / "log.duckdb"
    make(path, PROMPTS)
    return path


def extra_memory(*arguments: str) -> tuple[int, int]:
    """Megabytes that the work took in a process of its own, beyond what it had before; and those of the worker."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.storage.exports.measured", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    own, worker = map(int, done.stdout.split())
    return own, worker


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
@pytest.mark.parametrize("form", ["parquet", "csv", "json"])
def test_many_rows_take_little_memory(form: str, big: Path, tmp_path: Path) -> None:
    with Log.open(big) as log, Snapshots(log.database) as snapshots:
        own, worker = extra_memory(
            "export", str(snapshots.current().path), form, str(tmp_path / f"rows.{form}"), str(20 * PROMPTS)
        )
    assert own < MOST_MB
    assert 0 < worker < WORKER_MB + DOWNLOAD.memory_mb


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
def test_a_whole_log_takes_little_memory(big: Path, tmp_path: Path) -> None:
    assert extra_memory("archive", str(big), str(tmp_path / "log.zip"))[0] < 3 * MOST_MB
