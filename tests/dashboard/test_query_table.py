"""Whatever a statement answers can be shown: every type of DuckDB, names that repeat, names that mean something elsewhere."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from dashboard.query_table import LONGEST_TITLE, NOT_SHOWN, Result, Role, readable


def answered(sql: str) -> Result:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return readable(connection.sql(sql).to_arrow_table())


@pytest.mark.parametrize(
    ("expression", "shown", "role"),
    [
        ("1", 1, Role.NUMBER),
        ("-5::TINYINT", -5, Role.NUMBER),
        ("9007199254740993", "9007199254740993", Role.CATEGORY),
        ("18446744073709551615::UBIGINT", "18446744073709551615", Role.CATEGORY),
        ("sum(3) OVER ()", 3, Role.NUMBER),
        ("1.25", 1.25, Role.NUMBER),
        ("12345678901234567890.5::DECIMAL(38, 1)", "12345678901234567890.5", Role.CATEGORY),
        ("0.1::FLOAT", pytest.approx(0.1), Role.NUMBER),
        ("'a'", "a", Role.CATEGORY),
        ("'a'::ENUM ('a', 'b')", "a", Role.CATEGORY),
        ("NULL", None, Role.CATEGORY),
        ("true", True, Role.CATEGORY),
        ("DATE '2026-03-01'", date(2026, 3, 1), Role.TIME),
        ("TIMESTAMP '2026-03-01 10:11:12.5'", datetime(2026, 3, 1, 10, 11, 12, 500000), Role.TIME),  # noqa: DTZ001 - as kept
        ("TIMESTAMPTZ '2026-03-01 10:11:12+02'", datetime(2026, 3, 1, 8, 11, 12), Role.TIME),  # noqa: DTZ001
        ("TIMESTAMP_NS '2026-03-01 10:11:12.123456789'", datetime(2026, 3, 1, 10, 11, 12, 123456), Role.TIME),  # noqa: DTZ001
        ("TIME '10:11:12'", "10:11:12.000000", Role.CATEGORY),
        ("TIME '24:00:00'", NOT_SHOWN, Role.CATEGORY),
        ("DATE '290000-01-01'", NOT_SHOWN, Role.CATEGORY),
        ("DATE 'infinity'", NOT_SHOWN, Role.CATEGORY),
        ("TIMESTAMP 'infinity'", NOT_SHOWN, Role.CATEGORY),
        ("TIMESTAMP '20000-01-01 10:11:12'", "20000-01-01 10:11:12.000000", Role.CATEGORY),
        ("[DATE '290000-01-01']", NOT_SHOWN, Role.OTHER),
        ("INTERVAL 14 MONTH + INTERVAL 3 DAY + INTERVAL 90 SECOND", "14 months 3 days 90 s", Role.OTHER),
        ("INTERVAL 0 DAY", "0 s", Role.OTHER),
        ("'\\x00\\xFF'::BLOB", "0x00ff", Role.OTHER),
        ("['a', NULL, 'b']", ["a", "NULL", "b"], Role.OTHER),
        ("[[1, 2], [3]]", ["[1, 2]", "[3]"], Role.OTHER),
        ("[1.5, 2]", ["1.5", "2.0"], Role.OTHER),
        ("{'a': 1, 'b': 'é'}", '{"a": 1, "b": "é"}', Role.OTHER),
        ("MAP {'a': 1}", '{"a": 1}', Role.OTHER),
        ("'018f0000-0000-7000-8000-000000000000'::UUID", "018f0000-0000-7000-8000-000000000000", Role.CATEGORY),
        ("'{\"a\": 1}'::JSON", '{"a": 1}', Role.CATEGORY),
        ("union_value(n := 2)", "2", Role.OTHER),
        ("'101'::BIT", "0x05fd", Role.OTHER),
    ],
)
def test_every_type_is_shown(expression: str, shown: object, role: Role) -> None:
    result = answered(f"SELECT {expression} AS value")
    assert result.table.to_pydict() == {"c0": [shown]}
    assert [(each.name, each.role) for each in result.columns] == [("value", role)]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "a", "a"], ["a", "a (2)", "a (3)"]),
        (["a", "a (2)", "a"], ["a", "a (2)", "a (3)"]),
        (["", " "], ["(no name)", "(no name) (2)"]),
        (["__index_level_0__", "datum.x['y']"], ["__index_level_0__", "datum.x['y']"]),
        (["a\nb\tc"], ["a b c"]),
        (["x" * 500], ["x" * (LONGEST_TITLE - 1) + "…"]),
    ],
)
def test_names_are_distinct_printable_and_never_keys(given: list[str], shown: list[str]) -> None:
    result = readable(pa.Table.from_arrays([pa.array([1]) for _ in given], names=given))
    assert [each.name for each in result.columns] == shown
    assert result.table.column_names == [f"c{i}" for i in range(len(given))]


def test_a_column_is_found_by_its_name() -> None:
    result = answered("SELECT 1 AS a, 2 AS a")
    found = result.named("a (2)")
    assert found is not None
    assert found.key == "c1"
    assert result.named("b") is None
    assert result.named(None) is None


@pytest.mark.parametrize("sql", ["SELECT * FROM range(0) t(i)", "SELECT i, [i] AS l, {'a': i} AS s FROM range(0) t(i)"])
def test_no_rows_are_shown_as_well(sql: str) -> None:
    assert answered(sql).table.num_rows == 0


def test_many_chunks_and_missing_values() -> None:
    rows: list[dict[str, Any]] = [{"l": ["a"], "n": 1}, {"l": None, "n": None}]
    table = pa.concat_tables([pa.Table.from_pylist(rows) for _ in range(3)])
    assert readable(table).table.to_pydict() == {"c0": [["a"], None] * 3, "c1": [1, None] * 3}


def test_of_long_texts_and_lists_the_beginning_is_shown() -> None:
    result = answered("SELECT repeat('é', 2001) AS t, range(201)::VARCHAR[] AS l, [repeat('x', 2001)] AS e, 'short' AS s")
    assert result.shortened
    row = result.table.to_pylist()[0]
    assert row["c0"] == "é" * 1999 + "…"
    assert (len(row["c1"]), row["c1"][-2:]) == (201, ["199", "…"])
    assert row["c2"] == ["x" * 1999 + "…"]
    assert row["c3"] == "short"
    assert not answered("SELECT repeat('é', 2000) AS t, range(200) AS l").shortened
