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
from tests.logs import new_log


@pytest.fixture(autouse=True)
def fewer_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look fewer keys up in each index: a log of a test has few, and six in ten of the seconds of `verify` go into this."""
    monkeypatch.setattr("storage.verification.KEYS_LOOKED_UP", 5)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """An empty log in a folder of its own."""
    with new_log(tmp_path / "log.duckdb") as opened:
        yield opened


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
