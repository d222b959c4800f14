"""Lines -> rows of a table, whatever the kind of file. Cells are kept as text; a row that cannot be read names its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO

from pipelines.prompt_files.errors import UnreadableFile
from pipelines.prompt_files.kinds import FileKind
from pipelines.prompt_files.lines import Line, Problem, counted, read_lines, shown
from pipelines.prompt_files.objects import first_lines, keys_of, read_objects
from pipelines.prompt_files.quoted import delimiter_of, read_quoted
from pipelines.prompt_files.rows import Row, bounded
from storage.spelling import unprintable

MOST_COLUMNS = 200
"""More are no list of prompts."""
LONGEST_NAME = 200
"""Characters of the name of a column."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows."""

    kind: FileKind
    columns: tuple[str, ...]
    """As the header names them, `column 3` where it has no name for the third; a file of lines has the one column `prompt`,
    JSONL the keys of its first lines."""
    rows: Iterator[Row | Problem]
    """To be read once. Lines and rows without any text are left out, since nothing stands there."""
    delimiter: str | None = None
    """What ends a cell, where something does."""


def read_table(stream: IO[bytes], kind: FileKind, name: str) -> Table:
    """Read the header; the rows are read as they are asked for.

    Raises `UnreadableFile` where there is no header, no text at all, or more than `MOST_COLUMNS` columns.
    """
    lines = read_lines(stream)
    if kind is FileKind.TXT:
        return Table(kind, ("prompt",), _whole_lines(lines))
    if kind is FileKind.JSONL:
        return _read_json(lines, name)
    header = next((line for line in lines if line.text.strip()), None)
    if header is None:
        raise UnreadableFile(f"The file {name} is empty. Its first line names the columns, such as prompt.")
    if isinstance(header, Problem):
        raise _no_header(header, name)
    delimiter = "\t" if kind is FileKind.TSV else delimiter_of(header.text)
    lines = chain([header], lines)
    rows = _tabbed(lines) if kind is FileKind.TSV else read_quoted(lines, delimiter)
    first = next(rows)
    if isinstance(first, Problem):
        raise _no_header(first, name)
    columns = _checked(first.cells, name)
    return Table(kind, columns, _as_wide(rows, first.cells), delimiter)


def _no_header(problem: Problem, name: str) -> UnreadableFile:
    return UnreadableFile(f"The header of {name} (line {problem.line}) cannot be read. {problem.reason}")


def _checked(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The names of the columns, each its own and fit to be shown."""
    if len(names) > MOST_COLUMNS:
        raise UnreadableFile(
            f"The file {name} has {len(names):,} columns; at most {MOST_COLUMNS} are read. Keep those you need."
        )
    columns = tuple(column if column.strip() else f"column {place}" for place, column in enumerate(names, start=1))
    for place, column in enumerate(columns, start=1):
        if len(column) > LONGEST_NAME:
            raise UnreadableFile(
                f"The name of column {place} in {name} has {len(column):,} characters; at most {LONGEST_NAME} are read. "
                "The first line names the columns, such as prompt."
            )
        if (problem := unprintable(column)) is not None:
            raise UnreadableFile(f"The name of column {place} in {name} {problem}")
    twice = [column for column in dict.fromkeys(columns) if columns.count(column) > 1]
    if twice:
        raise UnreadableFile(f"The file {name} names the column {shown(twice[0])!r} twice. Give each a name of its own.")
    return columns


def _whole_lines(lines: Iterator[Line | Problem]) -> Iterator[Row | Problem]:
    for line in lines:
        if isinstance(line, Problem):
            yield line
        elif "\r" in line.text:
            yield _mixed(line)
        elif line.text and not line.text.isspace():
            yield bounded(Row(line.number, (line.text,)), line.text)


def _tabbed(lines: Iterator[Line | Problem]) -> Iterator[Row | Problem]:
    """TSV knows no quotes: a cell ends at the tab."""
    for line in lines:
        if isinstance(line, Problem):
            yield line
        elif "\r" in line.text:
            yield _mixed(line)
        elif line.text and not line.text.isspace():
            yield bounded(Row(line.number, tuple(line.text.split("\t"))), line.text)


def _mixed(line: Line) -> Problem:
    reason = "A carriage return stands inside the line, so two lines may have become one. End each line with LF or CR LF."
    return Problem(line.number, shown(line.text), reason)


def _as_wide(rows: Iterator[Row | Problem], header: tuple[str, ...]) -> Iterator[Row | Problem]:
    """The rows that have a cell for each column; the others as problems."""
    width = len(header)
    for row in rows:
        if isinstance(row, Problem):
            yield row
        elif not any(map(str.strip, row.cells)):
            continue
        elif len(row.cells) != width:
            reason = f"The row has {counted(len(row.cells), 'cell')} and the header names {counted(width, 'column')}."
            cells = ", ".join(row.cells[:MOST_COLUMNS])
            yield Problem(row.line, shown(cells), f"{reason} Put a cell that holds the delimiter in quotes.")
        elif row.cells == header:
            yield Problem(row.line, shown(", ".join(row.cells)), "The row repeats the header. Remove it.")
        else:
            yield row


def _read_json(lines: Iterator[Line | Problem], name: str) -> Table:
    first = first_lines(lines)
    columns, problem = keys_of(first)
    if not columns:
        why = "" if problem is None else f" Line {problem.line}: {problem.reason}"
        raise UnreadableFile(f"The file {name} holds no JSON object in its first lines.{why}")
    rows = read_objects(chain(first, lines), columns, len(first))
    return Table(FileKind.JSONL, _checked(columns, name), rows)
