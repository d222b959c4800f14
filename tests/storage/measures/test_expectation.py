"""Who says the expected word, at which rank, how probably."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from storage.log import Log
from storage.measures import expected
from storage.records import Candidate
from storage.selection import Counting, Selection, WordSpace
from tests.storage.measures.histories import ids, keep, told
from tests.storage.samples import ALBERT, BERT, TRIO, checkpoint

EVERYTHING = Selection()


def only(log: Log, selection: Selection = EVERYTHING) -> dict[str, Any]:
    (row,) = expected(log.database, selection).to_pylist()
    found: dict[str, Any] = row
    return found


@pytest.mark.parametrize(
    ("said", "right", "rank", "top_right"),
    [
        ("abc", ["a"], 1, True),
        ("abc", ["c"], 3, False),
        ("abc", ["c", "b"], 2, False),
        ("abc", ["z"], None, False),
        ("abc", ["B"], 2, False),
        ("aBc", ["b"], 2, False),
        ("aac", ["c"], 2, False),
        ("abc", ["z", "a"], 1, True),
    ],
)
def test_the_rank_counts_distinct_words(log: Log, said: str, right: list[str], rank: int | None, top_right: bool) -> None:
    keep(log, told(BERT, said), expected=right)
    row = only(log)
    assert (row["rank"], row["rank_known"], row["top_right"]) == (rank, rank, top_right)
    assert row["depth"] == len(set(said))
    assert row["top_score"] == pytest.approx(math.exp(-0.3))
    assert (row["sum_p_squared"], row["weight"], row["mask_index"]) == (0.25, 1, 0)
    assert (row["logprob"] is None) == (rank is None)
    assert not row["scored"]


def test_pieces_of_one_word_are_summed(log: Log) -> None:
    keep(log, told(BERT, "aba", scores=[-1.0, -1.5, -2.0]), expected=["a"])
    assert only(log)["logprob"] == pytest.approx(math.log(math.exp(-1) + math.exp(-2)))
    assert only(log, Selection(space=WordSpace.PIECES)) == only(log)


def test_the_most_probable_of_several_right_words_counts(log: Log) -> None:
    keep(log, told(BERT, "abc", scores=[-1.0, -1.5, -2.0]), expected=["c", "b"])
    assert only(log)["logprob"] == -1.5


def test_a_word_scored_by_name_is_known_beyond_the_list(log: Log) -> None:
    scored = (
        Candidate("Zebra", ("zebra",), True, -7.5, 812, 700, "one space"),
        Candidate("Zebra", ("zebra",), True, -7.5, 812, 650, "another"),
    )
    keep(log, told(BERT, "abc", candidates=scored), expected=["zebra"])
    row = only(log)
    assert (row["rank"], row["rank_known"], row["logprob"], row["top_right"]) == (None, 812, -7.5, False)
    assert row["scored"]


def test_the_score_by_name_is_believed_before_the_list(log: Log) -> None:
    # Another piece of the word lies below the end of the list; the candidate counts it.
    scored = (Candidate("b", ("b",), True, -0.5, 2, 2),)
    keep(log, told(BERT, "abc", scores=[-1.0, -1.5, -2.0], candidates=scored), expected=["b"])
    row = only(log)
    assert (row["rank"], row["rank_known"], row["logprob"]) == (2, 2, -0.5)


def test_a_word_that_cannot_be_said_is_unknown(log: Log) -> None:
    keep(log, told(BERT, "abc", candidates=(Candidate("☃", (), False, None, None, None),)), expected=["☃"])
    row = only(log)
    assert (row["rank"], row["rank_known"], row["logprob"]) == (None, None, None)


def test_imports_have_ranks_and_no_scores(log: Log) -> None:
    keep(log, told(BERT, "abc", scores=[None] * 3, full=False), expected=["b"])
    row = only(log)
    assert (row["rank"], row["logprob"], row["top_score"], row["sum_p_squared"]) == (2, None, None, None)


def test_each_mask_and_checkpoint_has_a_row(log: Log) -> None:
    text = "[MASK] is [MASK]."
    keep(log, *(told(by, "ab", text=text, mask_index=mask) for mask in (0, 1) for by in TRIO), expected=["a"])
    keep(log, told(BERT, "ab"), number=1)
    rows = expected(log.database, EVERYTHING).to_pylist()
    assert [(row["mask_index"], row["checkpoint_id"]) for row in rows] == [(m, c) for m in (0, 1) for c in (1, 2, 3)]
    selected = expected(log.database, Selection(checkpoints=(ALBERT.name,)))
    assert selected["checkpoint_id"].to_pylist() == [ids(log)[ALBERT.name]] * 2


def test_asks_weigh_where_all_count_and_weights_stay_apart(log: Log) -> None:
    other = checkpoint("bert-mini", weights="other")
    keep(log, told(BERT, "ab"), told(other, "ba"), expected=["a"])
    keep(log, told(BERT, "ab"), number=1, reused=True)
    rows = expected(log.database, Selection(counting=Counting.ALL_ASKS)).to_pylist()
    assert [(row["checkpoint_id"], row["rank"], row["weight"]) for row in rows] == [(1, 1, 2), (2, 2, 1)]


def test_a_log_without_expected_words_has_no_rows(log: Log) -> None:
    assert expected(log.database, EVERYTHING).num_rows == 0
    keep(log, told(BERT, "ab"))
    assert expected(log.database, EVERYTHING).num_rows == 0


def test_an_answer_that_says_nothing_is_left_out(log: Log) -> None:
    keep(log, replace(told(BERT, "a"), predictions=()), expected=["a"])
    assert expected(log.database, EVERYTHING).num_rows == 0


@pytest.mark.parametrize(
    ("right", "candidates", "scored", "logprob", "logprob_one", "long_words"),
    [
        # One of two right words was scored by name; the other one may stand anywhere.
        (["y", "z"], [Candidate("z", ("z",), True, -7.5, 812, None)], False, None, None, 0),
        (["y", "z"], [Candidate("z", ("z",), True, -7.5, 812, None), Candidate("y", ("y",), True, -6.0, 99, None)],
         True, -6.0, -6.0, 0),
        # Upper and lower case are one word, and one score of it is enough.
        (["Z", "z"], [Candidate("z", ("z",), True, -7.5, 812, None)], True, -7.5, -7.5, 0),
        # What stands in the list is more probable than what does not.
        (["b", "z"], [Candidate("z", ("z",), True, -7.5, 812, None)], False, -0.6, -0.6, 0),
        # A joint probability of two masks is no outcome of one.
        (["z"], [Candidate("z", ("z", "##z"), True, -9.0, None, None)], False, -9.0, None, 1),
        (["y", "z"], [Candidate("z", ("z", "##z"), True, -9.0, None, None), Candidate("y", ("y",), True, -6.0, 99, None)],
         False, -6.0, -6.0, 1),
    ],
)  # fmt: skip
def test_several_right_words_are_known_only_together(
    log: Log,
    right: list[str],
    candidates: list[Candidate],
    scored: bool,
    logprob: float | None,
    logprob_one: float | None,
    long_words: int,
) -> None:
    keep(log, told(BERT, "abc", candidates=tuple(candidates)), expected=right)
    row = only(log)
    assert (row["scored"], row["long_words"]) == (scored, long_words)
    assert row["logprob"] == (None if logprob is None else pytest.approx(logprob))
    assert row["logprob_one"] == (None if logprob_one is None else pytest.approx(logprob_one))


def test_two_pieces_of_the_right_word_are_one_outcome(log: Log) -> None:
    p, q = 0.6, 0.3
    answer = told(BERT, "..a", scores=[math.log(p), math.log(q), math.log(0.1)])
    keep(log, replace(answer, sum_p_squared=p**2 + q**2 + 0.1**2), expected=["."])
    row = only(log)
    assert math.exp(row["logprob_one"]) == pytest.approx(p + q)
    assert row["sum_p_squared"] == pytest.approx((p + q) ** 2 + 0.1**2)
    # So the Brier score is that of two outcomes, (1 - 0.9)^2 + 0.1^2, and never under 0.
    assert 1 - 2 * (p + q) + row["sum_p_squared"] == pytest.approx(0.02)
