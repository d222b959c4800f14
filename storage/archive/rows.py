"""Taking rows of another log into this one: set by set in SQL, by what makes a row this row everywhere.

The statements are in `storage/sql/merge`, applied in order; each opens with the question that it answers. They see the rows of
the other log as `archived_<table>`, and remember under which key a row is known here in `taken_<table>`.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.dataset as ds

from storage.archive.contents import TABLES
from storage.database import Cursor
from storage.questions import SQL_FOLDER, question


def schema_of(cursor: Cursor, table: str) -> pa.Schema:
    """The columns of a table as this version has them."""
    return cursor.table(table).limit(0).to_arrow_table().schema


def register_rows(cursor: Cursor, given: Mapping[str, pa.Table | ds.Dataset]) -> None:
    """Make rows readable as `archived_<table>`, for this cursor only. A table that is not given is empty."""
    for table in TABLES:
        rows = given[table] if table in given else schema_of(cursor, table).empty_table()
        cursor.register(f"archived_{table}", rows)


def take_rows(cursor: Cursor) -> None:
    """Take over what was registered and is not there yet. Within a transaction, once for a cursor."""
    for file in sorted((SQL_FOLDER / "merge").glob("*.sql")):
        cursor.execute(question(f"merge/{file.stem}")).fetchall()
