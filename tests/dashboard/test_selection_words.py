"""The filters are said in words, and what is not there is said too."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.selection_words import not_there, selected_prompts, selection_in_words
from storage.selection import MOST_OFFERED, Choices, Counting, Selection, WordSpace

CASES = [
    ("everything", Selection(), "the whole history"),
    ("one day", Selection(since=date(2026, 3, 1), until=date(2026, 3, 1)), "the history of 1 Mar 2026"),
    ("until", Selection(until=date(2026, 3, 7)), "the history until 7 Mar 2026"),
    ("text", Selection(text="sky"), "the history: prompts that hold “sky”"),
    (
        "several",
        Selection(since=date(2026, 3, 1), until=date(2026, 3, 7), checkpoints=("a", "b"), kinds=("ask", "batch"), tag="x"),
        "the history from 1 Mar 2026 to 7 Mar 2026, answers of a and b, runs of the kind ask or batch, tagged “x”",
    ),
]


@pytest.mark.parametrize(("name", "selection", "said"), CASES, ids=[case[0] for case in CASES])
def test_a_selection_in_words(name: str, selection: Selection, said: str) -> None:
    assert selection_in_words(selection) == said


def test_what_counts_and_what_is_compared_is_said() -> None:
    said = selected_prompts(Selection(counting=Counting.ALL_ASKS, space=WordSpace.PIECES), 1)
    assert said == "1 prompt of the whole history; every ask counts, compared as pieces of the vocabularies."


def test_more_or_fewer_digits_than_are_offered_name_the_same_weights() -> None:
    offered = Choices(checkpoints=("bert", "bert (abc1234)", "bert (abd1234)"))
    known = ("bert (abc12345)", "bert (abc1234)", "bert")
    assert not_there(Selection(checkpoints=(*known, "bert (abe1234)")), offered) == [
        "No answer here is of a checkpoint named “bert (abe1234)”."
    ]


def test_what_is_not_there_is_said() -> None:
    wanted = Selection(checkpoints=("bert", "nope"), kinds=("ask",), label="x", author="Ada", tag="y")
    assert not_there(wanted, Choices(checkpoints=("bert",), kinds=("ask",), authors=("Ada",))) == [
        "No answer here is of a checkpoint named “nope”.",
        "No run here bears the label “x”.",
        "Nothing here bears the tag “y”.",
    ]


def test_what_may_be_beyond_the_most_frequent_is_not_denied() -> None:
    assert not_there(Selection(label="x"), Choices(labels=tuple(map(str, range(MOST_OFFERED))))) == []


def test_days_in_the_wrong_order_are_said() -> None:
    wanted = Selection(since=date(2026, 3, 7), until=date(2026, 3, 1))
    assert not_there(wanted, Choices()) == ["The first day is after the last, so no ask lies between them."]
