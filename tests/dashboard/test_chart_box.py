"""What is downloaded says what it contains, and no spreadsheet runs it."""

from __future__ import annotations

import csv
import io
import re

import pyarrow as pa

from dashboard.components.chart_box import _csv, file_name


def test_a_file_is_named_by_what_is_inside_and_the_day() -> None:
    assert re.fullmatch(r"maskboard-regions-words-\d{4}-\d\d-\d\d\.csv", file_name("regions-words", "csv"))


def test_a_csv_is_safe_and_known_as_utf_8() -> None:
    table = pa.Table.from_pydict({"word": ["=1+1", "é", "a,b"], "z": [-1.5, 0.0, None]})
    written = _csv(lambda: table)
    assert written.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"))))
    assert rows == [["word", "z"], ["'=1+1", "-1.5"], ["é", "0.0"], ["a,b", ""]]
