"""The answer to a person's SQL as a table that a page can show and a chart can draw, whatever types and names it has."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from pipelines.prompts import printable

LONGEST_TITLE = 80
"""Characters of a column's name that a page shows."""
LONGEST_CELL = 2_000
"""Characters of a text that a page shows."""
MOST_ELEMENTS = 200
"""Elements of a list that a page shows."""
NOT_SHOWN = "(cannot be shown here)"
_EXACT = 2**53
"""Beyond it a browser's numbers lose digits."""


class Role(StrEnum):
    """What can be done with a column."""

    NUMBER = "number"
    TIME = "time"
    """Dates and moments, without zone: UTC where the log's own."""
    CATEGORY = "category"
    OTHER = "other"
    """Shown, and neither counted nor drawn: lists and what has parts."""


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """One column of the answer."""

    key: str
    """`c0`, `c1` and so on. The names that a person gave may repeat, and none of them is part of an expression."""
    name: str
    """As the statement names it; printable, and no two alike."""
    role: Role


@dataclass(frozen=True, slots=True)
class Result:
    """The whole answer, shown and drawn by its keys."""

    table: pa.Table
    """Columns named by their keys; of the types bool, int64, double, string, date32, timestamp and list of string."""
    columns: tuple[ResultColumn, ...]
    shortened: bool = False
    """Whether there is a text or a list of which only the beginning is here."""

    def named(self, name: str | None) -> ResultColumn | None:
        """The column that an address means; None where there is none of that name."""
        return next((each for each in self.columns if each.name == name), None)


def readable(table: pa.Table) -> Result:
    """The same rows with plain types and safe column names."""
    columns, arrays, shortened = [], [], False
    for i, name in enumerate(_names(table.column_names)):
        array, role = _shown(table.column(i))
        if _is_long(array):
            array, shortened = _beginnings(array), True
        columns.append(ResultColumn(f"c{i}", name, role))
        arrays.append(array)
    names = [each.key for each in columns]
    return Result(pa.Table.from_arrays(arrays, names=names), tuple(columns), shortened)


def _is_long(column: pa.ChunkedArray) -> bool:
    if kinds.is_list(column.type):
        elements = pa.chunked_array(pc.list_flatten(column).chunks, pa.string())
        return (pc.max(pc.list_value_length(column)).as_py() or 0) > MOST_ELEMENTS or _is_long(elements)
    return bool(kinds.is_string(column.type)) and (pc.max(pc.utf8_length(column)).as_py() or 0) > LONGEST_CELL


def _beginnings(column: pa.ChunkedArray) -> pa.ChunkedArray:
    def beginning(text: str) -> str:
        return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"

    if kinds.is_string(column.type):
        return pa.chunked_array([[None if text is None else beginning(text) for text in column.to_pylist()]], pa.string())
    rows = [
        None if row is None else [beginning(each) for each in row[:MOST_ELEMENTS]] + (["…"] if len(row) > MOST_ELEMENTS else [])
        for row in column.to_pylist()
    ]
    return pa.chunked_array([rows], column.type)


def _names(given: list[str]) -> list[str]:
    """Each printable and distinct: of several `n` the second is `n (2)`."""
    shown = [_shortened(printable(name)) or "(no name)" for name in given]
    seen: Counter[str] = Counter()
    names: list[str] = []
    for name in shown:
        seen[name] += 1
        distinct = name
        while distinct in names or (seen[name] > 1 and distinct == name):
            distinct = f"{name} ({seen[name]})"
            seen[name] += distinct in names
        names.append(distinct)
    return names


def _shortened(name: str) -> str:
    name = " ".join(name.split())
    return name if len(name) <= LONGEST_TITLE else name[: LONGEST_TITLE - 1] + "…"


def _shown(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, Role]:
    try:
        return _plain(column)
    except (pa.ArrowException, ValueError, OverflowError):
        # Days outside the years 1 to 9999, deep inside a list say, are no days for Python.
        rows = [NOT_SHOWN if valid else None for valid in pc.is_valid(column).to_pylist()]
        return pa.chunked_array([rows], pa.string()), Role.OTHER


