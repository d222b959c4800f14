"""What tokenizers can say: kept once, and what follows for lists that are compared."""

from __future__ import annotations

import pytest

from storage.log import Log
from storage.measures import checkpoints, pairs, word_counts
from storage.records import Checkpoint
from storage.selection import Selection, WordSpace
from tests.storage.measures.histories import keep, told
from tests.storage.samples import ALBERT, BERT, DISTILBERT

SHARED = Selection(space=WordSpace.SHARED)


def speak(log: Log, checkpoint: Checkpoint, alone: str, continuing: str = "") -> None:
    """Say that a checkpoint knows these words of one letter."""
    log.keep_vocabulary(checkpoint.tokenizer_sha256, lambda: dict.fromkeys(alone, True) | dict.fromkeys(continuing, False))


def test_a_vocabulary_is_kept_once(log: Log) -> None:
    speak(log, BERT, "ab", "c")
    speak(log, BERT, "xyz")
    rows = log.database.rows("SELECT tokenizer_sha256, word, stands_alone FROM vocabularies ORDER BY word")
    assert rows == [(BERT.tokenizer_sha256, *row) for row in (("a", True), ("b", True), ("c", False))]


def test_the_words_of_a_known_vocabulary_are_not_asked_for(log: Log) -> None:
    speak(log, BERT, "ab")

    def unwanted() -> dict[str, bool]:
        raise AssertionError("asked")

    log.keep_vocabulary(BERT.tokenizer_sha256, unwanted)


def test_a_word_that_the_other_cannot_say_lowers_what_can_be_reached(log: Log) -> None:
    keep(log, told(BERT, "abcde"), told(ALBERT, "abxyz"))
    speak(log, BERT, "abcdex")
    speak(log, ALBERT, "abcxyz", "d")
    (row,) = pairs(log.database, Selection(), 5).to_pylist()
    # ALBERT cannot say e, BERT neither y nor z: of five words at most three can be in both lists.
    assert (row["overlap"], row["attainable"]) == (pytest.approx(0.4), pytest.approx(0.6))
    (shallow,) = pairs(log.database, Selection(), 3).to_pylist()
    assert shallow["attainable"] == 1.0


def test_what_can_be_reached_is_unknown_without_both_vocabularies(log: Log) -> None:
    keep(log, told(BERT, "abc"), told(ALBERT, "abc"))
    speak(log, BERT, "abc")
    (row,) = pairs(log.database, Selection(), 5).to_pylist()
    assert row["attainable"] is None


def test_no_overlap_is_over_what_can_be_reached(log: Log) -> None:
    lists = {BERT: "abcdefgh", DISTILBERT: "hgfedcba", ALBERT: "aibjckdl"}
    keep(log, *(told(by, words) for by, words in lists.items()))
    for by, words in lists.items():
        speak(log, by, words)
    for depth in range(1, 9):
        for row in pairs(log.database, Selection(), depth).to_pylist():
            assert row["overlap"] <= row["attainable"] + 1e-12


def test_shared_words_are_those_that_all_selected_can_say(log: Log) -> None:
    keep(log, told(BERT, "eabc"), told(ALBERT, "xaby"), told(DISTILBERT, "eabc"))
    speak(log, BERT, "abce")
    speak(log, DISTILBERT, "abce")
    speak(log, ALBERT, "abxy", "c")
    rows = pairs(log.database, SHARED, 5).to_pylist()
    # Of each list a and b are left, at ranks 1 and 2: c only continues a word in ALBERT.
    assert [(row["depth"], row["overlap"], row["rbo"]) for row in rows] == [(2, 1.0, pytest.approx(1.0))] * 3
    both = Selection(checkpoints=(BERT.name, DISTILBERT.name), space=WordSpace.SHARED)
    assert {row["word"] for row in word_counts(log.database, both).to_pylist()} == set("abce")
    assert {row["word"] for row in word_counts(log.database, SHARED).to_pylist()} == set("ab")


def test_a_word_deeper_than_the_depth_moves_up_where_those_before_it_are_not_shared(log: Log) -> None:
    keep(log, told(BERT, "efab"), told(ALBERT, "ab"))
    speak(log, BERT, "abef")
    speak(log, ALBERT, "ab")
    (row,) = pairs(log.database, SHARED, 1).to_pylist()
    assert row["top1_same"]


def test_who_has_no_known_vocabulary_is_left_out_and_told(log: Log) -> None:
    keep(log, told(BERT, "abc"), told(DISTILBERT, "abc"), told(ALBERT, "abc"))
    speak(log, BERT, "abc")
    speak(log, DISTILBERT, "abc")
    (row,) = pairs(log.database, SHARED, 5).to_pylist()
    assert row["overlap"] == 1.0
    known = {each.name: each.vocabulary_known for each in checkpoints(log.database, SHARED)}
    assert known == {BERT.name: True, DISTILBERT.name: True, ALBERT.name: False}
