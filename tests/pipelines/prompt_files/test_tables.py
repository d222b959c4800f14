"""Files of prompts as people bring them: every cell as it stands, every problem with its line, nothing guessed."""

from __future__ import annotations

import csv
import gzip
import io
import tracemalloc
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.prompt_files import FileKind, Problem, UnreadableFile
from pipelines.prompt_files.kinds import HEAD, kind_of
from pipelines.prompt_files.lines import LONGEST_LINE
from pipelines.prompt_files.rows import LONGEST_CELL, Row
from pipelines.prompt_files.tables import MOST_COLUMNS, Table, read_table


def table(data: bytes | str, name: str = "prompts.csv") -> Table:
    given_bytes = data.encode() if isinstance(data, str) else data
    return read_table(io.BytesIO(given_bytes), kind_of(name, given_bytes[:HEAD]), name)


def cells(data: bytes | str, name: str = "prompts.csv") -> list[tuple[int, tuple[str, ...]]]:
    return [(each.line, each.cells) for each in table(data, name).rows if isinstance(each, Row)]


def problems(data: bytes | str, name: str = "prompts.csv") -> list[tuple[int, str]]:
    return [(each.line, each.reason) for each in table(data, name).rows if isinstance(each, Problem)]


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        ("prompt\nA [MASK].\n", "a.csv", [(2, ("A [MASK].",))]),
        ("prompt\r\nA [MASK].\r\n", "a.csv", [(2, ("A [MASK].",))]),
        ("prompt\nA [MASK].", "a.csv", [(2, ("A [MASK].",))]),
        ("\ufeffprompt\nA [MASK].\n", "a.csv", [(2, ("A [MASK].",))]),
        ('prompt,tag\n"A, [MASK].",x\n', "a.csv", [(2, ("A, [MASK].", "x"))]),
        ("prompt;tag\nA, [MASK].;x\n", "a.csv", [(2, ("A, [MASK].", "x"))]),
        ('prompt\n"He said ""[MASK]"" twice."\n', "a.csv", [(2, ('He said "[MASK]" twice.',))]),
        ('prompt\n"one\ntwo [MASK]"\nnext [MASK]\n', "a.csv", [(2, ("one\ntwo [MASK]",)), (4, ("next [MASK]",))]),
        ('prompt\nA 5" pipe [MASK]\nA 6" pipe [MASK]\n', "a.csv", [(2, ('A 5" pipe [MASK]',)), (3, ('A 6" pipe [MASK]',))]),
        ("prompt\nNA\nnull\nNone\nnan\n=1+1\n007\n1e5\n", "a.csv", [(n, (c,)) for n, c in enumerate(
            ("NA", "null", "None", "nan", "=1+1", "007", "1e5"), start=2)]),
        ("prompt\n  spaces  \n", "a.csv", [(2, ("  spaces  ",))]),
        ("prompt,tag\n,x\n", "a.csv", [(2, ("", "x"))]),
        ('prompt\ttag\n"A" [MASK]\tx\n', "a.tsv", [(2, ('"A" [MASK]', "x"))]),
        ("A [MASK].\n\n  \nB, \"c\" [MASK].\n", "a.txt", [(1, ("A [MASK].",)), (4, ('B, "c" [MASK].',))]),
        ('{"prompt": "A [MASK].", "expected": ["x", "y"]}\n', "a.jsonl", [(1, ("A [MASK].", "x|y"))]),
        ('{"prompt": "A"}\n{"prompt": "B", "tag": 3}\n', "a.jsonl", [(1, ("A", "")), (2, ("B", "3"))]),
        ('{"a": 1.10, "b": [1e3, 2], "c": [["x"], ["y", "z"]], "d": true, "e": [], "f": ["x|y"], "g": {"h": [1.5]}}',
            "a.jsonl", [(1, ("1.10", "1e3|2", "x;y|z", "true", "", '["x|y"]', '{"h": [1.5]}'))]),
        ('prompt,tag\n"one\r\ntwo\r\n",x\r\n', "a.csv", [(2, ("one\r\ntwo\r\n", "x"))]),
        ('prompt\r"one\rtwo"\rthree\r', "a.csv", [(2, ("one\rtwo",)), (4, ("three",))]),
        ("prompt,,\nA,1,2\n,,\n", "a.csv", [(2, ("A", "1", "2"))]),
        ('\n\n"prompt"\n\nA\n', "a.csv", [(5, ("A",))]),
    ],
)  # fmt: skip
def test_cells_stand_as_they_were_written(data: str, name: str, expected: list[tuple[int, tuple[str, ...]]]) -> None:
    assert cells(data, name) == expected
    assert problems(data, name) == []


