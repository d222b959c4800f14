"""What a process can no longer do once it has given up its rights, tried by a program that wants to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TRIES = """
import ctypes, json, mmap, os, resource, signal, socket, sys
from pathlib import Path
from storage.visitors.cage import address_space, drop_rights, enter
kept = os.open(sys.argv[2], os.O_RDWR | os.O_CREAT)
parent = os.getppid()
space = address_space()
if sys.argv[3] == "enter":
    enter(Path(sys.argv[1]))
tries = {
    "read": lambda: os.open("/etc/passwd", os.O_RDONLY),
    "read-here": lambda: os.open("canary", os.O_RDONLY),
    "make": lambda: os.open("made", os.O_WRONLY | os.O_CREAT),
    "list": lambda: os.listdir("/"),
    "connect": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "pipe": lambda: os.pipe(),
    "duplicate": lambda: os.dup(0),
    "write": lambda: os.write(kept, b"x"),
    "fork": lambda: os.fork() or os._exit(0),
    "kill": lambda: os.kill(parent, signal.SIGTERM),
    "root": lambda: os.setuid(0),
    "raise": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),
    "memory": lambda: mmap.mmap(-1, 4 << 30),
}
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
found = {"before": os.path.exists("/etc/passwd"), "said": True}
drop_rights(space + (64 << 20), 10)
for name, attempt in tries.items():
    try:
        attempt()
    except (OSError, ValueError) as error:
        found[name] = False
    else:
        found[name] = True
found["environment"] = bool(os.environ)
os.write(1, json.dumps(found).encode())
"""
ALWAYS = {"read", "read-here", "make", "list", "connect", "pipe", "duplicate", "write", "memory", "environment"}
"""Impossible for every user."""
AS_NOBODY = {"fork", "kill", "root", "raise"}
"""Impossible where the process could become another user."""


def tries(folder: Path, enter: str) -> dict[str, bool]:
    (folder / "canary").write_text("x")
    done = subprocess.run(
        [sys.executable, "-c", TRIES, str(folder), str(folder / "kept"), enter],
        capture_output=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )
    found: dict[str, bool] = json.loads(done.stdout)
    return found


def test_a_process_that_gave_up_its_rights_can_do_nothing_any_more(tmp_path: Path) -> None:
    found = tries(tmp_path, "stay")
    assert found["before"]
    assert found["said"]
    expected = ALWAYS | AS_NOBODY if os.geteuid() == 0 else ALWAYS
    assert {name for name in expected if found[name]} == set()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["canary", "kept"]
    assert (tmp_path / "kept").read_bytes() == b""


def test_the_folder_of_the_copy_becomes_the_whole_file_system(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may make a folder the whole file system")
    assert not tries(tmp_path, "enter")["before"]
