"""The checker's process: a line of JSON in, a line of JSON out, until the asker is gone. See `storage.visitors.checks`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from storage.visitors.cage import address_space, drop_rights
from storage.visitors.processes import READY
from storage.visitors.statements import Reader

MEMORY_MB = 256


def main() -> int:
    """Read one text after the other."""
    reader = Reader()
    # What is imported at the first use has to be there before no file can be opened.
    reader.read("SELECT $a + 1")
    reader.read("SELEC 1")
    drop_rights(address_space() + MEMORY_MB * 2**20)
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    for line in sys.stdin.buffer:
        reading = reader.read(json.loads(line)["sql"])
        sys.stdout.buffer.write(json.dumps(asdict(reading)).encode("utf-8") + b"\n")
        sys.stdout.buffer.flush()
    return 0
