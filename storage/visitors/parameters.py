"""The values of a statement's `$name` placeholders: read from what a person typed, carried to the worker."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from storage.errors import QueryRefused

Value = str | int | float | date | bool | None


class ParameterType(StrEnum):
    """What the value of a parameter is."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"


LARGEST_INTEGER = 2**63 - 1
"""DuckDB's BIGINT."""
_TRUE = frozenset({"true", "yes", "1"})
_FALSE = frozenset({"false", "no", "0"})


def read_value(text: str, kind: ParameterType) -> Value:
    """The value that a person typed. Nothing typed is NULL, but for a text, which may be empty.

    Raises QueryRefused with a sentence that says how it is written.
    """
    if kind is ParameterType.TEXT:
        return _storable(text)
    trimmed = text.strip()
    if not trimmed:
        return None
    match kind:
        case ParameterType.INTEGER:
            return _integer(trimmed)
        case ParameterType.NUMBER:
            return _number(trimmed)
        case ParameterType.DATE:
            return _date(trimmed)
    if trimmed.lower() in _TRUE | _FALSE:
        return trimmed.lower() in _TRUE
    raise _unreadable(trimmed, "true or false", "Write true or false.")


def packed(parameters: Mapping[str, Value]) -> dict[str, list[str | int | float | bool | None]]:
    """The values as JSON carries them: each with its type."""
    return {
        name: ["date", value.isoformat()] if isinstance(value, date) else [type(value).__name__, value]
        for name, value in parameters.items()
    }


def unpacked(parameters: Mapping[str, list[str | int | float | bool | None]]) -> dict[str, Value]:
    """What `packed` was given."""
    return {name: date.fromisoformat(str(value)) if kind == "date" else value for name, (kind, value) in parameters.items()}


def _storable(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise QueryRefused("The value holds a character that is no text.", remedy="Type it again.") from error
    if "\0" in text:
        raise QueryRefused("The value holds a NUL character.", remedy="Type it again.")
    return text


def _integer(text: str) -> int:
    try:
        value = int(text) if text.isascii() and "_" not in text else None
    except ValueError:
        value = None
    if value is None or abs(value) > LARGEST_INTEGER:
        raise _unreadable(text, "a whole number", "Write digits only, such as 5.")
    return value


def _number(text: str) -> float:
    try:
        value = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _unreadable(text, "a number", "Write it with a point, such as 0.5.")
    return value


def _date(text: str) -> date:
    try:
        # fromisoformat also reads 20260301 and 2026-W09-7, of which a person may mean something else.
        value = date.fromisoformat(text) if text.isascii() and len(text) == 10 and text.count("-") == 2 else None
    except ValueError:
        value = None
    if value is None or "W" in text:
        raise _unreadable(text, "a day", "Write year, month and day, such as 2026-03-01.")
    return value


def _unreadable(text: str, what: str, remedy: str) -> QueryRefused:
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    return QueryRefused(f"{ascii(shown) if not shown.isprintable() else shown!r} is not {what}.", value=text, remedy=remedy)
