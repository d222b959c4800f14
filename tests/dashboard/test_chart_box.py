"""What is downloaded says what it contains, and no spreadsheet runs it."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components.chart_box import _csv, rows_in_words
from storage.exports import file_name, selection_in_a_name
from storage.selection import Counting, Selection, WordSpace


def test_a_file_is_named_by_what_is_inside_and_the_day() -> None:
    assert re.fullmatch(r"maskboard-regions-words-\d{4}-\d\d-\d\d\.csv", file_name("regions-words", "csv"))


CUT = "A download holds the first 10 of 1,011 rows. Export, at the top of the page, writes every row of the selection."


def app(n: int, most: int) -> None:
    import pyarrow as pa

    from dashboard.components.chart_box import download_menu

    download_menu("answers", lambda: pa.table({"word": ["=1"]}), n=n, most=most)


@pytest.mark.parametrize(
    ("n", "rows", "said"),
    [(1, "1-row", []), (10, "10-rows", []), (1011, "first-10-of-1011-rows", [CUT])],
)
def test_a_cut_stands_in_the_name_and_on_the_page(n: int, rows: str, said: list[str]) -> None:
    page = AppTest.from_function(app, args=(n, 10)).run()
    assert not page.exception
    safe, raw = page.get("download_button")
    assert (safe.proto.label, raw.proto.label) == ("Data, CSV", "Data, CSV, raw")
    assert [each.value for each in page.caption] == said
    assert rows in rows_in_words(n, 10).replace(",", "").replace(" ", "-")


@pytest.mark.parametrize(
    ("selection", "hint"),
    [
        (Selection(), "all"),
        (Selection(checkpoints=("bert-mini (abc1234)", "a/b")), "bert-mini-abc1234-a-b"),
        (
            Selection(until=date(2026, 3, 1), counting=Counting.ALL_ASKS, space=WordSpace.PIECES),
            "until-2026-03-01-all-asks-pieces",
        ),
        (Selection(label="../../x"), "x"),
        (Selection(text="\u0444"), "filtered"),
        (Selection(text="long " * 60), ("long-" * 12)[:-1]),
    ],
)
def test_a_selection_is_hinted_at_in_the_name_of_a_file(selection: Selection, hint: str) -> None:
    assert selection_in_a_name(selection) == hint


def test_a_csv_is_safe_and_known_as_utf_8() -> None:
    table = pa.Table.from_pydict({"word": ["=1+1", "é", "a,b"], "z": [-1.5, 0.0, None]})
    written = _csv(lambda: table)
    assert written.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"))))
    assert rows == [["word", "z"], ["'=1+1", "-1.5"], ["é", "0.0"], ["a,b", ""]]
    raw = _csv(lambda: table, raw=True)
    assert b"\n=1+1," in raw
    assert not raw.startswith(b"\xef\xbb\xbf"), "as an export: programs take the mark for a part of the first name"
