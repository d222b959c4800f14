"""The questions of the log: one `.sql` file each, in `storage/sql`, opening with the question in words."""

from __future__ import annotations

from functools import cache
from pathlib import Path

SQL_FOLDER = Path(__file__).parent / "sql"


@cache  # Immutable text of the installed files: the same for every visitor.
def question(name: str) -> str:
    """The statement of `sql/<name>.sql`."""
    return (SQL_FOLDER / f"{name}.sql").read_text("utf-8")
