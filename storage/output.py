"""Rows of an answer as a table, CSV, JSON or Parquet, batch by batch, so that memory stays flat."""

from __future__ import annotations

import base64
import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table
from rich.text import Text

from storage.cells import values
from storage.errors import StorageError
from storage.visitors import Rows

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that starts so for a formula (OWASP, CSV injection)."""
_INNER_START = r"([;\t\r\n])('*[=+\-@])"
"""One inside a text: where a spreadsheet ends a cell at `;`, as in half of Europe, quotes do not help."""
_INNER_SAFE = r"([;\t\r\n])'('*[=+\-@])"
PIPE_WIDTH = 4096
"""Columns of a table that goes to a file or a pipe: cells are then never folded at 80."""


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


class Tally:
    """How many rows were written, of how many."""

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.written = 0
        self.total = 0

    def cut(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The batches down to the limit; the rest is counted and let go."""
        for batch in batches:
            self.total += batch.num_rows
            room = batch.num_rows if self.limit is None else self.limit - self.written
            if room <= 0:
                continue
            kept = batch.slice(0, room)
            self.written += kept.num_rows
            yield kept

    def __str__(self) -> str:
        if self.written < self.total:
            return f"showing {self.written:,} of {self.total:,} rows"
        return f"{self.total:,} row{'' if self.total == 1 else 's'}"


def write(
    rows: Rows,
    form: Format,
    out: IO[bytes],
    limit: int | None,
    *,
    raw: bool,
    width: int | None = None,
    metadata: Callable[[], Mapping[str, str]] | None = None,
) -> Tally:
    """Write the rows and say how many.

    `raw` leaves cells of a CSV as they are, formulas too. `metadata` is asked when all rows are written, for what a Parquet
    file says about itself.
    """
    tally = Tally(limit)
    batches = tally.cut(rows.batches)
    if form is Format.PARQUET:
        try:
            _write_parquet(rows.schema, batches, out, metadata)
        except pa.ArrowException as error:
            raise StorageError(
                f"Parquet cannot hold this answer: {' '.join(str(error).split()).rstrip('.')}.", remedy="Choose CSV or JSON."
            ) from error
    elif form is Format.CSV:
        _write_csv(rows.schema.names, batches, out, raw=raw)
    elif form is Format.JSON:
        _write_json(distinct_names(rows.schema.names), batches, out)
    else:
        _write_table(rows.schema.names, batches, out, tally, width or PIPE_WIDTH)
    return tally