def _plain(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, Role]:
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _plain(pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type))
    if kinds.is_dictionary(kind):
        return _plain(column.cast(kind.value_type))
    if kinds.is_boolean(kind):
        return column, Role.CATEGORY
    if kinds.is_integer(kind):
        return _integer(column)
    if kinds.is_decimal(kind):
        return _decimal(column)
    if kinds.is_floating(kind):
        return column.cast(pa.float64()), Role.NUMBER
    if kinds.is_date(kind) or kinds.is_timestamp(kind):
        return _moment(column)
    if kinds.is_string(kind) or kinds.is_large_string(kind) or str(kind) == "string_view":
        return column.cast(pa.string()), Role.CATEGORY
    if kinds.is_time(kind):
        return _written(column), Role.CATEGORY
    if kinds.is_binary(kind) or kinds.is_large_binary(kind) or str(kind) == "binary_view":
        return _as_text(column, lambda value: "0x" + value.hex()), Role.OTHER
    if kinds.is_list(kind) or kinds.is_large_list(kind) or kinds.is_fixed_size_list(kind):
        return _list(column), Role.OTHER
    return _as_text(column, _nested), Role.CATEGORY if kinds.is_null(kind) else Role.OTHER


def _integer(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, Role]:
    low, high = (value.as_py() or 0 for value in pc.min_max(column).values())
    if max(high, -low) <= _EXACT:
        return column.cast(pa.int64()), Role.NUMBER
    return column.cast(pa.string()), Role.CATEGORY


def _decimal(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, Role]:
    """Sums of integers are DECIMAL(38, 0) and whole; others are numbers like any."""
    low, high = (value.as_py() or 0 for value in pc.min_max(column).values())
    if max(high, -low) > _EXACT:
        return column.cast(pa.string()), Role.CATEGORY
    return column.cast(pa.int64() if column.type.scale == 0 else pa.float64()), Role.NUMBER


def _moment(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, Role]:
    """Days as they are, moments to the microsecond and in UTC. Beyond the years 1 to 9999 they are text."""
    if kinds.is_date(column.type):
        column = column.cast(pa.date32())
    elif column.type.tz is not None:
        column = column.cast(pa.timestamp(column.type.unit, tz="UTC")).cast(pa.timestamp(column.type.unit))
    try:
        pc.min_max(column).as_py()
    except (ValueError, OverflowError):
        return _written(column), Role.CATEGORY
    return (column if kinds.is_date(column.type) else column.cast(pa.timestamp("us"), safe=False)), Role.TIME


def _written(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """As Arrow writes it, which has no words for infinity and the hour 24."""
    texts = column.cast(pa.string())
    return pc.if_else(pc.starts_with(texts, "<value out of range"), NOT_SHOWN, texts)


def _list(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Each element as text."""
    rows = [None if row is None else [_element(each) for each in row] for row in column.to_pylist()]
    return pa.chunked_array([rows], pa.list_(pa.string()))


def _element(value: object) -> str:
    return value if isinstance(value, str) else "NULL" if value is None else _nested(value)


def _as_text(column: pa.ChunkedArray, write: Callable[[Any], str]) -> pa.ChunkedArray:
    rows = [None if value is None else write(value) for value in _values(column)]
    return pa.chunked_array([rows], pa.string())


def _values(column: pa.ChunkedArray) -> list[Any]:
    return list(column.to_pylist(maps_as_pydicts="lossy"))


def _nested(value: object) -> str:
    if isinstance(value, pa.MonthDayNano):
        return _interval(value)
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _interval(value: pa.MonthDayNano) -> str:
    parts = [f"{number} {name}" for number, name in ((value.months, "months"), (value.days, "days")) if number]
    if value.nanoseconds or not parts:
        parts.append(f"{value.nanoseconds / 10**9:g} s")
    return " ".join(parts)
