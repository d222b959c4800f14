"""Whether a text is one statement that only reads. Nothing but the text is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from storage.visitors.checks import Reading, check
from storage.visitors.limits import LONGEST_SQL
from storage.visitors.parameters import Value


@dataclass(frozen=True, slots=True)
class Allowed:
    """A statement that may run."""

    sql: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A statement that may not, and what to do instead."""

    reason: str
    """A sentence for the person who typed it."""
    remedy: str = ""
    line: int | None = None
    """Line of the mistake, 1 for the first; None where no place is known."""
    column: int | None = None
    """Character of that line, 1 for the first."""


def decide(sql: str, parameters: Mapping[str, Value] | None = None) -> Allowed | Refused:
    """Whether this text may run: one statement that only reads. With `parameters`, whether it has all that it wants.

    The first decision of a process takes some tenths of a second, the next ones milliseconds.
    """
    if (problem := _no_text(sql)) is not None:
        return problem
    reading = check(sql)
    if reading.reason:
        return Refused(reading.reason, reading.remedy, *place(sql, reading.position))
    missing = [f"${name}" for name in reading.names if parameters is not None and name not in parameters]
    if missing:
        return Refused(f"The statement wants a value for {' and '.join(missing)}.", "Give one.")
    return Allowed(sql)


def parameters_of(sql: str) -> tuple[str, ...]:
    """The names of the `$name` placeholders, in the order in which they first stand; none where the text may not run."""
    return () if _no_text(sql) else _reading_names(check(sql))


def place(sql: str, position: int | None) -> tuple[int | None, int | None]:
    """Line and column, each from 1, of a position in bytes of UTF-8."""
    if position is None:
        return None, None
    before = sql.encode("utf-8")[:position].decode("utf-8", "ignore")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _reading_names(reading: Reading) -> tuple[str, ...]:
    return () if reading.reason else reading.names


def _no_text(sql: str) -> Refused | None:
    try:
        size = len(sql.encode("utf-8"))
    except UnicodeEncodeError:
        return Refused("The statement holds a character that is no text.", "Type it again.")
    if size > LONGEST_SQL:
        return Refused(f"The statement has {size:,} bytes and {LONGEST_SQL:,} are allowed.", "Shorten it.")
    if "\0" in sql:
        return Refused("The statement holds a NUL character.", "Type it again.")
    return None
