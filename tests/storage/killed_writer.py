"""A writer that appends asks until it is killed, and says each run when its append has returned.

`python -m tests.storage.killed_writer LOG FIRST`
"""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path

from storage.log import Log
from tests.storage.samples import ask


def main() -> None:
    path, first = Path(sys.argv[1]), int(sys.argv[2])
    log = Log.open(path)
    # A checkpoint after every few asks, so that many kills fall into one.
    log.database.rows("SET wal_autocheckpoint = '64KB'")
    for number in itertools.count(first):
        log.append(ask(f"Prompt {number % 40} is [MASK].", number=number, depth=5 + number % 9))
        os.write(1, f"{number}\n".encode())


if __name__ == "__main__":
    main()
