"""Writing an export: rows stream from the worker through the writer of the format into a file, whatever their number."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from storage.exports.manifest import METADATA, CheckpointFact, ColumnFact, Manifest, manifest_path
from storage.exports.sources import Source
from storage.output import Format, write
from storage.snapshots import Snapshot
from storage.version import VERSION
from storage.visitors import DOWNLOAD, Rows, decide, fetch, run
from storage.whole_file import Hashed, whole_pair

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""By which spreadsheets know UTF-8."""
_KEYS = ("checkpoint_id", "checkpoint_a_id", "checkpoint_b_id", "checkpoint_then_id", "checkpoint_now_id")
"""Columns of views that name a checkpoint."""
_CHECKPOINTS = "FROM checkpoints ORDER BY checkpoint_id"


def export(
    source: Source,
    snapshot: Snapshot,
    form: Format,
    out: Path,
    *,
    raw: bool = False,
    on_progress: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
) -> Manifest:
    """Write all rows to `out`, and the manifest beside it. Both appear whole, or neither does, and what was there before stays.

    Args:
        source: what to write.
        snapshot: the copy of the log that is asked.
        form: CSV, JSON or Parquet; a Parquet file holds the manifest in its metadata too.
        out: the file; one of that name is replaced.
        raw: leave cells of a CSV as they are, for programs, and write no byte order mark.
        on_progress: told the number of rows so far; what it raises ends the export.
        stop: set by another thread, ends the export at once, also before there is a row.

    Raises StorageError: the statement is refused or fails, or the file cannot be written; StatementStopped after `stop`.
    """
    with whole_pair(out, manifest_path(out)) as (file, beside):
        manifest = export_into(source, snapshot, form, file, raw=raw, on_progress=on_progress, stop=stop)
        beside.write(manifest.to_json().encode("utf-8"))
    return manifest


def export_into(
    source: Source,
    snapshot: Snapshot,
    form: Format,
    file: IO[bytes],
    *,
    raw: bool = False,
    on_progress: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
) -> Manifest:
    """Write all rows into something open that takes bytes, piece by piece; arguments and errors as `export` has them.

    What fails midway leaves a part of the rows there: whoever opened it sees to it that nobody takes that for the whole.
    """
    known = fetch(decide(_CHECKPOINTS), snapshot.path, DOWNLOAD, stop=stop).table.to_pylist()
    out = Hashed(file)
    if form is Format.CSV and not raw:
        out.write(BYTE_ORDER_MARK)
    decision = decide(source.sql, source.parameters)
    with run(decision, snapshot.path, DOWNLOAD, source.parameters, stop=stop) as rows:
        watched = _Watched(rows, source, on_progress)

        def manifest() -> Manifest:
            named = [each for each in known if watched.checkpoints is None or each["checkpoint_id"] in watched.checkpoints]
            return Manifest(
                about=source.about,
                view=source.view,
                sql=source.sql,
                parameters=source.parameters,
                filters=source.filters,
                rows=watched.count,
                columns=tuple(ColumnFact(column.name, str(column.type)) for column in rows.schema),
                snapshot_at=snapshot.taken_at.astimezone(UTC).isoformat(timespec="seconds"),
                written_at=datetime.now(UTC).isoformat(timespec="seconds"),
                checkpoints=tuple(
                    CheckpointFact(
                        each["checkpoint"], each["source"], each["revision"], each["weights_sha256"], each["tokenizer_sha256"]
                    )
                    for each in named
                ),
                maskboard=VERSION,
                duckdb=duckdb.__version__,
                format=form,
                raw=raw,
            )

        write(
            Rows(rows.schema, watched.batches()),
            form,
            cast(IO[bytes], out),
            None,
            raw=raw,
            metadata=lambda: {METADATA: manifest().to_json()},
        )
    return replace(manifest(), bytes=out.bytes, sha256=out.sha256)


class _Watched:
    """Rows on their way: counted, and their checkpoints noted."""

    def __init__(self, rows: Rows, source: Source, on_progress: Callable[[int], None] | None) -> None:
        self._rows = rows
        self._on_progress = on_progress
        self._columns = [] if source.view is None else [name for name in _KEYS if name in rows.schema.names]
        self._seen: set[int] = set()
        self.count = 0

    @property
    def checkpoints(self) -> set[int] | None:
        """Keys of the checkpoints in the rows so far; None where the rows do not say."""
        return self._seen if self._columns else None

    def batches(self) -> Iterator[pa.RecordBatch]:
        for batch in self._rows.batches:
            for name in self._columns:
                self._seen.update(pc.unique(batch.column(name)).to_pylist())
            self.count += batch.num_rows
            if self._on_progress is not None:
                self._on_progress(self.count)
            yield batch
