"""Lines -> rows of a table, whatever the kind of file. Cells are kept as text; a row that cannot be read names its line."""

from __future__ import annotations

import csv
import io
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import IO

from pipelines.prompt_files.kinds import FileKind, UnreadableFile
from pipelines.prompt_files.lines import Line, Problem, read_lines, shown

MOST_COLUMNS = 200
"""More are no list of prompts."""
LONGEST_CELL = 100_000
"""Characters of a cell; a prompt has at most 20,000."""
MOST_LINES_IN_A_CELL = 200
"""Lines that a quoted cell may run over, before its opening quote counts as one that nothing closes."""

LINES_FOR_KEYS = 200
"""Lines of JSONL whose keys together are the columns."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    line: int
    """On which it begins, from 1."""
    cells: tuple[str, ...]
    """A cell for each column, as it stands in the file; empty where JSON has no such key."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows."""

    kind: FileKind
    columns: tuple[str, ...]
    """As the header names them; a file of lines has the one column `prompt`, JSONL the keys of its first lines."""
    rows: Iterator[Row | Problem]
    """To be read once. Lines without any text are left out, since nothing stands there."""


def read_table(stream: IO[bytes], kind: FileKind, name: str) -> Table:
    """Read the header; the rows are read as they are asked for.

    Raises `UnreadableFile` where there is no header, no text at all, or more than `MOST_COLUMNS` columns.
    """
    lines = read_lines(stream)
    if kind is FileKind.TXT:
        return Table(kind, ("prompt",), _rows_of_lines(lines))
    if kind is FileKind.JSONL:
        return _read_json(lines, name)
    rows = _tabbed(lines) if kind is FileKind.TSV else _quoted(lines)
    header = next(rows, None)
    if header is None:
        raise UnreadableFile(f"The file {name} is empty. Its first line names the columns, such as prompt.")
    if isinstance(header, Problem):
        raise UnreadableFile(f"The header of {name} (line {header.line}) cannot be read. {header.reason}")
    columns = _checked(header.cells, name)
    return Table(kind, columns, _whole(rows, columns))


def _checked(columns: tuple[str, ...], name: str) -> tuple[str, ...]:
    if len(columns) > MOST_COLUMNS:
        raise UnreadableFile(
            f"The file {name} has {len(columns):,} columns; at most {MOST_COLUMNS} are read. Keep those you need."
        )
    twice = [column for column in dict.fromkeys(columns) if columns.count(column) > 1]
    if twice:
        raise UnreadableFile(f"The file {name} names the column {shown(twice[0])!r} twice. Give each a name of its own.")
    return columns


def _rows_of_lines(lines: Iterator[Line | Problem]) -> Iterator[Row | Problem]:
    for line in lines:
        if isinstance(line, Problem):
            yield line
        elif line.text.strip():
            yield Row(line.number, (line.text,))


def _tabbed(lines: Iterator[Line | Problem]) -> Iterator[Row | Problem]:
    """TSV knows no quotes: a cell ends at the tab."""
    for line in lines:
        if isinstance(line, Problem):
            yield line
        elif line.text.strip():
            yield _bounded(Row(line.number, tuple(line.text.split("\t"))), line.text)


def _quoted(lines: Iterator[Line | Problem]) -> Iterator[Row | Problem]:
    """CSV, whose quoted cells may run over lines; a row has the number of its first.

    A quote that nothing closes spoils its own line only: the lines after it are read again as rows of their own. The first
    line decides whether cells end at a comma or a semicolon.
    """
    waiting: deque[Line | Problem] = deque()
    delimiter: str | None = None
    while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
        if isinstance(line, Problem):
            yield line
            continue
        if not line.text.strip():
            continue
        if delimiter is None:
            delimiter = ";" if line.text.count(";") > line.text.count(",") else ","
        found = _parsed(line.text, delimiter)
        taken: list[Line | Problem] = []
        text = [line.text]
        while found is None and len(taken) < MOST_LINES_IN_A_CELL:
            more = waiting.popleft() if waiting else next(lines, None)
            if more is None:
                break
            taken.append(more)
            if isinstance(more, Problem):
                break
            text.append(more.text)
            if '"' in more.text:
                found = _parsed("\n".join(text), delimiter)
        if found is None:
            waiting.extendleft(reversed(taken))
            yield Problem(line.number, shown(line.text), "A quote is opened here and never closed. Close it, or double it.")
        elif isinstance(found, str):
            yield Problem(
                line.number, shown("\n".join(text)), f"The row is no CSV: {found}. Double each quote inside a quoted cell."
            )
        else:
            yield _bounded(Row(line.number, found), line.text)