def records(batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    """The rows of a batch as tuples."""
    return zip(*(values(column) for column in batch.columns), strict=True)


def distinct_names(names: Sequence[str]) -> list[str]:
    """Names of which no two are the same, as JSON and Parquet need them: the second `a` becomes `a_2`."""
    distinct: list[str] = []
    for name in names:
        number, candidate = 1, name
        while candidate in distinct:
            number += 1
            candidate = f"{name}_{number}"
        distinct.append(candidate)
    return distinct


def safe_cell(value: str) -> str:
    """A text that no spreadsheet takes for a formula: `=1+1` becomes `'=1+1`, and `a;=1` becomes `a;'=1`."""
    value = re.sub(_INNER_START, r"\1'\2", value)
    return "'" + value if value.startswith(FORMULA_STARTS) else value


def bare_cell(value: str) -> str:
    """The text that `safe_cell` made safe: `'=1+1` becomes `=1+1`."""
    value = value[1:] if value[:1] == "'" and value[1:].startswith(FORMULA_STARTS) else value
    return re.sub(_INNER_SAFE, r"\1\2", value)


def plain(value: object) -> object:
    """A value as JSON knows it: times in ISO 8601, bytes in base64, numbers as numbers; what is no number is null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, pa.MonthDayNano):
        return f"P{value.months}M{value.days}DT{value.nanoseconds / 1e9:g}S"
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value)


def cell(value: object) -> str:
    """A value as one text: for a table, or for a CSV cell that is no number."""
    if isinstance(value, float):
        # Infinity and not-a-number have no place in JSON; in text they have a name.
        return repr(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    shown = plain(value)
    if shown is None:
        return ""
    if isinstance(shown, str):
        return shown
    return json.dumps(shown, ensure_ascii=False)


def visible(text: str) -> str:
    r"""Text that cannot steer a terminal: a control character is written `\x1b`."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _write_csv(names: list[str], batches: Iterator[pa.RecordBatch], out: IO[bytes], *, raw: bool) -> None:
    with _encoded(out) as lines:
        writer = csv.writer(_Lines(lines))
        writer.writerow(names if raw else [safe_cell(name) for name in names])
        for batch in batches:
            writer.writerows(zip(*(_csv_cells(column, raw=raw) for column in batch.columns), strict=True))


def _csv_cells(column: pa.Array, *, raw: bool) -> list[Any]:
    """A column as the csv module writes it. Column by column: cell by cell a million rows take four times as long."""
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return cast("list[Any]", column.to_pylist())  # numbers stay as they are: -0.25 is no formula
    if pa.types.is_boolean(column.type) or _is_text(column.type):
        column = column.cast(pa.string())
        return cast("list[Any]", (column if raw else _safe_cells(column)).to_pylist())
    return [cell(value) if raw or isinstance(value, Decimal) else safe_cell(cell(value)) for value in values(column)]


def _safe_cells(column: pa.Array) -> pa.Array:
    """`safe_cell` of a whole column."""
    column = pc.replace_substring_regex(column, _INNER_START, r"\1'\2")
    starts = pc.is_in(pc.utf8_slice_codeunits(column, 0, 1), value_set=pa.array(FORMULA_STARTS))
    return pc.if_else(starts, pc.binary_join_element_wise("'", column, ""), column) if pc.any(starts).as_py() else column


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


class _Lines:
    """Ends lines with a line feed. The writer believes in CR LF, so that it puts a cell with a lone CR in quotes too."""

    def __init__(self, lines: IO[str]) -> None:
        self._lines = lines

    def write(self, line: str) -> int:
        return self._lines.write(line.removesuffix("\r\n") + "\n")


def _write_json(names: list[str], batches: Iterator[pa.RecordBatch], out: IO[bytes]) -> None:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    separator = "[\n"
    for batch in batches:
        for row in zip(*(_json_values(column) for column in batch.columns), strict=True):
            out.write((separator + encode(dict(zip(names, row, strict=True)))).encode("utf-8"))
            separator = ",\n"
    out.write(b"[]\n" if separator == "[\n" else b"\n]\n")


def _json_values(column: pa.Array) -> list[Any]:
    """A column as JSON knows it."""
    found = values(column)
    finite = pa.types.is_floating(column.type) and pc.all(pc.is_finite(column)).as_py() is not False
    if finite or pa.types.is_integer(column.type) or pa.types.is_boolean(column.type) or _is_text(column.type):
        return found
    return [plain(value) for value in found]


def _write_parquet(
    given: pa.Schema, batches: Iterator[pa.RecordBatch], out: IO[bytes], metadata: Callable[[], Mapping[str, str]] | None
) -> None:
    fields = [field.with_name(name) for field, name in zip(given, distinct_names(given.names), strict=True)]
    held = [_parquet_holds(field.type) for field in fields]
    fields = [field if holds else pa.field(field.name, pa.string()) for field, holds in zip(fields, held, strict=True)]
    schema = pa.schema(fields)
    with pq.ParquetWriter(out, schema) as writer:
        for batch in batches:
            columns = [column if holds else _as_text(column) for column, holds in zip(batch.columns, held, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
        if metadata is not None:
            writer.add_key_value_metadata(metadata())


def _parquet_holds(kind: pa.DataType) -> bool:
    """Whether Parquet has this type; not for an INTERVAL or a UNION, alone or inside others."""
    schema = pa.schema([("column", kind)])
    try:
        with pq.ParquetWriter(pa.BufferOutputStream(), schema) as writer:
            writer.write_table(schema.empty_table())
    except pa.ArrowException:
        return False
    return True


def _as_text(column: pa.Array) -> pa.Array:
    return pa.array([None if value is None else cell(value) for value in values(column)], pa.string())


def _write_table(names: list[str], batches: Iterator[pa.RecordBatch], out: IO[bytes], tally: Tally, width: int) -> None:
    table = Table()
    for name in names:
        table.add_column(Text(visible(name)), overflow="fold")
    for batch in batches:
        for row in records(batch):
            table.add_row(*(Text(visible(cell(value))) for value in row))
    with _encoded(out) as lines:
        console = Console(file=lines, width=width, color_system=None, force_terminal=False, emoji=False)
        console.print(table)
        console.print(Text(str(tally)))


@contextmanager
def _encoded(out: IO[bytes]) -> Iterator[IO[str]]:
    """A text file over bytes, in UTF-8 whatever the terminal's language is."""
    text = io.TextIOWrapper(out, "utf-8", "backslashreplace", newline="")
    try:
        yield text
    finally:
        text.detach()
