"""Answers in CSV: a row for each prediction, with the columns checkpoint, prompt, rank, word and score."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from storage.errors import StorageError
from storage.formats.entries import Entry, EntryProblem, Given, Line, Spoiled
from storage.formats.json_file import read_expected
from storage.output import bare_cell

_NAMES = {"model": "checkpoint", "token_str": "word", "token_id": "token"}
"""Other names under which columns are found."""
_NEEDED = ("rank", "word")
_SHOWN = 300
_DECIMAL_COMMA = re.compile(r"(\s*[+-]?[0-9]*),([0-9]+(?:[eE][+-]?[0-9]+)?\s*)")

Row = Mapping[str, str]


def read_csv(text: str, name: str, *, checkpoint: str | None = None, prompt: str | None = None) -> Given:
    """Rows of one checkpoint and prompt make an entry. `checkpoint` and `prompt` stand in for columns that are not there.

    Columns beside the five: mask_index (0 for the first), token (id of the piece), expected; others are left alone. A `'` that
    our own exports put before a cell for spreadsheets is taken away again. Where cells end at a semicolon, scores may have a
    decimal comma. Raises StorageError where a column is missing or the file is no CSV.
    """
    delimiter = _delimiter(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    entries: dict[tuple[str, str], list[tuple[int, Row]]] = {}
    spoiled: list[Spoiled] = []
    try:
        with _cells_of_any_length(text):
            columns = [_NAMES.get(cell.strip().lower(), cell.strip().lower()) for cell in next(rows, [])]
            _check(columns, name, checkpoint, prompt)
            end = rows.line_num
            for cells in rows:
                # A quoted cell may run over lines: a row is named by the line on which it begins.
                number, end = end + 1, rows.line_num
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(columns):
                    problem = f"It has {len(cells)} cells and the header names {len(columns)} columns."
                    spoiled.append(Spoiled(number, ",".join(cells)[:_SHOWN], problem))
                    continue
                row = dict(zip(columns, map(bare_cell, cells), strict=True))
                if delimiter != ",":
                    row["score"] = _DECIMAL_COMMA.sub(r"\1.\2", row.get("score", ""))
                named = (row.get("checkpoint", "").strip() or checkpoint or "", row.get("prompt", "").strip() or prompt or "")
                entries.setdefault(named, []).append((number, row))
    except csv.Error as error:
        raise StorageError(f"The file {name} is no CSV (line {rows.line_num}: {error}).", key="file", value=name) from error
    found = []
    for (checkpoint_name, asked), own in entries.items():
        try:
            found.append(_entry(checkpoint_name, asked, own))
        except EntryProblem as problem:
            spoiled.append(Spoiled(own[0][0], asked, str(problem)))
    return Given("csv", "line", tuple(found), tuple(spoiled))


def _entry(checkpoint: str, prompt: str, rows: list[tuple[int, Row]]) -> Entry:
    lists: dict[int, list[Line]] = {}
    expected: dict[int, dict[str, None]] = {}
    chosen = False
    for number, row in rows:
        given = row.get("mask_index", "").strip()
        if given and not (given.isascii() and given.isdigit() and len(given) < 4):
            raise EntryProblem(f'In line {number} the mask index "{given[:20]}" is no number; 0 is the first mask.')
        chosen = chosen or bool(given)
        mask = int(given or 0)
        lists.setdefault(mask, []).append(
            Line(row["word"], row.get("score", ""), row.get("token", ""), row["rank"], f"line {number}")
        )
        for at, words in read_expected(row.get("expected", "").strip()).items():
            expected.setdefault(mask + at, {}).update(dict.fromkeys(words))
    return Entry(
        rows[0][0],
        checkpoint or None,
        prompt,
        {mask: tuple(lines) for mask, lines in lists.items()},
        chosen_masks=chosen,
        expected={mask: tuple(words) for mask, words in expected.items()},
    )


def _check(columns: list[str], name: str, checkpoint: str | None, prompt: str | None) -> None:
    given = {"checkpoint": checkpoint, "prompt": prompt}
    missing = [column for column in _NEEDED if column not in columns]
    missing += [column for column, value in given.items() if value is None and column not in columns]
    if missing:
        raise StorageError(
            f"The CSV {name} lacks {'the column' if len(missing) == 1 else 'the columns'} {' and '.join(missing)}.",
            key="file",
            value=name,
            remedy="Its first line names checkpoint, prompt, rank, word and score.",
        )
    if len(set(columns)) < len(columns):
        raise StorageError(f"The CSV {name} names a column twice.", key="file", value=name)


@contextmanager
def _cells_of_any_length(text: str) -> Iterator[None]:
    """Without the reader's own limit, at which the whole file would be refused: what is too long is refused with its answer."""
    before = csv.field_size_limit(len(text) + 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _delimiter(text: str) -> str:
    header = text.split("\n", 1)[0]
    return max(",;\t", key=header.count)
