"""Lines -> rows of JSONL: an object on each line, whose keys are the columns. A value stands in its cell as it was written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import TypeGuard

from pipelines.prompt_files.lines import Line, Problem, shown
from pipelines.prompt_files.rows import LONGEST_CELL, Row, too_long

LINES_FOR_KEYS = 200
"""Lines whose keys together are the columns."""
CHARACTERS_FOR_KEYS = 1_000_000
"""Fewer lines are looked at where they have more characters than this."""


class _Number(str):
    """A number as it was written: 1.10 stays 1.10, and 1e999 is no infinity."""

    __slots__ = ()


def first_lines(lines: Iterator[Line | Problem]) -> list[Line | Problem]:
    """The lines whose keys are the columns."""
    found: list[Line | Problem] = []
    characters = 0
    for line in lines:
        found.append(line)
        characters += len(line.text)
        if len(found) >= LINES_FOR_KEYS or characters > CHARACTERS_FOR_KEYS:
            break
    return found


def keys_of(lines: list[Line | Problem]) -> tuple[tuple[str, ...], Problem | None]:
    """The keys of these lines in the order in which they first stand there, and the first problem."""
    found = [each if isinstance(each, Problem) else _object(each) for each in lines if each.text.strip()]
    keys = dict.fromkeys(key for each in found if isinstance(each, dict) for key in each)
    return tuple(keys), next((each for each in found if isinstance(each, Problem)), None)


def read_objects(lines: Iterator[Line | Problem], columns: tuple[str, ...], n_first: int) -> Iterator[Row | Problem]:
    """The rows. `n_first` lines were looked at for the columns; a key that came only later is a problem, not a loss."""
    known = frozenset(columns)
    for line in lines:
        if isinstance(line, Problem):
            yield line
        elif line.text and not line.text.isspace():
            found = _object(line)
            yield found if isinstance(found, Problem) else _row(found, columns, known, line, n_first)


def _object(line: Line) -> dict[str, object] | Problem:
    try:
        found = _DECODER.decode(line.text)
    except json.JSONDecodeError as error:
        return _problem(line, f"The line is no JSON ({error.msg}). Write one object on each line.")
    except _Twice as error:
        return _problem(line, f"The key {shown(str(error))!r} stands twice in one object. Keep one of them.")
    except RecursionError:
        return _problem(line, "The line is no JSON (it is nested too deep). Write one object on each line.")
    if not isinstance(found, dict):
        return _problem(line, 'The line is JSON and no object. Write an object such as {"prompt": "..."}.')
    return found


def _row(found: dict[str, object], columns: tuple[str, ...], known: frozenset[str], line: Line, n_first: int) -> Row | Problem:
    unknown = next((key for key in found if key not in known), None)
    if unknown is not None:
        said = f"The key {shown(unknown)!r} is in none of the first {n_first} lines. Use the same keys on each line."
        return _problem(line, said)
    try:
        cells = _cells(found, columns, line)
    except RecursionError:
        return _problem(line, "The line is no JSON (it is nested too deep). Write one object on each line.")
    except ValueError:
        return _problem(line, "The line holds a number with thousands of digits. Shorten it.")
    if len(line.text) > LONGEST_CELL and (longest := max(map(len, cells), default=0)) > LONGEST_CELL:
        return too_long(line.number, longest, line.text)
    return Row(line.number, cells)


def _cells(found: dict[str, object], columns: tuple[str, ...], line: Line) -> tuple[str, ...]:
    cells = []
    plain: dict[str, object] | None = None
    for column in columns:
        cell = _text(found.get(column))
        if cell is None:
            plain = plain or json.loads(line.text)  # once more, since the numbers inside a structure are no strings
            cell = json.dumps(plain[column], ensure_ascii=False)
        cells.append(cell)
    return tuple(cells)


def _text(value: object) -> str | None:
    """A value as a cell; words as they are written in CSV: alternatives with `|`, lists of them for the masks with `;`.

    None for any other structure, which stands in its cell as JSON.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if _are_words(value):
        return "|".join(value)
    if isinstance(value, list) and all(map(_are_words, value)):
        return ";".join(map("|".join, value))
    return None


def _are_words(value: object) -> TypeGuard[list[str]]:
    """Whether it is a list of words that can stand in one cell: a word that holds a separator cannot."""
    return isinstance(value, list) and all(isinstance(word, str) and "|" not in word and ";" not in word for word in value)


def _problem(line: Line, reason: str) -> Problem:
    return Problem(line.number, shown(line.text), reason)


class _Twice(ValueError):
    """A key that an object holds twice: one of its values would be lost."""


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise _Twice(next(key for key in found if counts[key] > 1))
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_Number, parse_float=_Number, parse_constant=_Number)
