"""What one statement of a person may use."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_SQL = 10_000
"""Bytes of a statement in UTF-8."""
LARGEST_PIECE = 64 * 2**20
"""Bytes that the server takes from a worker at once, a row at least: what one row of an answer may weigh."""

MOST_COLUMNS = 2_000
"""Columns of an answer. A PIVOT that finds its values itself can make 100,000."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one statement may use."""

    seconds: float
    """How long somebody waits for the statement. What the reader of its rows does with them does not count, nor, where all rows
    are wanted, the wait for a turn. A worker that is still at work a quarter of a second later is killed."""
    memory_mb: int = 1024
    """What the statement may add to the memory of its process."""
    threads: int = 2
    rows: int | None = None
    """Rows that `fetch` takes; None for all."""
    bytes: int | None = None
    """Bytes of rows that `fetch` takes; None for all."""

    @property
    def is_download(self) -> bool:
        """Whether all rows are wanted, however long their reader takes to write them."""
        return self.rows is None


SCREEN = Limits(seconds=5, rows=10_000, bytes=50_000_000)
"""For what a person waits for."""
DOWNLOAD = Limits(seconds=300)
"""For what goes to a file."""
LONGEST_DOWNLOAD = 12 * 3600.0
"""Seconds after which a worker of a download ends itself, its reader's time included. For one whose server is gone; else the
clock of the server comes first."""
