"""Lines -> rows of CSV, by the standard library's reader in strict mode; a quote that goes wrong spoils its own line only."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator

from pipelines.prompt_files.lines import LONGEST_LINE, Line, Problem, shown
from pipelines.prompt_files.rows import LONGEST_CELL, Row, bounded

DELIMITERS = ",;\t"
"""What may end a cell: the one that stands most often in the header, the first of them where that leaves it open."""
MOST_LINES_IN_A_CELL = 200
"""Lines that a row may run over, before its opening quote counts as one that nothing closes."""

_QUOTED = re.compile('"[^"]*"')


def delimiter_of(header: str) -> str:
    """What ends a cell in the file with this header; what stands in quotes does not count."""
    bare = _QUOTED.sub("", header)
    return max(DELIMITERS, key=bare.count)


def read_quoted(lines: Iterator[Line | Problem], delimiter: str) -> Iterator[Row | Problem]:
    """The rows; each has the number of its first line. Lines without text are left out where they stand in no cell.

    Where a quoted cell is not closed within `MOST_LINES_IN_A_CELL` lines, or goes on behind its closing quote, the line on
    which the row begins is a problem and those after it are read again as rows of their own.
    """
    again: deque[Line | Problem] = deque()
    while (line := again.popleft() if again else next(lines, None)) is not None:
        if isinstance(line, Problem):
            yield line
        elif '"' in line.text or "\r" in line.text:
            yield _row(line, lines, again, delimiter)
        elif line.text and not line.text.isspace():
            yield bounded(Row(line.number, tuple(line.text.split(delimiter))), line.text)


def _row(line: Line, lines: Iterator[Line | Problem], again: deque[Line | Problem], delimiter: str) -> Row | Problem:
    """The row that begins on this line. What it takes of the next ones and cannot use is put into `again`."""
    taken: list[Line | Problem] = []
    more = _taking(line, lines, again, taken)
    try:
        cells = tuple(next(csv.reader(more, delimiter=delimiter, strict=True)))
    except csv.Error as error:
        problem = _spoiled(line, str(error), alone=not taken)
        if "field limit" not in str(error) or not _closes(line, taken, more):
            again.extendleft(reversed(taken))
        return problem
    return bounded(Row(line.number, cells), "".join([line.text, *(each.text for each in taken)]) if taken else line.text)


def _taking(
    line: Line, lines: Iterator[Line | Problem], again: deque[Line | Problem], taken: list[Line | Problem]
) -> Iterator[str]:
    """The text of the line, then of those after it, which it notes in `taken`, as far as a row may reach."""
    yield line.text + line.end
    characters = len(line.text)
    while len(taken) < MOST_LINES_IN_A_CELL:
        more = again.popleft() if again else next(lines, None)
        if more is None:
            return
        taken.append(more)
        characters += len(more.text)
        if isinstance(more, Problem) or characters > LONGEST_LINE:
            return
        yield more.text + more.end


def _closes(line: Line, taken: list[Line | Problem], more: Iterator[str]) -> bool:
    """Whether a row that was given up in a cell too long for the reader has an end; it is then taken to there."""
    quotes = line.text.count('"') + sum(each.text.count('"') for each in taken)
    while quotes % 2:
        if (text := next(more, None)) is None:
            return False
        quotes += text.count('"')
    return True


def _spoiled(line: Line, said: str, alone: bool) -> Problem:
    if "field limit" in said:
        return Problem(line.number, shown(line.text), f"A cell has more than {LONGEST_CELL:,} characters. Shorten it.")
    if "unexpected end" in said or not alone:
        return Problem(line.number, shown(line.text), "A quote is opened here and never closed. Close it, or double it.")
    if "new-line" in said:
        reason = (
            "A carriage return stands inside the line. End each line with LF or CR LF, and put a cell that holds one in quotes."
        )
    else:
        reason = f"The row is no CSV: {said}. Double each quote inside a quoted cell."
    return Problem(line.number, shown(line.text), reason)