@pytest.mark.parametrize(
    ("data", "name", "line", "words"),
    [
        ("prompt,tag\nA,b\nA,b,c\nA,b\n", "a.csv", 3, "3 cells and the header names 2 columns"),
        ("prompt,tag\nA\n", "a.csv", 2, "1 cell and the header names 2"),
        ('prompt\nA\n"open [MASK]\nB\nC\n', "a.csv", 3, "never closed"),
        ('prompt\n"a"b\nC\n', "a.csv", 2, "no CSV"),
        (b"prompt\nA\ncaf\xe9 [MASK]\nC\n", "a.csv", 3, "not in UTF-8 (byte 4 of the line is 0xE9)"),
        (b"prompt\nA\nB\0 [MASK]\nC\n", "a.csv", 3, "NUL (character 2)"),
        (b"A\n\xff\n", "a.txt", 2, "0xFF"),
        ("prompt\n" + "x" * (LONGEST_CELL + 1) + "\n", "a.csv", 2, "100,001 characters"),
        ("prompt\n" + "x" * (LONGEST_LINE + 7) + "\nB\n", "a.csv", 2, "1,000,007 bytes"),
        ("prompt\n" + "x" * 3 * LONGEST_LINE, "a.csv", 2, "3,000,000 bytes"),
        ('{"prompt": "A"}\n[1]\n', "a.jsonl", 2, "no object"),
        ('{"prompt": "A"}\n{"prompt": \n', "a.jsonl", 2, "no JSON"),
        ('{"prompt": "A"}\n' + "[" * 50_000 + "\n", "a.jsonl", 2, "nested too deep"),
        ('{"prompt": "A"}\n' * 200 + '{"other": "A"}\n', "a.jsonl", 201, "'other'"),
    ],
)
def test_a_problem_names_its_line_and_spoils_no_other(data: bytes | str, name: str, line: int, words: str) -> None:
    ((found, reason),) = problems(data, name)
    assert found == line
    assert words in reason
    assert reason.endswith(".")
    given_lines = (data.encode() if isinstance(data, str) else data).count(b"\n") + (data[-1:] not in (b"\n", "\n"))
    header = 0 if name.endswith(("txt", "jsonl")) else 1
    assert len(cells(data, name)) == given_lines - header - 1


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.csv", "is empty"),
        (b"\n\n\n", "a.csv", "is empty"),
        (gzip.compress(b"prompt\nA\n", mtime=0), "a.csv", "gzip"),
        (b"\x89PNG\r\n\x1a\n", "a.csv", "picture"),
        (b"PK\x03\x04rest", "a.csv", "spreadsheet"),
        (b"%PDF-1.7", "a.txt", "PDF"),
        (b"PAR1....", "a.csv", "Parquet"),
        ("prompt\nA\n".encode("utf-16"), "a.csv", "UTF-16"),
        ("prompt\nA\n".encode("utf-16-be"), "a.csv", "NUL"),
        (b'{\n  "prompt": "A"\n}', "a.json", ".jsonl"),
        (b'[{"prompt": "A"},\n {"prompt": "B"}]\n', "a.jsonl", "JSON array"),
        (b"[1]\n[2]\n", "a.jsonl", "no JSON object"),
        (b"a," * 300_000 + b"\n", "a.csv", "300,001 columns"),
        (b"prompt,tag,prompt\n", "a.csv", "'prompt' twice"),
        (b'"prompt\nA\n', "a.csv", "header"),
        (b"caf\xe9\nA\n", "a.csv", "UTF-8"),
        (b"x" * (LONGEST_LINE + 1), "a.csv", "header"),
    ],
)
def test_what_is_no_list_of_prompts_is_refused_with_what_it_is(data: bytes, name: str, words: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        table(data, name)
    assert words in str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"prompt,expected\n", FileKind.CSV),
        (b'"Prompt",tag\n', FileKind.CSV),
        (b"prompt\ttag\n", FileKind.TSV),
        (b'{"prompt": 1}\n', FileKind.JSONL),
        (b"The capital, of [MASK].\n", FileKind.TXT),
    ],
)
def test_without_an_ending_the_first_line_tells_the_kind(data: bytes, kind: FileKind) -> None:
    assert kind_of("pasted", data) is kind


def test_a_file_of_exactly_the_most_columns_is_read() -> None:
    header = ",".join(f"c{number}" for number in range(MOST_COLUMNS))
    assert len(table(header + "\n").columns) == MOST_COLUMNS


def test_a_long_run_of_lines_after_an_open_quote_is_read_once_more() -> None:
    data = 'prompt\n"open\n' + "line\n" * 1_000
    assert [line for line, _ in problems(data)] == [2]
    assert [line for line, _ in cells(data)] == list(range(3, 1_003))


def test_memory_stays_that_of_a_line() -> None:
    data = b"prompt\n" + b'"' + b"x" * 20_000_000 + b'"\n' + b"A [MASK].\n" * 50_000
    stream = io.BytesIO(data)
    tracemalloc.start()
    try:
        rows = sum(isinstance(each, Row) for each in read_table(stream, FileKind.CSV, "big.csv").rows)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert rows == 50_000
    assert peak < 8 * LONGEST_LINE


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]) | st.sampled_from('",;\t\r\n'), max_size=30)


@given(
    st.lists(st.tuples(TEXT, TEXT), max_size=8),
    st.sampled_from(",;\t"),
    st.sampled_from(
        [(csv.QUOTE_ALL, "\n"), (csv.QUOTE_ALL, "\r\n"), (csv.QUOTE_MINIMAL, "\r\n"), (csv.QUOTE_NONNUMERIC, "\n")]
    ),
)
def test_what_the_standard_library_writes_is_read_back(
    rows: list[tuple[str, str]], delimiter: str, style: tuple[Literal[0, 1, 2, 3], str]
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=style[0], lineterminator=style[1], delimiter=delimiter).writerows([("prompt", "tag"), *rows])
    found = list(table(out.getvalue()).rows)
    assert [each.cells for each in found if isinstance(each, Row)] == [row for row in rows if any(cell.strip() for cell in row)]
    assert not any(isinstance(each, Problem) for each in found)