def _parsed(text: str, delimiter: str) -> tuple[str, ...] | str | None:
    """The cells of a row; what is wrong with it; or None where a quoted cell is still open at its end."""
    try:
        rows = list(
            csv.reader([text + "\n"] if "\n" not in text else io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        )
    except csv.Error as error:
        return None if "unexpected end" in str(error) else str(error)
    return tuple(rows[0]) if len(rows) == 1 else "a line ends inside a cell that is not quoted"


def _bounded(row: Row, text: str) -> Row | Problem:
    longest = max(map(len, row.cells), default=0)
    if longest <= LONGEST_CELL:
        return row
    return Problem(row.line, shown(text), f"A cell has {longest:,} characters and {LONGEST_CELL:,} are read. Shorten it.")


def _whole(rows: Iterator[Row | Problem], columns: tuple[str, ...]) -> Iterator[Row | Problem]:
    for row in rows:
        if isinstance(row, Row) and len(row.cells) != len(columns):
            reason = f"The row has {len(row.cells):,} cells and the header names {len(columns):,} columns."
            cells = ", ".join(row.cells[:MOST_COLUMNS])
            yield Problem(row.line, shown(cells), f"{reason} Put a cell that holds the delimiter in quotes.")
        else:
            yield row


def _read_json(lines: Iterator[Line | Problem], name: str) -> Table:
    first = list(islice(lines, LINES_FOR_KEYS))
    found = [_object(line) for line in first if isinstance(line, Line) and line.text.strip()]
    columns = tuple(dict.fromkeys(key for each in found if isinstance(each, dict) for key in each))
    if not columns:
        problem = next((each for each in found if isinstance(each, Problem)), None)
        why = "" if problem is None else f" Line {problem.line}: {problem.reason}"
        raise UnreadableFile(f"The file {name} holds no JSON object in its first lines.{why}")
    return Table(FileKind.JSONL, _checked(columns, name), _rows_of_objects(chain(first, lines), columns))


def _rows_of_objects(lines: Iterator[Line | Problem], columns: tuple[str, ...]) -> Iterator[Row | Problem]:
    for line in lines:
        if isinstance(line, Problem):
            yield line
        elif line.text.strip():
            found = _object(line)
            yield found if isinstance(found, Problem) else _row_of(found, columns, line)


def _object(line: Line) -> dict[str, object] | Problem:
    try:
        found = json.loads(line.text)
    except (ValueError, RecursionError) as error:
        said = error.msg if isinstance(error, json.JSONDecodeError) else "it is nested too deep"
        return Problem(line.number, shown(line.text), f"The line is no JSON ({said}). Write one object on each line.")
    if not isinstance(found, dict):
        return Problem(
            line.number, shown(line.text), 'The line is JSON and no object. Write an object such as {"prompt": "..."}.'
        )
    return found


def _row_of(found: dict[str, object], columns: tuple[str, ...], line: Line) -> Row | Problem:
    unknown = [key for key in found if key not in columns]
    if unknown:
        return Problem(
            line.number,
            shown(line.text),
            f"The key {shown(unknown[0])!r} is in none of the first {LINES_FOR_KEYS} lines. Use the same keys on each line.",
        )
    cells = tuple(_text(found.get(column)) for column in columns)
    longest = max(map(len, cells), default=0)
    if longest > LONGEST_CELL:
        return Problem(
            line.number, shown(line.text), f"A value has {longest:,} characters and {LONGEST_CELL:,} are read. Shorten it."
        )
    return Row(line.number, cells)


def _text(value: object) -> str:
    """A value as a cell; a list of words as they are written in CSV."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "|".join(value)
    return json.dumps(value, ensure_ascii=False)
