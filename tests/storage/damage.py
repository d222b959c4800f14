"""Logs as a kill leaves them, and bits flipped in them on purpose."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.wal import wal_path
from tests.conftest import ROOT

WRITE_AND_DIE = """
import os, sys
from pathlib import Path
from storage.log import Log
from tests.storage.samples import ask
log = Log.open(Path(sys.argv[1]))
for number in range(int(sys.argv[3]), int(sys.argv[3]) + int(sys.argv[2])):
    log.append(ask(f"Prompt {number} is [MASK].", number=number))
    print(os.stat(sys.argv[1] + ".wal").st_size, flush=True)
os._exit(0)
"""


def write_and_die(path: Path, asks: int, first: int = 0) -> list[int]:
    """Ask that often, and end without closing the log. The size of the WAL after each ask, which is where its commit ends."""
    done = subprocess.run(
        [sys.executable, "-c", WRITE_AND_DIE, str(path), str(asks), str(first)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [int(line) for line in done.stdout.split()]


def flip(path: Path, position: int, bit: int = 4) -> None:
    """Change one bit of a file that no process has open."""
    content = bytearray(path.read_bytes())
    content[position] ^= 1 << bit
    path.write_bytes(content)


def cut(path: Path, size: int) -> None:
    """Tear the end off the WAL of a log, as a kill does."""
    os.truncate(wal_path(path), size)


def refuse(patched: pytest.MonkeyPatch, step: str) -> None:
    """Let the system refuse a step with an input/output error: one that is named, or the first or second `Path.replace`."""
    calls = 0
    replace = Path.replace

    def fails(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def fails_once(path: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == (2 if step.startswith("the second") else 1):
            fails()
        return replace(path, target)

    if step.endswith("Path.replace"):
        patched.setattr(Path, "replace", fails_once)
    else:
        patched.setattr(step, fails)
