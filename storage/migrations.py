"""The steps that bring a log from empty to today: `schema/NNNN_name.sql`, in order, never edited once released.

A step and its record are one transaction. The record keeps the sha256 of the step, so that a file whose steps are not ours
is refused with a sentence instead of being half understood.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from storage.errors import ForeignFile, NewerLog

SCHEMA_FOLDER = Path(__file__).parent / "schema"


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema."""

    name: str
    """The file name without its ending, such as `0001_tables`."""
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode("utf-8")).hexdigest()


def known_migrations(folder: Path = SCHEMA_FOLDER) -> tuple[Migration, ...]:
    """All steps of this version, in the order in which they are applied."""
    return tuple(Migration(file.stem, file.read_text("utf-8")) for file in sorted(folder.glob("[0-9]*.sql")))


def missing_migrations(
    connection: duckdb.DuckDBPyConnection, path: Path, folder: Path = SCHEMA_FOLDER
) -> tuple[Migration, ...]:
    """The steps that the file has not had yet.

    Raises NewerLog where it holds a step that this version does not know, or knows with other content, and ForeignFile where
    it holds tables and no log.
    """
    steps = known_migrations(folder)
    applied = _applied(connection, path)
    ours = {step.name: step.sha256 for step in steps}
    for name, sha256 in applied.items():
        if name not in ours:
            raise NewerLog(path, f"its step {name} is unknown here")
        if ours[name] != sha256:
            raise NewerLog(path, f"its step {name} differs from ours")
    return tuple(step for step in steps if step.name not in applied)


def migrate(connection: duckdb.DuckDBPyConnection, path: Path, folder: Path = SCHEMA_FOLDER) -> tuple[str, ...]:
    """Apply what is missing and return the names of the applied steps. Raises as `missing_migrations`."""
    missing = missing_migrations(connection, path, folder)
    for step in missing:
        connection.begin()
        try:
            connection.execute(step.sql)
            connection.execute(
                "INSERT INTO schema_migration (name, applied_at, sha256) VALUES (?, ?, ?)",
                [step.name, datetime.now(UTC).replace(tzinfo=None), step.sha256],
            )
            connection.commit()
        except duckdb.Error:
            # A failed commit has ended the transaction itself; then there is nothing to roll back.
            with suppress(duckdb.Error):
                connection.rollback()
            raise
    return tuple(step.name for step in missing)


def _applied(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()").fetchall()
    names = {name for (name,) in tables}
    if not names:
        return {}
    if "schema_migration" not in names:
        raise ForeignFile(path)
    return dict(connection.execute("SELECT name, sha256 FROM schema_migration").fetchall())
