"""Answers that Python has no objects for, or Parquet no types: every format writes them, as text where it must."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest

from storage.log import Log
from storage.output import Format, write
from storage.snapshots import Snapshots
from storage.visitors import Allowed, Limits, run

ROOMY = Limits(60)
ANSWERS = [
    ("infinite day", "DATE 'infinity'", "infinity"),
    ("minus infinite day", "DATE '-infinity'", "-infinity"),
    ("infinite moment", "TIMESTAMP 'infinity'", "infinity"),
    ("infinite moment with a zone", "TIMESTAMPTZ '-infinity'", "-infinity"),
    ("late day", "DATE '10000-01-01'", "10000-01-01"),
    ("latest day", "DATE '5881580-07-10'", "5881580-07-10"),
    ("leap day", "DATE '12000-02-29'", "12000-02-29"),
    ("early day", "DATE '0044-03-15 (BC)'", "0044-03-15 (BC)"),
    ("late moment", "TIMESTAMP '10000-01-01 12:30:00.25'", "10000-01-01T12:30:00.25"),
    ("early moment", "TIMESTAMP '0044-03-15 (BC) 01:02:03'", "0044-03-15T01:02:03 (BC)"),
    ("late moment with a zone", "TIMESTAMPTZ '10000-01-01 12:30:00+00'", "10000-01-01T12:30:00+00:00"),
    ("nanoseconds", "TIMESTAMP_NS '2026-01-01 00:00:00.123456789'", "2026-01-01T00:00:00.123456789"),
    ("hour 24", "TIME '24:00:00'", "24:00:00"),
    ("list", "[DATE '2026-01-01', DATE 'infinity', NULL]", ["2026-01-01", "infinity", None]),
    ("struct", "{a: TIME '24:00:00', b: 1}", {"a": "24:00:00", "b": 1}),
    ("map", "MAP {'a': DATE 'infinity'}", [{"key": "a", "value": "infinity"}]),
    ("map by lists", "MAP {[1, 2]: 3}", [{"key": [1, 2], "value": 3}]),
    ("union", "union_value(word := 'a')", "a"),
    ("list of unions", "[union_value(n := 5)]", [5]),
    ("interval", "INTERVAL '1 month 2 days 3 seconds'", "P1M2DT3S"),
    ("struct with an interval", "{a: INTERVAL '1 day'}", {"a": "P0M1DT0S"}),
    ("enumeration", "'b'::ENUM('a', 'b')", "b"),
    ("key", "'0199c3f1-0000-7000-8000-00000000abcd'::UUID", "0199c3f1-0000-7000-8000-00000000abcd"),
    ("nothing", "NULL", None),
]  # fmt: skip
NOT_IN_PARQUET = ("union", "list of unions", "interval", "struct with an interval")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of an empty log: the answers need none."""
    with Log.open(tmp_path_factory.mktemp("empty") / "log.duckdb") as log, Snapshots(log.database) as snapshots:
        snapshot = snapshots.current().path
        kept = snapshot.parent.parent.with_name("kept.duckdb")
        kept.hardlink_to(snapshot)
    return kept


@pytest.fixture(scope="module")
def written(copy: Path) -> dict[Format, bytes]:
    """One row with everything in it, in every format."""
    columns = ", ".join(f'{sql} AS "{name}"' for name, sql, _ in ANSWERS)
    made = {}
    for form in Format:
        out = io.BytesIO()
        with run(Allowed(f"SELECT {columns}"), copy, ROOMY) as rows:
            assert write(rows, form, out, None, raw=True).written == 1
        made[form] = out.getvalue()
    return made


@pytest.mark.parametrize(("name", "sql", "expected"), ANSWERS, ids=[row[0] for row in ANSWERS])
def test_an_unusual_answer_is_written(
    written: dict[Format, bytes], name: str, sql: str, expected: object, tmp_path: Path
) -> None:
    assert json.loads(written[Format.JSON])[0][name] == expected
    text = "" if expected is None else expected if isinstance(expected, str) else json.dumps(expected)
    (row,) = csv.DictReader(io.StringIO(written[Format.CSV].decode()))
    assert row[name] == text
    assert text in written[Format.TABLE].decode()
    (tmp_path / "rows.parquet").write_bytes(written[Format.PARQUET])
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.read_parquet(str(tmp_path / "rows.parquet"))
        cell = rows.project(duckdb.ColumnExpression(name))
        if name in NOT_IN_PARQUET:
            assert cell.fetchall() == [(text,)]
            return
        as_text = "CAST(COLUMNS(*) AS VARCHAR)"
        assert cell.project(as_text).fetchall() == connection.sql(f"SELECT {sql}").project(as_text).fetchall()
