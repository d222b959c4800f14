"""Records become tables without loss: what is shared, what is marked, what is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.frames import (
    MOST_WORDS_IN_HEAT_MAP,
    candidates_table,
    heat_map_table,
    low_coverage,
    pairs_table,
    predictions_table,
    ranks_table,
    whole_list_table,
)
from dashboard.palette import NOT_SHARED
from pipelines.agreement import Bounds
from storage.records import Agreement, Answer, AskedAnswer, Candidate, Prediction, Prompt
from tests.storage import samples

PROMPT = Prompt("The [MASK].")


def answer(*words: str, by: int = 0) -> Answer:
    """Words with probabilities of a half, a quarter and so on."""
    lines = [
        Prediction(rank, rank, f"▁{word}", word, not word.startswith("##"), -0.6931471805599453 * rank)
        for rank, word in enumerate(words, start=1)
    ]
    return Answer(PROMPT, 0, samples.TRIO[by], tuple(lines))


def asked(*lists: tuple[str, ...]) -> list[AskedAnswer]:
    return [AskedAnswer(answer(*words, by=i), 1.0, reused=False) for i, words in enumerate(lists)]


def agreement(coverage_a: float | None, coverage_b: float | None) -> Agreement:
    return Agreement(PROMPT, 0, samples.BERT, samples.ALBERT, 5, 0.6, 0.43, 0.7, 0.829, coverage_a, coverage_b, True)


def test_labels_are_distinct_where_two_pieces_are_one_word() -> None:
    labels = predictions_table(answer("cat", "cat", "cat"), {}, []).column("label").to_pylist()
    assert len(set(labels)) == 3
    assert labels[0] == "cat"


def test_an_expected_word_is_marked_whatever_its_case() -> None:
    texts = predictions_table(answer("paris", "lyon"), {}, ["Paris"]).column("text").to_pylist()
    assert texts == ["50.0 %  ✓ expected", "25.0 %"]


def test_only_shared_words_have_a_colour() -> None:
    table = predictions_table(answer("paris", "lyon"), {"paris": "#b65fb0"}, []).to_pylist()
    assert [row["colour"] for row in table] == ["#b65fb0", NOT_SHARED]


def test_a_continuation_is_told_from_a_word() -> None:
    kinds = predictions_table(answer("play", "##ing"), {}, []).column("kind").to_pylist()
    assert kinds == ["starts a word", "continues a word"]


def test_the_heat_map_holds_the_union_shared_words_first() -> None:
    rows = heat_map_table(asked(("a", "b"), ("b", "c"))).to_pylist()
    assert list(dict.fromkeys(row["word"] for row in rows)) == ["b", "a", "c"]
    assert [row["text"] for row in rows if row["word"] == "a"] == ["50.0 %", "< 25.0 %"]


def test_pieces_of_one_word_add_up_in_the_heat_map() -> None:
    (row,) = [row for row in heat_map_table(asked(("a", "a"))).to_pylist() if row["word"] == "a"]
    assert row["probability"] == pytest.approx(0.75)


def ranks_only(*words: str, by: int = 0) -> AskedAnswer:
    given = answer(*words, by=by)
    lines = tuple(replace(line, logprob=None) for line in given.predictions)
    return AskedAnswer(replace(given, predictions=lines), None, reused=False)


def test_ranks_without_scores_have_no_probability_anywhere() -> None:
    (scored,) = asked(("a", "b"))
    unscored = ranks_only("b", "c", by=1)
    assert [row["probability"] for row in whole_list_table(unscored.answer).to_pylist()] == [None, None]
    assert [row["probability"] for row in predictions_table(unscored.answer, {}, []).to_pylist()] == [None, None]
    rows = {(row["word"], row["checkpoint"]): row for row in heat_map_table([scored, unscored]).to_pylist()}
    told = {key: (row["probability"], row["text"]) for key, row in rows.items() if key[1] == samples.TRIO[1].name}
    assert told == {
        ("b", samples.TRIO[1].name): (None, "rank 1"),
        ("c", samples.TRIO[1].name): (None, "rank 2"),
        ("a", samples.TRIO[1].name): (None, "beyond rank 2"),
    }


def test_a_list_with_some_scores_shows_those() -> None:
    given = answer("a", "b")
    mixed = replace(given, predictions=(given.predictions[0], replace(given.predictions[1], logprob=None)))
    assert [row["probability"] for row in ranks_table(mixed, ["A"]).to_pylist()] == ["50.0 %", "no score"]
    assert ranks_table(mixed, ["A"]).to_pylist()[0]["word"] == "a  ✓ expected"


def test_a_long_heat_map_is_cut_at_its_limit() -> None:
    long = tuple(f"w{i}" for i in range(80))
    assert heat_map_table(asked(long)).num_rows == MOST_WORDS_IN_HEAT_MAP


@pytest.mark.parametrize(("a", "b", "low"), [(0.9, 0.49, True), (0.5, 0.5, False), (None, None, False)])
def test_a_divergence_of_low_coverage_is_marked(a: float | None, b: float | None, low: bool) -> None:
    given = agreement(a, b)
    assert low_coverage(given) is low
    (row,) = pairs_table([given]).to_pylist()
    assert row["jsd"] == ("(0.829)" if low else "0.829")
    assert row["overlap"] == "3 of 5"


@pytest.mark.parametrize(
    ("most", "overlap"), [(None, "3 of 5"), (5, "3 of 5"), (4, "3 of 5, at most 4"), (3, "3 of 5, at most 3")]
)
def test_what_vocabularies_allow_is_said_where_it_is_less_than_all(most: int | None, overlap: str) -> None:
    (row,) = pairs_table([agreement(0.9, 0.9)], [Bounds(0.41, most)]).to_pylist()
    assert (row["overlap"], row["rbo_minimum"]) == (overlap, 0.41)


def test_a_word_that_cannot_be_said_keeps_its_row() -> None:
    unsaid = Candidate("ñandú", (), False, None, None, None)
    given = [replace(each, answer=replace(each.answer, candidates=(unsaid,))) for each in asked(("a",), ("b",))]
    rows = candidates_table(given, ["ñandú"]).to_pylist()
    assert [(row["pieces"], row["probability"], row["rank"], row["expected"]) for row in rows] == [
        ("cannot be said", "-", "-", "yes")
    ] * 2
