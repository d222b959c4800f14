"""What people can ask of the log, and what it means: its views, their columns, and its macros."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from storage.database import Database
from storage.questions import question


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a view."""

    name: str
    type: str
    """As DuckDB writes it, such as `VARCHAR` or `DOUBLE[]`."""
    meaning: str
    """A sentence; empty where the log has none."""


@dataclass(frozen=True, slots=True)
class View:
    """Rows that people can ask for by name."""

    name: str
    meaning: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Macro:
    """A function of the log's own."""

    name: str
    arguments: tuple[str, ...]
    meaning: str
    gives_rows: bool
    """Whether it stands after FROM like a view; else it gives one value."""


def views(database: Database) -> tuple[View, ...]:
    """All views, by name; columns in their own order."""
    rows = database.rows(question("views"))
    return tuple(
        View(name, meaning or "", tuple(Column(column, kind, said or "") for _, _, column, kind, said in group))
        for (name, meaning), group in groupby(rows, key=lambda row: (row[0], row[1]))
    )


def macros(database: Database) -> tuple[Macro, ...]:
    """All macros, those that give a value first."""
    return tuple(
        Macro(name, tuple(arguments), meaning or "", gives_rows)
        for name, arguments, gives_rows, meaning in database.rows(question("macros"))
    )
