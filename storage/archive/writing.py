"""Writing an archive: every table in one read transaction, batch by batch, straight into the ZIP."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from storage.archive.contents import MANIFEST, TABLES, Contents, TableFile, member
from storage.database import Cursor, Database
from storage.errors import StorageError
from storage.version import VERSION
from storage.whole_file import Hashed, whole_file

BATCH_ROWS = 65_536
"""Rows of a row group: some megabytes of the widest table."""


def write_archive(database: Database, out: Path) -> Contents:
    """The whole log as it is at one moment, whoever writes meanwhile. The file appears whole or not at all.

    Raises StorageError where the file cannot be written or the log cannot be read.
    """
    with whole_file(out, database.path) as file:

        def work(cursor: Cursor) -> Contents:
            # A second try, after the log was opened again, begins anew.
            file.seek(0)
            file.truncate()
            cursor.begin()
            try:
                return _write(cursor, file)
            finally:
                cursor.rollback()

        try:
            return database.read(work)
        except pa.ArrowException as error:
            raise StorageError(f"The log {database.path} cannot be read whole: {' '.join(str(error).split())}") from error


def _write(cursor: Cursor, file: IO[bytes]) -> Contents:
    taken_at = datetime.now(UTC).isoformat(timespec="seconds")
    steps: dict[str, str] = dict(cursor.execute("SELECT name, sha256 FROM schema_migration ORDER BY name").fetchall())
    # Stored: Parquet packs its own columns.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        tables = {table: _write_table(cursor, archive, table) for table in TABLES}
        contents = Contents(tables, steps, taken_at, VERSION, duckdb.__version__)
        archive.writestr(MANIFEST, contents.to_json())
    return contents


def _write_table(cursor: Cursor, archive: zipfile.ZipFile, table: str) -> TableFile:
    reader = cursor.table(table).to_arrow_reader(BATCH_ROWS)
    rows = 0
    with archive.open(member(table), "w", force_zip64=True) as raw:
        out = Hashed(raw)
        with pq.ParquetWriter(out, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)
                rows += batch.num_rows
    return TableFile(rows, out.bytes, out.sha256)
