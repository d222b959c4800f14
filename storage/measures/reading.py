"""Statements to Arrow tables, and pages that know whether they were cut."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from storage.database import Database
from storage.questions import question
from storage.selection import Selection, parameters


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the rows that match."""

    table: pa.Table
    n: int
    """How many rows match in all."""
    truncated: bool
    """Whether rows follow these."""


def read(database: Database, name: str, selection: Selection, **more: object) -> pa.Table:
    """The answer to a question about the selection; `more` are the parameters beyond the selection's own."""
    wanted = {**parameters(selection), **more}
    return database.read(lambda cursor: cursor.sql(question(name), params=wanted).to_arrow_table())


def read_page(database: Database, name: str, selection: Selection, *, limit: int, offset: int, **more: object) -> Page:
    """The same for a statement that pages: its first column is the count of all, on one empty row where the page is empty."""
    limit, offset = max(limit, 0), max(offset, 0)
    found = read(database, name, selection, limit=limit, offset=offset, **more)
    n = found["n"][0].as_py()
    table = found.filter(pc.is_valid(found["prompt_id"])).drop_columns("n")
    return Page(table, n, truncated=offset + table.num_rows < n)
