"""A new log without the cost of one: the steps of the schema are taken once for all tests, and then the file is copied."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.log import Log


@cache
def _new() -> bytes:
    """The file of a log that was opened once. Closed, it has no WAL, and it holds nothing that should differ between logs."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.duckdb"
        Log.open(path).close()
        return path.read_bytes()


def new_log(path: Path) -> Log:
    """Open a new log at a path where none is: what `Log.open` does in a fifth of a second, in a fraction of that."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(_new())
    return Log.open(path)
