"""Taking an archive into the log, in one transaction: only what keeps to the rules of the log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds

from storage.archive.checks import broken_rules, keys_out_of_range, readable_queries
from storage.archive.contents import TABLES, damaged
from storage.archive.reading import Archive
from storage.archive.rows import register_rows, schema_of, take_rows
from storage.database import Cursor, Database
from storage.driver import first_line

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
    so that every view is the same row for row. Before anything is kept, the rules of the schema are asked of the whole log.
    Raises StorageError, also where rows of the archive break a rule; then nothing of the archive is in the log.
    """
    try:
        added = _take(database, archive)
    except _Broken as found:
        rules = found.rules
        # A log in which rules were broken before is not the archive's fault: those it may go on breaking.
        before = database.read(lambda cursor: broken_rules(cursor, rules))
        if any(n > before.get(rule, 0) for rule, n in rules.items()):
            raise damaged(archive.path, found.in_words()) from found
        try:
            added = _take(database, archive, before)
        except _Broken as again:
            raise damaged(archive.path, again.in_words()) from again
    tables = archive.contents.tables
    return Merged(added, {table: tables[table].rows if table in tables else 0 for table in _COUNTED})


class _Broken(Exception):
    """Ends the transaction: rows break rules of the schema."""

    def __init__(self, rules: dict[str, int]) -> None:
        super().__init__(rules)
        self.rules = rules
        """How many rows break each rule, by its name."""

    def in_words(self) -> str:
        rule, n = next(iter(self.rules.items()))
        return f"{n:,} row{'' if n == 1 else 's'} of it would break the rule {rule} of the log"


def _take(database: Database, archive: Archive, borne: Collection[str] = ()) -> dict[str, int]:
    """New rows by table. Raises _Broken where a rule that is not in `borne` is broken afterwards."""

    def work(cursor: Cursor) -> dict[str, int]:
        try:
            _register(cursor, archive)
            if (table := keys_out_of_range(cursor)) is not None:
                raise damaged(archive.path, f"the table {table} has keys that no log gives out")
            before = _counts(cursor)
            take_rows(cursor)
        except (duckdb.DataError, duckdb.IntegrityError) as error:
            # A key that is there twice, no UUID where one has to be, a value where none may be missing.
            raise damaged(archive.path, f"its rows do not fit the log ({first_line(error)[:200]})") from error
        if broken := {rule: n for rule, n in broken_rules(cursor).items() if rule not in borne}:
            raise _Broken(broken)
        return {table: n - before[table] for table, n in _counts(cursor).items()}

    try:
        return database.write(work)
    except (pa.ArrowException, OSError) as error:
        raise damaged(archive.path, "a table cannot be read") from error


def _register(cursor: Cursor, archive: Archive) -> None:
    files = {table: file for table in TABLES if (file := archive.file(table)) is not None}
    given = {table: ds.dataset(file, schema=schema_of(cursor, table), format="parquet") for table, file in files.items()}
    readable = {table: readable_queries(rows) if table == "saved_query" else rows for table, rows in given.items()}
    register_rows(cursor, readable)


def _counts(cursor: Cursor) -> dict[str, int]:
    return {table: len(cursor.table(table)) for table in _COUNTED}
