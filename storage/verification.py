"""Whether a log, or a backup of one, is whole: every block is read, every key counted, every invariant of the schema asked.

The schema has no foreign keys (storage/schema/0001_tables.sql says why), so what they would hold is asked here: each invariant
is a question in `storage/sql/invariants` that returns the rows that break it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import duckdb

from storage.connection import Cursor, connect
from storage.database import Database, is_open
from storage.driver import first_line, translate
from storage.errors import LogDamaged, NewerLog, QueryFailed, StorageError, WalDamaged
from storage.migrations import known_migrations, missing_migrations
from storage.questions import SQL_FOLDER, question
from storage.wal import read_wal, wal_path

EXAMPLES = 3
"""Rows that a finding names."""
KEYS_LOOKED_UP = 50
"""Rows of a table, evenly spread, that are looked up through the index of a key."""

_DAMAGE = ("blocks", "key", "schema", "wal")
INVARIANTS = tuple(sorted(file.stem for file in (SQL_FOLDER / "invariants").glob("*.sql")))
"""The names of the questions."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    name: str
    """The invariant, or `blocks`, `key`, `schema`, `wal`."""
    sentence: str
    """What is wrong, in words."""
    n: int = 1
    """How many rows."""
    examples: tuple[str, ...] = ()
    """Some of the rows."""
    harmless: bool = False
    """Whether opening the log mends it."""

    @property
    def is_damage(self) -> bool:
        """Whether bytes are lost, or it is no log: more than a row that says something odd."""
        return self.name in _DAMAGE and not self.harmless

    def in_words(self) -> str:
        """One line for a list."""
        return f"{self.sentence} {self.n:,}, such as {'; '.join(self.examples)}." if self.examples else self.sentence


def verify(path: Path) -> tuple[Finding, ...]:
    """Read the log or backup at `path` from end to end; nothing in it is changed. Empty where all is well.

    Raises LogLocked where another process has it open, and StorageError where there is no such file.
    """
    path = path.resolve()
    if not path.is_file():
        raise StorageError(
            f"There is no log at {path}.", key="file", value=str(path), remedy="Name the file of a log or a backup."
        )
    wal = read_wal(wal_path(path))
    if wal.damaged_at is not None:
        return (Finding("wal", str(WalDamaged(path, wal.damaged_at))),)
    if is_open(path):
        with Database.open(path) as database:
            return database.read(lambda cursor: inspect(cursor, path))
    try:
        connection = connect(path, read_only=True)
    except (LogDamaged, WalDamaged) as error:
        return (Finding("wal" if isinstance(error, WalDamaged) else "blocks", str(error)),)
    except QueryFailed as error:
        # For DuckDB a file without its mark is one that it might read as a table.
        raise StorageError(
            f"{path} is no log of Maskboard.", key="file", value=str(path), remedy="Name the file of a log or a backup."
        ) from error
    try:
        return inspect(connection, path)
    except duckdb.Error as error:
        raise translate(error, path) from error
    finally:
        connection.close()


def inspect(cursor: Cursor, path: Path) -> tuple[Finding, ...]:
    """The same for an open connection to the database at `path`; it only reads."""
    schema = _schema(cursor, path)
    if schema and not schema[0].harmless:
        return schema
    findings = [*schema, *_blocks(cursor)]
    # In a table that cannot be read, every further question would only say so again.
    if all(each.name != "blocks" for each in findings):
        findings += _keys(cursor)
        findings += _invariants(cursor, outdated=bool(schema))
    return tuple(findings)


def commits(number: int) -> str:
    """How many, with their noun."""
    return "1 commit" if number == 1 else f"{number:,} commits"


def _schema(cursor: Cursor, path: Path) -> tuple[Finding, ...]:
    try:
        missing = missing_migrations(cursor, path)
    except duckdb.Error as error:
        return (Finding("blocks", f"Its list of steps cannot be read: {first_line(error)}."),)
    except StorageError as error:
        what = "was written by another version of Maskboard" if isinstance(error, NewerLog) else "is no log"
        return (Finding("schema", f"The file {what}: {error}"),)
    if not missing:
        return ()
    if len(missing) == len(known_migrations()):
        return (Finding("schema", "The file holds no log."),)
    names = ", ".join(step.name for step in missing)
    return (Finding("schema", f"It is of an older Maskboard: {names} will be added when it is opened.", harmless=True),)


def _blocks(cursor: Cursor) -> list[Finding]:
    """Read every column of every row; DuckDB compares the checksum of each block as it comes in."""
    damaged = []
    for (table,) in cursor.execute(question("tables")).fetchall():
        try:
            cursor.execute(question("read_table"), {"table": table}).fetchall()
        except duckdb.Error as error:
            damaged.append(Finding("blocks", f"The table {table} cannot be read: {first_line(error)}."))
    return damaged


def _keys(cursor: Cursor) -> list[Finding]:
    """Each key must be there once, and its index must find it."""
    by_table: dict[str, list[list[str]]] = defaultdict(list)
    for table, columns in cursor.execute(question("keys")).fetchall():
        by_table[table].append(columns)
    return [finding for table, keys in by_table.items() for columns in keys for finding in _key(cursor, table, columns)]


def _key(cursor: Cursor, table: str, columns: list[str]) -> list[Finding]:
    named = f"{table} ({', '.join(columns)})"
    key = [duckdb.ColumnExpression(column) for column in columns]
    try:
        rows = cursor.table(table)
        n, distinct = _count(rows), _count(rows.project(*key).distinct())
        if n != distinct:
            return [Finding("key", f"The key {named} is not there once each: {n:,} rows, {distinct:,} keys.", n - distinct)]
        # DuckDB answers from an index of one column only; what one over several holds is compared when somebody writes.
        if len(key) == 1 and (lost := _not_found(rows, key[0], n)):
            return [Finding("key", f"The index of {named} does not find {lost[0]!r}, which is there.", len(lost))]
    except duckdb.Error as error:
        return [Finding("key", f"The index of {named} cannot be read: {first_line(error)}.")]
    return []


def _not_found(rows: duckdb.DuckDBPyRelation, key: duckdb.Expression, n: int) -> list[object]:
    """Of keys from all over the table those that its index does not find."""
    step = duckdb.ConstantExpression(max(1, n // KEYS_LOOKED_UP))
    spread = rows.filter(duckdb.ColumnExpression("rowid") % step == duckdb.ConstantExpression(0)).project(key)
    wanted = [value for (value,) in spread.limit(KEYS_LOOKED_UP).fetchall()]
    return [value for value in wanted if _count(rows.filter(key == duckdb.ConstantExpression(value))) != 1]


def _count(rows: duckdb.DuckDBPyRelation) -> int:
    ((n,),) = rows.count("*").fetchall()
    return int(n)


def _invariants(cursor: Cursor, *, outdated: bool) -> list[Finding]:
    findings = []
    for name in INVARIANTS:
        try:
            broken = cursor.sql(question(f"invariants/{name}"))
            if n := _count(broken):
                rows = broken.limit(EXAMPLES).fetchall()
                examples = tuple(", ".join(map(" ".join, zip(broken.columns, map(str, row), strict=True))) for row in rows)
                findings.append(Finding(name, _statement(name), n, examples))
        except duckdb.CatalogException:
            if not outdated:
                raise
    return findings


def _statement(name: str) -> str:
    """The question of an invariant, which is its first line."""
    return question(f"invariants/{name}").splitlines()[0].removeprefix("--").strip()
