"""What is said of a file before anything runs, and that the same is asked."""

from __future__ import annotations

import io
import os
import pickle
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from pipelines.errors import PipelineError
from pipelines.prompt_files import (
    Columns,
    FileKind,
    FilePrompt,
    Given,
    Inspection,
    Problem,
    UnreadableFile,
    inspect,
    open_prompts,
)
from pipelines.prompt_files.inspection import FIRST_PROBLEMS, FIRST_PROMPTS, MOST_TAGS

FILE = "id,Sentence,gold,group\n1,Paris is in ___.,France|Gaul,geo\n2,No mask.,x,geo\n3,Paris  is in [MASK].,,\n"


def same_as_asked(found: Inspection, given: Given, name: str | None = None, columns: Columns | None = None) -> None:
    """What was shown is what is asked, with the columns that were guessed said by a person."""
    with open_prompts(given, name, columns) as prompts:
        asked = list(prompts)
    good = [each for each in asked if isinstance(each, FilePrompt)]
    bad = [each for each in asked if isinstance(each, Problem)]
    assert (tuple(good[:FIRST_PROMPTS]), tuple(bad[:FIRST_PROBLEMS])) == (found.first, found.problems)
    assert (len(good), len(bad), len({each.text for each in good})) == (found.n_prompts, found.n_problems, found.n_distinct)
    assert (sum(found.masks.values()), sum(found.tags.values())) == (len(good), found.n_tagged)


@pytest.mark.parametrize("way", ["path", "bytes", "stream", "file", "pasted"])
def test_a_file_is_told_the_same_however_it_comes(way: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(FILE, "utf-8")
    stream = io.BytesIO(FILE.encode())
    stream.read()
    with path.open("rb") as opened:
        ways: dict[str, Given] = {"path": path, "bytes": FILE.encode(), "stream": stream, "file": opened, "pasted": FILE}
        given = ways[way]
        found = inspect(given, "a.csv")
        same_as_asked(found, given, "a.csv")
        same_as_asked(found, given, "a.csv", found.layout.mapping)
    assert (found.layout.name, found.layout.size, found.layout.kind) == ("a.csv", len(FILE), FileKind.CSV)
    assert found.layout.mapping == Columns("Sentence", "gold", None, "group")
    assert (found.layout.guessed, found.layout.ignored, found.layout.delimiter) == (True, ("id",), ",")
    assert (found.n_prompts, found.n_distinct, found.n_problems) == (2, 1, 1)
    assert (found.n_expected, found.n_candidates, found.n_tagged, found.n_tags) == (1, 0, 1, 1)
    assert (found.tags, found.masks, found.notes) == ({"geo": 1}, {1: 2}, ())
    assert found.first[0] == FilePrompt(2, "Paris is in [MASK].", (("France", "Gaul"),), (), "geo")
    assert [each.line for each in found.problems] == [3]
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - a cache of a page keeps it so


def test_the_name_of_a_path_or_an_upload_says_the_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("prompt,tag\nA [MASK].,x\n", "utf-8")
    upload = io.BytesIO(path.read_bytes())
    upload.name = "a.txt"
    for given in (path, upload):
        found = inspect(given)
        assert (found.layout.kind, found.n_prompts, found.n_problems) == (FileKind.TXT, 1, 1)
        assert "reads like the names of columns" in found.notes[0]
        assert inspect(given, kind=FileKind.CSV).first == (FilePrompt(2, "A [MASK].", tag="x"),)


@pytest.mark.parametrize(
    ("pasted", "kind", "n_prompts"),
    [
        ("The sky is [MASK].\r\nGrass is [MASK].", FileKind.TXT, 2),
        ("text\texpected\nThe sky is ___.\tblue\n", FileKind.TSV, 1),
        ("Sentence;Gold\nThe sky is ___.;blue\n", FileKind.CSV, 1),
        ('\n{"prompt": "The sky is [MASK]."}', FileKind.JSONL, 1),
        ("{who} is [MASK].\n", FileKind.TXT, 1),
        ("[MASK] is blue.\n", FileKind.TXT, 1),
    ],
)
def test_pasted_text_is_told_by_how_it_begins(pasted: str, kind: FileKind, n_prompts: int) -> None:
    found = inspect(pasted)
    assert (found.layout.name, found.layout.kind, found.n_prompts, found.n_problems) == ("pasted text", kind, n_prompts, 0)


def test_a_person_says_which_column_is_what() -> None:
    columns = Columns("gold", expected="Sentence", tag="id")
    found = inspect("id,Sentence,gold\n1,blue,The sky is [MASK].\n", "a.csv", columns)
    assert found.first == (FilePrompt(2, "The sky is [MASK].", (("blue",),), (), "1"),)
    assert (found.layout.mapping, found.layout.guessed, found.layout.ignored) == (columns, False, ())
    none = inspect(FILE, "a.csv", Columns("Sentence"))
    assert (none.n_expected, none.n_tagged, none.layout.ignored) == (0, 0, ("id", "gold", "group"))


@pytest.mark.parametrize(
    ("data", "name", "columns", "words"),
    [
        (FILE, "a.csv", Columns("Sentence", expected="right"), r"no column right\. Choose one of id, Sentence, gold, group\."),
        (FILE, "a.csv", Columns(expected="gold"), "No column is said to be the prompt"),
        ("A [MASK].\n", "a.txt", Columns("prompt", tag="x"), r"no column x\. Choose one of prompt\."),
        ("The sky is [MASK].,blue\n", "a.csv", Columns("The sky is [MASK]."), "no header, since it holds a mask"),
        ("one,two\n", "a.csv", None, r"None of the columns \(one, two\) is called prompt"),
        (f"{'x' * 50},two\n", "a.csv", None, rf"\({'x' * 40}\.\.\., two\)"),
        ("A [MASK].\tb\n", None, None, "no header"),
    ],
)
def test_columns_that_do_not_fit_are_said_before_anything_is_read(
    data: str, name: str | None, columns: Columns | None, words: str
) -> None:
    with pytest.raises(UnreadableFile, match=words):
        inspect(data, name, columns)
    with pytest.raises(UnreadableFile, match=words), open_prompts(data, name, columns):
        pytest.fail("opened")


def test_a_path_that_is_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"There is no file .*prompts\.csv\."):
        inspect(tmp_path / "prompts.csv")
    with pytest.raises(UnreadableFile, match="no file that can be read twice"):
        inspect(tmp_path)
    read, write = os.pipe()
    os.close(write)
    with os.fdopen(read, "rb") as pipe, pytest.raises(UnreadableFile, match="only once"):
        inspect(pipe)


