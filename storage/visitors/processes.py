"""The processes in which the text of a person is read and run: spawned, not forked, with an empty environment."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

from storage.errors import QueryFailed

READY = b"R"
"""What a process writes on standard output once it has imported everything."""


class Child:
    """A process that waits for what it is to do."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.stdin, self.stdout, self.stderr = (
            cast(IO[bytes], pipe) for pipe in (process.stdin, process.stdout, process.stderr)
        )
        self.ready = False
        """Whether it has said that it is."""

    def wait_until_ready(self) -> None:
        """Wait until everything is imported. A process that ends before makes the next call fail."""
        if not self.ready:
            self.ready = self.stdout.read(len(READY)) == READY

    @contextmanager
    def killed_after(self, seconds: float) -> Iterator[None]:
        """Kill the process unless the block ends in time."""
        timer = threading.Timer(seconds, self.process.kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def spawn(module: str) -> Child:
    """Start `main` of a module as a process of its own. Raises QueryFailed where the system has none left."""
    root = Path(__file__).resolve().parents[2]
    try:
        process = subprocess.Popen(
            [sys.executable, "-B", "-P", Path(__file__).with_name("start.py"), module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=root,
            env={"PYTHONPATH": str(root), "PYTHONUTF8": "1"},
        )
    except OSError as error:
        raise QueryFailed(
            f"No process could be started for the statement: {(error.strerror or str(error)).lower()}.", remedy="Try again."
        ) from error
    return Child(process)


def close(child: Child) -> None:
    """End a process, however far it is."""
    child.process.kill()
    child.process.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        # What was still to be written goes nowhere.
        with suppress(OSError):
            pipe.close()
