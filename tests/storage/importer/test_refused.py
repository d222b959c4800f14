"""What is refused comes with a reason, and nothing of it is half there."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import history
from storage.errors import StorageError
from storage.formats.entries import Given
from storage.formats.json_file import read_json
from storage.importer import import_file, read
from storage.log import Log
from tests.storage.importer.conftest import CSV, GOOD, PARIS, SEQUENCES, entry, line, words, write


@pytest.mark.parametrize(
    ("spoiled", "problem"),
    [
        (entry(line("a", 1.7)), "The score of rank 1 is 1.7; a probability lies between 0 and 1"),
        (entry(line("a", -0.1)), "a probability lies between 0 and 1"),
        (entry(line("a", math.nan)), "is nan; a probability lies between 0 and 1"),
        (entry(line("a", math.inf)), "a probability lies between 0 and 1"),
        (entry(line("a") | {"score": "much"}), "is much, which is no number"),
        (entry(line("a") | {"score": True}), "which is no number"),
        (entry(line("a") | {"score": "1_0e-1_0"}), "is 1_0e-1_0, which is no number"),
        (entry(line("a") | {"score": "0.\u0665"}), "which is no number"),
        (entry(line("\u200b\u202e")), "word is missing"),
        (entry(line("a", 0.6), line("b", 0.6)), "The scores add up to 1.2"),
        (entry(line("a", 0.1), line("b", 0.2)), "rank 2 has a higher score"),
        (entry(line("a", 0.2, 7), line("b", 0.1, 7)), "is already at rank 1"),
        (entry(line("a", 0.2), line("a", 0.1)), "is already at rank 1"),
        (entry(line("a") | {"rank": 1}, line("b") | {"rank": 1}), "rank 1 is there twice"),
        (entry(line("a") | {"rank": 1}, line("b") | {"rank": 3}), "Rank 2 is missing"),
        (entry(line("a") | {"rank": 0}), "no whole number from 1"),
        (entry(line("a") | {"token": -7}), "the token id -7"),
        (entry(line("a") | {"token": "x"}), "the token id x"),
        (entry(line("")), "word is missing"),
        (entry(line("a\x00")), "invisible control character"),
        (entry(line("a" * 300)), "no vocabulary has such a piece"),
        (entry(line("a"), prompt="Paris."), "The prompt has no mask"),
        (entry(line("a"), prompt=" "), "The prompt is empty"),
        (entry(line("a"), prompt="[MASK] and [MASK]."), "The prompt has 2 masks and there are lists for 1"),
        (entry(line("a"), prompt="\ud800 [MASK]."), "lone surrogate"),
        (entry(line("a"), model="  "), "It names no checkpoint"),
        (entry(line("a"), model="a\nb"), "is no name"),
        (entry(), "one of them is empty"),
        (entry(line("a")) | {"expected": 7}, "neither a text nor a list"),
        (entry(line("a")) | {"expected": "New York"}, "holds a space"),
        (entry(line("a")) | {"expected": "paris; lyon"}, "It speaks of mask 1, and the prompt has 1"),
        (entry(line("a")) | {"target_probs": {"b": 2}}, 'The probability of "b" is 2'),
        (entry(line("a")) | {"target_probs": [1]}, "no object of words"),
        ({"model": "bert-x", "prompt": PARIS}, "no list under predictions or top_k"),
        ({"model": "bert-x", "top_k": [line("a")]}, "Say it with --prompt"),
        ([7], "no lists of objects"),
        ("text", "neither an object nor a list"),
    ],
)
def test_what_no_checkpoint_can_have_said_is_refused_whole(tmp_path: Path, spoiled: object, problem: str) -> None:
    imported = read(write(tmp_path, [GOOD, spoiled]))
    assert [words(each) for each in imported.answers] == [["paris", "lille"]]
    ((refused),) = imported.comparison.refused
    assert refused.row_number == 2
    assert problem in refused.problem


def test_a_bad_line_of_a_csv_is_named_and_spoils_its_own_answer_only(tmp_path: Path, log: Log) -> None:
    text = CSV + "bert-x,A [MASK].,1,cat,0.5,,,\nbert-x,A [MASK].,2,dog,1.5,,,\nbert-x,too short\n"
    imported = import_file(log, write(tmp_path, text, "answers.csv"))
    assert len(imported.answers) == 3
    assert [(each.row_number, each.text) for each in imported.comparison.refused] == [(7, "A [MASK]."), (9, "bert-x,too short")]
    assert "In line 8 the score of rank 2 is 1.5" in imported.comparison.refused[0].problem
    assert history.counts(log.database).refused == 2


def test_a_cell_of_any_length_spoils_its_own_answer_only(tmp_path: Path) -> None:
    text = f"{CSV}bert-x,A [MASK].,1,{'x' * 140_000},,,,\nbert-x,{'y ' * 80_000}[MASK].,1,cat,,,,\n"
    imported = read(write(tmp_path, text, "answers.csv"))
    assert len(imported.answers) == 3
    assert [each.row_number for each in imported.comparison.refused] == [7, 8]
    assert "has 140,000 characters" in imported.comparison.refused[0].problem
    assert "has 160,007 characters" in imported.comparison.refused[1].problem
    assert len(imported.comparison.refused[1].text) == 20_000
    assert csv.field_size_limit() == 131_072


def test_two_pieces_of_one_spelling_are_albert_and_no_mistake(tmp_path: Path) -> None:
    twice = (line("cat", 0.2, 5), line("cat", 0.1, 6))
    assert words(read(write(tmp_path, [entry(*twice, model="albert-base-v2")])).answers[0]) == ["cat", "cat"]
    unknown = (line("cat", 0.2), line("cat", 0.1))
    assert words(read(write(tmp_path, [entry(*unknown, model="albert-base-v2")])).answers[0]) == ["cat", "cat"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.json", "", r"is empty\. A CSV has a first line that names"),
        ("a.json", "{", "is no JSON"),
        ("a.json", "[" * 100_000, "is no JSON"),
        ("a.json", "{\n{", "neither JSON nor JSONL"),
        ("a.json", "[]", "holds no answers"),
        ("a.json", "7", "holds no answers"),
        ("a.json", '{"rows": []}', "holds no answers"),
        ("a.json", json.dumps(SEQUENCES), "names no checkpoint"),
        ("a.csv", "rank,word\n1,a\n", "lacks the columns checkpoint and prompt"),
        ("a.csv", "checkpoint,prompt,rank,word\n", r"holds no answers\. A CSV has a first line that names"),
        ("a.csv", "checkpoint,prompt,rank,word,word\n", "names a column twice"),
        ("a.csv", 'checkpoint,prompt,rank,word\na,"b', "is no CSV"),
        ("a.txt", "once upon a time", "lacks the columns rank"),
    ],
)
def test_a_file_of_no_known_form_is_a_sentence(tmp_path: Path, name: str, content: str, sentence: str) -> None:
    with pytest.raises(StorageError, match=sentence):
        read(write(tmp_path, content, name))


def test_a_file_that_is_not_there_or_is_no_text_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be read: no such file"):
        read(tmp_path / "none.json")
    with pytest.raises(StorageError, match="cannot be read: is a directory"):
        read(tmp_path)
    (tmp_path / "a.csv").write_bytes(b"checkpoint\xff")
    with pytest.raises(StorageError, match="is not in UTF-8"):
        read(tmp_path / "a.csv")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["model", "prompt", "top_k", "predictions", "token_str", "score", "token", "rank", "sequence"]),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_read_or_refused(document: object) -> None:
    try:
        given_file = read_json(json.dumps(document), "a.json")
    except StorageError:
        return
    assert isinstance(given_file, Given)
    assert given_file.entries or given_file.spoiled