def test_what_may_be_meant_otherwise_is_noted() -> None:
    braces = inspect("The {group} is [MASK].\nA set {1, 2} [MASK]\nA { [MASK].\n")
    assert [note.split(",")[0] for note in braces.notes] == ["2 prompts with braces"]
    assert "{group}" in braces.notes[0]
    quotes = inspect('prompt\tn\n"The sky is [MASK]."\t1\nThe "sky" is [MASK].\t2\n', "a.tsv")
    assert [note.split(" ")[0] for note in quotes.notes] == ["1"]
    assert "quotes around the text" in quotes.notes[0]
    assert inspect('prompt\n"The sky is [MASK]."\n', "a.csv").notes == ()
    assert "No prompt stands in the file" in inspect("prompt\n", "a.csv").notes[0]


def test_what_is_shown_is_bounded_and_what_is_counted_is_not() -> None:
    lines = [f"Number {n} is [MASK].,tag {n % 1_500}" for n in range(3_000)] + ["no mask,"] * 1_200
    found = inspect("prompt,tag\n" + "\n".join(lines), "a.csv")
    assert (found.n_prompts, len(found.first)) == (3_000, FIRST_PROMPTS)
    assert (found.n_problems, len(found.problems)) == (1_200, FIRST_PROBLEMS)
    assert (found.n_tags, len(found.tags), found.tags["tag 0"]) == (1_500, MOST_TAGS, 2)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write("prompt,expected,tag\n")
        out.writelines(f"The capital of country {n} is [MASK].,Paris,tag {n}\n" for n in range(20_000))
    inspect(b"prompt\nA [MASK].\n", "a.csv")
    tracemalloc.start()
    try:
        found = inspect(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (found.n_prompts, found.n_tags) == (20_000, 20_000)
    assert peak < 4_000_000  # 8 bytes each for texts and tags, and a block of the file; as records they took more


CELLS = st.sampled_from(["A [MASK].", "___", "x", "", "NA", '"', ",", "a|b;c", "\r", "\n", "\ufeff", "é", "[", "{", "\t", "\0"])


@generated(st.lists(CELLS, max_size=30), st.sampled_from(["a.csv", "a.tsv", "a.txt", "a.jsonl", "a.json", "a"]), st.booleans())
def test_any_text_is_read_or_refused_with_a_sentence(parts: list[str], name: str, header: bool) -> None:
    text = ("prompt,tag\n" if header else "") + "".join(parts)
    try:
        found = inspect(text, name)
    except PipelineError as error:
        assert str(error).endswith(".")
        return
    same_as_asked(found, text, name)
    lines = text.count("\n") + text.count("\r") + 1
    assert all(1 <= line <= lines for line in [each.line for each in found.first] + [each.line for each in found.problems])


@generated(st.binary(max_size=200), st.sampled_from(["a.csv", "a.tsv", "a.txt", "a.jsonl", "a.json", "a"]), st.booleans())
def test_any_bytes_are_read_or_refused_with_a_sentence(data: bytes, name: str, header: bool) -> None:
    try:
        inspect((b'{"prompt": 1}\n' if "json" in name else b"prompt\n") * header + data, name)
    except PipelineError as error:
        assert str(error).endswith(".")
