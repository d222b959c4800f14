"""Runs one piece of work and prints the memory it took in MB: `python -m ... CODE ARGS`.

Two figures: what this process took beyond what it had before, and the most that a worker of it had.
"""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from pathlib import Path


def peak(process: str = "self") -> int:
    """The most memory that a process has had, in kB."""
    for line in Path(f"/proc/{process}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise RuntimeError("the kernel tells no peak")


def archive(log: str, out: str) -> None:
    from storage.archive import write_archive
    from storage.log import Log

    with Log.open(Path(log)) as opened:
        opened.database.rows("SELECT count(*) FROM predictions WHERE score > 0.5")
        before = settled()
        write_archive(opened.database, Path(out))
    report(before, 0)


def export(copy: str, form: str, out: str, rows: str) -> None:
    from datetime import UTC, datetime

    from storage import exports
    from storage.output import Format
    from storage.snapshots import Snapshot

    snapshot = Snapshot(Path(copy), datetime.now(UTC), 0)
    exports.export(exports.of_view("checkpoints"), snapshot, Format(form), Path(out))
    before = settled()
    workers: list[int] = []
    manifest = exports.export(
        exports.of_view("predictions"), snapshot, Format(form), Path(out), on_progress=lambda _: workers.append(workers_peak())
    )
    assert manifest.rows == int(rows)
    report(before, max(workers))


def workers_peak() -> int:
    """The most that a worker of this process has had, in kB; what waits for its end has nothing left to tell."""
    peaks = [0]
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text("ascii").split():
            with suppress(OSError, RuntimeError):
                if b"storage.visitors.worker" in Path(f"/proc/{child}/cmdline").read_bytes():
                    peaks.append(peak(child))
    return max(peaks)


def settled() -> int:
    """The peak from here on begins at what is in use now."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


def report(before: int, worker: int) -> None:
    print((peak() - before) // 1024, worker // 1024)  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    work, *arguments = sys.argv[1:]
    if work == "archive":
        archive(*arguments)
    else:
        export(*arguments)
