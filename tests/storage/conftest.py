"""What several tests of storage need: a log of their own, and a mounted file system where the machine permits one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from storage.log import Log
from tests.conftest import ROOT


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """An empty log in a folder of its own."""
    with Log.open(tmp_path / "log.duckdb") as opened:
        yield opened


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a small file system in memory with these options; the test is skipped where that is not permitted."""
    folder = tmp_path / "mounted"
    folder.mkdir()
    mounted = []

    def mounter(options: str) -> Path:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            pytest.skip(f"this user may not mount a file system: {done.stderr.strip()}")
        mounted.append(folder)
        return folder

    yield mounter
    for place in mounted:
        subprocess.run(["umount", str(place)], check=True)


HOLD = """
import sys
from pathlib import Path
from storage.log import Log
log = Log.open(Path(sys.argv[1]))
print(flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other_process() -> Iterator[Callable[[Path], None]]:
    """Let another process open a log and keep it until the test ends."""
    with ExitStack() as holders:

        def hold(path: Path) -> None:
            process = holders.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
                )
            )
            holders.callback(process.kill)
            assert process.stdout is not None
            assert process.stdout.readline() == b"\n"

        yield hold
