"""Runs one piece of work and prints how much memory it took beyond what was there before, in MB: `python -m ... CODE ARGS`."""

from __future__ import annotations

import gc
import sys
from pathlib import Path


def peak() -> int:
    """The most memory that this process has had, in kB."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
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
    report(before)


def export(copy: str, form: str, out: str) -> None:
    from datetime import UTC, datetime

    from storage import exports
    from storage.output import Format
    from storage.snapshots import Snapshot

    snapshot = Snapshot(Path(copy), datetime.now(UTC), 0)
    exports.export(exports.of_view("checkpoints"), snapshot, Format(form), Path(out))
    before = settled()
    manifest = exports.export(exports.of_view("predictions"), snapshot, Format(form), Path(out))
    assert manifest.rows >= 1_000_000
    report(before)


def settled() -> int:
    """The peak from here on begins at what is in use now."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


def report(before: int) -> None:
    print((peak() - before) // 1024)  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    work, *arguments = sys.argv[1:]
    if work == "archive":
        archive(*arguments)
    else:
        export(*arguments)
