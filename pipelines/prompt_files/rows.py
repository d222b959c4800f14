"""One row of a table, and the bounds that every kind of file keeps to."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.prompt_files.lines import Problem, shown

LONGEST_CELL = 100_000
"""Characters of a cell; a prompt has at most 20,000."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    line: int
    """On which it begins, from 1."""
    cells: tuple[str, ...]
    """A cell for each column, as it stands in the file; empty where JSON has no such key."""


def bounded(row: Row, text: str) -> Row | Problem:
    """The row, or which bound it breaks. `text` is the row as it stands in the file."""
    if len(text) <= LONGEST_CELL:  # no cell is longer than its row, and nearly every row is shorter than the bound
        return row
    longest = max(map(len, row.cells), default=0)
    return row if longest <= LONGEST_CELL else too_long(row.line, longest, text)


def too_long(line: int, characters: int, text: str) -> Problem:
    """The problem of a cell with so many characters."""
    return Problem(line, shown(text), f"A cell has {characters:,} characters and {LONGEST_CELL:,} are read. Shorten it.")
