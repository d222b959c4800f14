"""The cells of a column as Python's values. What Python cannot hold is text as DuckDB writes it: `infinity`, `10000-01-01`."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

_UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_INFINITE = {"date32": 2**31 - 1, "timestamp": 2**63 - 1}
"""DuckDB's infinity is the greatest number of the type, and its minus infinity the same with a minus."""


def values(column: pa.Array) -> list[Any]:
    """The cells. A column that holds what Python cannot is read cell by cell, any other as fast as Arrow does."""
    if _has_times(column.type):
        # Arrow takes 24:00:00 for 00:00:00 and says nothing.
        return [_value(cell) for cell in column]
    try:
        return list(column.to_pylist(maps_as_pydicts="strict"))
    except (ValueError, OverflowError, TypeError, KeyError, pa.ArrowException):
        return [_value(cell) for cell in column]


def _has_times(kind: pa.DataType) -> bool:
    if isinstance(kind, pa.BaseExtensionType):
        return _has_times(kind.storage_type)
    return pa.types.is_time(kind) or any(_has_times(kind.field(number).type) for number in range(kind.num_fields))


def _value(cell: pa.Scalar) -> object:
    """One cell, or the parts of it, of which some may be text."""
    if not cell.is_valid:
        return None
    if isinstance(cell, pa.MapScalar):
        # A key may be a list, which is no key for Python.
        return [{"key": _value(pair["key"]), "value": _value(pair["value"])} for pair in cell.values or ()]
    if isinstance(cell, pa.ListScalar | pa.LargeListScalar | pa.FixedSizeListScalar):
        return [_value(each) for each in cell.values or ()]
    if isinstance(cell, pa.StructScalar):
        return {name: _value(cell[number]) for number, name in enumerate(cell.type.names)}
    if isinstance(cell, pa.UnionScalar | pa.ExtensionScalar | pa.DictionaryScalar):
        return _value(cell.value if not isinstance(cell, pa.DictionaryScalar) else cell.dictionary[cell.index.as_py()])
    try:
        is_past_midnight = pa.types.is_time(cell.type) and cell.value >= 86_400 * _UNITS[cell.type.unit]
        return _written(cell) if is_past_midnight else cell.as_py()
    except (ValueError, OverflowError):
        return _written(cell)


def _written(cell: pa.Scalar) -> str:
    """A day, a moment or a time of day that Python has no object for."""
    kind, number = cell.type, cell.value
    if pa.types.is_date(kind):
        if abs(number) == _INFINITE["date32"]:
            return _infinity(number)
        # A `date64` counts milliseconds.
        return _day(number if pa.types.is_date32(kind) else number // 86_400_000)
    unit = _UNITS[kind.unit]
    if pa.types.is_time(kind):
        return _time(number, unit)
    if pa.types.is_timestamp(kind):
        if abs(number) == _INFINITE["timestamp"]:
            return _infinity(number)
        days, rest = divmod(number, 86_400 * unit)
        day = _day(days)
        era = " (BC)" if day.endswith(" (BC)") else ""
        return f"{day.removesuffix(era)}T{_time(rest, unit)}{'' if kind.tz is None else '+00:00'}{era}"
    raise ValueError(f"no words for {kind}")


def _infinity(number: int) -> str:
    return "infinity" if number > 0 else "-infinity"


def _time(number: int, unit: int) -> str:
    """A time of day after so many parts of a second, of which a second has `unit`."""
    seconds, part = divmod(number, unit)
    digits = f".{part:0{len(str(unit)) - 1}}".rstrip("0") if part else ""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{digits}"


def _day(days: int) -> str:
    """The day so many days after 1970-01-01, in the calendar of today whatever the year.

    >>> _day(0), _day(2932897), _day(-719529)
    ('1970-01-01', '10000-01-01', '0001-12-31 (BC)')
    """
    # Counted from a 1 March, since the leap day is then the last of a year; 400 years have 146,097 days.
    cycle, day = divmod(days + 719_468, 146_097)
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5
    month, year = (month + 3, year + 400 * cycle) if month < 10 else (month - 9, year + 400 * cycle + 1)
    return f"{year:04}-{month:02}-{day + 1:02}" if year > 0 else f"{1 - year:04}-{month:02}-{day + 1:02} (BC)"
