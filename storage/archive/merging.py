"""Taking an archive into the log: set by set in SQL, by what makes a row this row everywhere, in one transaction.

The statements are in `storage/sql/merge`, applied in order; each opens with the question that it answers. They see the tables
of the archive as `archived_<table>`, and remember under which key a row is known here in `taken_<table>`.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.dataset as ds

from storage.archive.contents import TABLES, damaged
from storage.archive.reading import Archive
from storage.database import Cursor, Database
from storage.questions import SQL_FOLDER, question

_COUNTED = ("run", "prompt", "answer", "prediction")


@dataclass(frozen=True, slots=True)
class Merged:
    """What the log gained."""

    added: dict[str, int]
    """New rows of `run`, `prompt`, `answer` and `prediction`."""
    given: dict[str, int]
    """Rows of the same tables in the archive."""

    def in_words(self) -> str:
        """What an import did, in one line for a shell."""
        told = [f"{self.added[table]:,} {table if self.added[table] == 1 else f'{table}s'}" for table in _COUNTED]
        known = self.given["run"] - self.added["run"]
        here = f" {known:,} of its runs {'was' if known == 1 else 'were'} here already." if known else ""
        return f"The log gained {', '.join(told[:-1])} and {told[-1]}.{here}"


def merge(database: Database, archive: Archive) -> Merged:
    """Take over what the log does not have, in one transaction. The same archive again changes nothing.

    A run is known by its id, a prompt by its text, a checkpoint by its hashes. An empty log takes the archive's keys over too,
    so that every view is the same row for row. Raises StorageError; then nothing of the archive is in the log.
    """

    def work(cursor: Cursor) -> dict[str, int]:
        _register(cursor, archive)
        before = _counts(cursor)
        for file in sorted((SQL_FOLDER / "merge").glob("*.sql")):
            cursor.execute(question(f"merge/{file.stem}")).fetchall()
        return {table: n - before[table] for table, n in _counts(cursor).items()}

    try:
        added = database.write(work)
    except (pa.ArrowException, OSError) as error:
        raise damaged(archive.path, "a table cannot be read") from error
    tables = archive.contents.tables
    return Merged(added, {table: tables[table].rows if table in tables else 0 for table in _COUNTED})


def _register(cursor: Cursor, archive: Archive) -> None:
    """Make the files readable as `archived_<table>`, for this cursor only, with the columns that this version has.

    A column or a table that is younger than the archive is NULL, or empty.
    """
    for table in TABLES:
        schema = cursor.table(table).limit(0).to_arrow_table().schema
        file = archive.file(table)
        rows = schema.empty_table() if file is None else ds.dataset(file, schema=schema, format="parquet")
        cursor.register(f"archived_{table}", rows)


def _counts(cursor: Cursor) -> dict[str, int]:
    return {table: len(cursor.table(table)) for table in _COUNTED}
