"""How rows are written down."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.output import Format, bare_cell, distinct_names, plain, safe_cell, visible, write
from storage.visitors import Rows


def written(table: pa.Table, form: Format, limit: int | None = None, *, raw: bool = False) -> tuple[bytes, str]:
    out = io.BytesIO()
    tally = write(Rows(table.schema, iter(table.to_batches(max_chunksize=2))), form, out, limit, raw=raw)
    return out.getvalue(), str(tally)


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]


def test_a_csv_makes_formulas_safe_and_leaves_numbers_alone() -> None:
    table = pa.table({"=text": [*FORMULAS, "a=1", None], "number": [-1, -2, 3, 4, 5, 6, 7, 8], "score": [-0.25] * 8})
    content, told = written(table, Format.CSV)
    lines = list(csv.reader(io.StringIO(content.decode(), newline="")))
    assert lines[0] == ["'=text", "number", "score"]
    assert [line[0] for line in lines[1:]] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t'=1", "'\r'=1", "a=1", ""]
    assert [line[1:] for line in lines[1:3]] == [["-1", "-0.25"], ["-2", "-0.25"]]
    assert told == "8 rows"


def test_a_raw_csv_is_what_is_stored() -> None:
    content, _ = written(pa.table({"text": FORMULAS}), Format.CSV, raw=True)
    assert [line[0] for line in csv.reader(io.StringIO(content.decode(), newline=""))][1:] == FORMULAS


STARTS = ("=", "+", "-", "@", "\t", "\r")
TEXTS = st.text(alphabet=st.sampled_from("ab=+-@\t\r\n;',\"\u00e9"), max_size=12)


@given(TEXTS)
def test_no_cell_starts_a_formula_whatever_ends_a_cell(text: str) -> None:
    safe = safe_cell(text)
    assert not safe.startswith(STARTS)
    assert not any(part.startswith(("=", "+", "-", "@")) for part in re.split("[;\t\r\n]", safe))
    if not text.startswith("'"):
        assert bare_cell(safe) == text


@given(st.lists(st.none() | TEXTS, min_size=1, max_size=5))
def test_a_column_is_made_safe_as_its_cells_are(texts: list[str | None]) -> None:
    content, _ = written(pa.table({"text": pa.array(texts, pa.string()), "n": range(len(texts))}), Format.CSV)
    lines = list(csv.reader(io.StringIO(content.decode(), newline="")))[1:]
    assert [line[0] for line in lines] == ["" if text is None else safe_cell(text) for text in texts]


def test_json_is_an_array_of_objects_with_iso_times() -> None:
    table = pa.table(
        {
            "when": [datetime(2026, 3, 1, 9, 30, tzinfo=UTC), None],
            "word": ["für „alle“", "\n"],
            "score": [0.5, float("nan")],
            "list": [[1, 2], []],
        }
    )
    content, _ = written(table, Format.JSON)
    assert json.loads(content) == [
        {"when": "2026-03-01T09:30:00+00:00", "word": "für „alle“", "score": 0.5, "list": [1, 2]},
        {"when": None, "word": "\n", "score": None, "list": []},
    ]


def test_no_rows_are_still_json_and_csv() -> None:
    table = pa.table({"a": pa.array([], pa.int64())})
    assert json.loads(written(table, Format.JSON)[0]) == []
    assert written(table, Format.CSV)[0] == b"a\n"
    assert written(table, Format.TABLE)[1] == "0 rows"


def test_two_columns_of_one_name_are_both_kept() -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], names=["a", "a", "a_2"])
    assert json.loads(written(table, Format.JSON)[0]) == [{"a": 1, "a_2": 2, "a_2_2": 3}]
    assert written(table, Format.CSV)[0] == b"a,a,a_2\n1,2,3\n"
    assert pq.read_table(io.BytesIO(written(table, Format.PARQUET)[0])).column_names == ["a", "a_2", "a_2_2"]


@given(st.lists(st.sampled_from(["a", "a_2", "a_2_2", "b"])))
def test_distinct_names_are_distinct(names: list[str]) -> None:
    distinct = distinct_names(names)
    assert len(set(distinct)) == len(names)
    assert distinct[: len(set(names))] == names if len(set(names)) == len(names) else True


def test_parquet_keeps_types_and_all_rows() -> None:
    table = pa.table({"i": list(range(5)), "t": ["=x"] * 5})
    assert pq.read_table(io.BytesIO(written(table, Format.PARQUET)[0])).equals(table)


@pytest.mark.parametrize("form", list(Format))
def test_a_limit_cuts_and_counts_the_rest(form: Format) -> None:
    table = pa.table({"i": list(range(12_345))})
    content, told = written(table, form, limit=3)
    assert told == "showing 3 of 12,345 rows"
    if form is Format.CSV:
        assert content == b"i\n0\n1\n2\n"
    if form is Format.TABLE:
        assert content.decode().endswith("showing 3 of 12,345 rows\n")
    if form is Format.PARQUET:
        assert pq.read_table(io.BytesIO(content)).num_rows == 3


def test_a_table_shows_text_as_text() -> None:
    content, told = written(pa.table({"text": ["[bold]no[/bold] :smile:", "\x1b[31mred", "two\nlines"]}), Format.TABLE)
    shown = content.decode()
    assert "[bold]no[/bold] :smile:" in shown
    assert "\\x1b[31mred" in shown
    assert "two\\nlines" in shown
    assert "\x1b" not in shown
    assert told == "3 rows"


def test_visible_text_has_no_character_that_steers() -> None:
    assert visible("für 猫 [MASK]") == "für 猫 [MASK]"
    assert visible("\x07\u202e") == "\\x07\\u202e"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (Decimal("1.50"), 1.5),
        (Decimal("12345678901234567890123456789"), 12345678901234567890123456789),
        (b"\x00\xff", "AP8="),
        (timedelta(minutes=1), 60.0),
        (pa.MonthDayNano([1, 2, 3_000_000_000]), "P1M2DT3S"),
        ({"a": [Decimal(1)]}, {"a": [1]}),
        (float("inf"), None),
    ],
)
def test_values_become_what_json_knows(value: object, expected: object) -> None:
    assert plain(value) == expected
    json.dumps(plain(value), allow_nan=False)
