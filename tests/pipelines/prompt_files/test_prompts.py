"""From rows to prompts: columns by their names, expected words, candidates and tags."""

from __future__ import annotations

import io

import pytest

from pipelines.prompt_files import Columns, FileKind, FilePrompt, Problem, UnreadableFile
from pipelines.prompt_files.columns import guess_columns
from pipelines.prompt_files.prompts import read_prompts
from pipelines.prompt_files.tables import Table, read_table


def table(text: str, kind: FileKind = FileKind.CSV) -> Table:
    return read_table(io.BytesIO(text.encode()), kind, "prompts.csv")


def read(text: str) -> list[FilePrompt | Problem]:
    found = table(text)
    return list(read_prompts(found, guess_columns(found.columns)))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("prompt",), Columns("prompt")),
        (("Sentence", "Gold", "Group"), Columns("Sentence", "Gold", None, "Group")),
        (("id", "text", "choices", "answer"), Columns("text", "answer", "choices")),
        (("text", "prompt"), Columns("prompt")),
        ((" prompt ", "EXPECTED"), Columns(" prompt ", "EXPECTED")),
    ],
)
def test_columns_are_told_by_their_names(names: tuple[str, ...], expected: Columns) -> None:
    assert guess_columns(names) == expected


def test_a_table_without_a_prompt_says_which_columns_it_has() -> None:
    with pytest.raises(UnreadableFile, match=r"\(id, words\) is called prompt"):
        guess_columns(("id", "words"))


def test_a_row_is_a_prompt_with_what_belongs_to_it() -> None:
    (found,) = read("prompt,expected,candidates,tag\nParis is in ___.,France|Gaul,Spain | Italy,geo\n")
    assert found == FilePrompt(2, "Paris is in [MASK].", (("France", "Gaul"),), ("Spain", "Italy"), "geo")


def test_masks_have_their_own_expected_words() -> None:
    (found,) = read("prompt,expected\n[MASK] is in [MASK].,Paris;France|Gaul\n")
    assert isinstance(found, FilePrompt)
    assert found.expected == (("Paris",), ("France", "Gaul"))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("No mask here.,", "no mask"),
        ("[MASK].,a;b", "2 masks, but the prompt has 1"),
        ("[MASK].,two words", "holds a space"),
        (" ,x", "is empty"),
        ("[MASK].,[France]", "written as a list"),
        ("[MASK].,[MASK]", "written as a list"),
        ("[MASK].,a|___", "is a mask itself"),
        ('[MASK].,"[""a"", ""b""]"', "written as a list"),
        ("[MASK].," + "a" * 51, "51 characters; at most 50"),
        ("[MASK].," + "|".join(map(str, range(51))), "51 expected words are named; at most 50"),
    ],
)
def test_a_row_that_cannot_be_asked_says_why_and_where(row: str, words: str) -> None:
    good, bad, after = read(f"prompt,expected\nA [MASK].,\n{row}\nB [MASK].,\n")
    assert isinstance(good, FilePrompt)
    assert isinstance(after, FilePrompt)
    assert isinstance(bad, Problem)
    assert (bad.line, words in bad.reason) == (3, True)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("a|b;c", r"candidates b;c are joined with a semicolon. Separate them with |."),
        ("a|two words", 'The candidate "two words" holds a space'),
        ("[a|b]", "The candidates are written as a list"),
        ("|".join(map(str, range(51))), "51 candidates are named; at most 50"),
    ],
)
def test_candidates_that_cannot_be_scored_are_said(cell: str, words: str) -> None:
    (found,) = read(f"prompt,candidates\nA [MASK].,{cell}\n")
    assert isinstance(found, Problem)
    assert words in found.reason


@pytest.mark.parametrize(
    ("cell", "tag"), [("  geo  ", "geo"), ("a  b", "a b"), ("", None), ("\u200b", None), ("e\u0301", "é"), ("x" * 60, "x" * 60)]
)
def test_a_tag_is_spelled_as_one_put_on_by_hand(cell: str, tag: str | None) -> None:
    (found,) = read(f"prompt,tag\nA [MASK].,{cell}\n")
    assert isinstance(found, FilePrompt)
    assert found.tag == tag


@pytest.mark.parametrize(("cell", "words"), [("x" * 61, "61 characters; at most 60"), ("a\x07", "The tag holds an invisible")])
def test_a_tag_that_cannot_be_kept_is_said(cell: str, words: str) -> None:
    (found,) = read(f"prompt,tag\nA [MASK].,{cell}\n")
    assert isinstance(found, Problem)
    assert words in found.reason


@pytest.mark.parametrize(
    ("cell", "expected"), [("", ()), (";", ((), ())), ("Paris;", (("Paris",), ())), (";x|y", ((), ("x", "y")))]
)
def test_a_mask_may_have_no_expected_words(cell: str, expected: tuple[tuple[str, ...], ...]) -> None:
    (found,) = read(f"prompt,expected\n[MASK] is in [MASK].,{cell}\n")
    assert isinstance(found, FilePrompt)
    assert found.expected == (expected if any(expected) else ())


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(UnreadableFile, match="no column gold"):
        list(read_prompts(table("prompt\nA [MASK].\n"), Columns("prompt", expected="gold")))
