"""Right or wrong, by hand; and nothing is counted that is not known."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from pipelines.analysis.accuracy import METRICS, accuracy
from storage.log import Log
from storage.records import AskedAnswer, Candidate, Comparison, Expectation, Prompt
from storage.selection import Selection
from tests.pipelines.analysis.histories import answer, history, words
from tests.storage.samples import ALBERT, BERT, run


def test_the_metrics_of_three_prompts_by_hand(log: Log) -> None:
    log.append(
        history(
            {
                "One is [MASK].": {BERT: [("paris", 0.5), ("rome", 0.25), ("oslo", 0.125), ("bern", 0.1), ("bonn", 0.025)]},
                "Two is [MASK].": {BERT: [("rome", 0.5), ("paris", 0.25), ("oslo", 0.125), ("bern", 0.1), ("bonn", 0.025)]},
                "Third is [MASK].": {BERT: [("rome", 0.5), ("oslo", 0.3), ("bern", 0.1), ("bonn", 0.05), ("wien", 0.05)]},
            },
            expected={"One is [MASK].": "Paris", "Two is [MASK].": "paris", "Third is [MASK].": "paris"},
        )
    )
    (found,) = accuracy(log.database, Selection()).checkpoints
    squares = 0.5**2 + 0.25**2 + 0.125**2 + 0.1**2 + 0.025**2
    assert found.n == 3
    assert found.acc_at_1 is not None
    assert [found.acc_at_1.mean, found.acc_at_1.n] == pytest.approx([1 / 3, 3])
    assert found.acc_at_5 is not None
    assert found.acc_at_5.mean == pytest.approx(2 / 3)
    assert found.mrr is not None
    assert found.mrr.mean == pytest.approx((1 + 1 / 2 + 0) / 3)
    # Of the third prompt the probability of the right word is not known: a mean over the others would be one over successes.
    assert (found.nll, found.n_nll, found.brier, found.n_brier) == (None, 2, None, 2)
    (found,) = accuracy(log.database, Selection(text="o")).checkpoints  # One and Two
    assert found.nll is not None
    assert [found.nll.mean, found.nll.n, found.n_nll] == pytest.approx([(math.log(2) + math.log(4)) / 2, 2, 2])
    assert found.brier is not None
    assert found.brier.mean == pytest.approx((1 - 2 * 0.5 + squares + 1 - 2 * 0.25 + squares) / 2)
    assert found.ece is None  # three masks
    assert found.bins == ()


def test_lists_of_five_say_nothing_about_ten(log: Log) -> None:
    log.append(
        history(
            {"One is [MASK].": {BERT: words("a b c d e")}, "Two is [MASK].": {BERT: words("v w x y z")}},
            expected={"One is [MASK].": "a", "Two is [MASK].": "a"},
        )
    )
    (found,) = accuracy(log.database, Selection()).checkpoints
    assert found.acc_at_5 is not None
    assert found.acc_at_10 is None


def test_without_expected_words_there_is_nothing_to_say(log: Log) -> None:
    log.append(history({"One is [MASK].": {BERT: words("a b c")}}))
    found = accuracy(log.database, Selection())
    assert (found.checkpoints, found.pairs) == ((), ())


def test_a_better_checkpoint_is_found_and_tested_exactly(log: Log) -> None:
    told = {
        f"Prompt {i} is [MASK].": {
            BERT: words("right a b c d"),
            ALBERT: words("right a b c d" if i % 3 == 0 else "a right b c d"),
        }
        for i in range(120)
    }
    log.append(history(told, expected=dict.fromkeys(told, "right")))
    found = accuracy(log.database, Selection())
    bert, albert = found.checkpoints
    assert bert.acc_at_1 is not None
    assert albert.acc_at_1 is not None
    # 120 of 120 right: Wilson's interval, for the next prompt may be the first wrong one.
    assert [bert.acc_at_1.mean, bert.acc_at_1.low, bert.acc_at_1.high] == pytest.approx([1.0, 0.969, 1.0], abs=1e-3)
    assert albert.acc_at_1.mean == pytest.approx(1 / 3)
    assert albert.acc_at_1.low is not None
    assert albert.acc_at_1.high is not None
    assert albert.acc_at_1.low < 1 / 3 < albert.acc_at_1.high
    pairs = {pair.metric: pair for pair in found.pairs}
    assert set(pairs) <= set(METRICS)
    at_1 = pairs["acc_at_1"]
    assert at_1.difference.test == "exact McNemar"
    assert at_1.difference.mean == pytest.approx(2 / 3)
    assert at_1.difference.p == pytest.approx(2 * 0.5**80)
    assert "n = 120" in at_1.verdict
    assert bert.ece is not None
    assert sum(each.n for each in bert.bins) == bert.n_calibration == 120
    # Sure to a fifth and always right: four fifths too modest.
    assert bert.ece == pytest.approx(0.8, abs=0.01)
    nll = pairs["nll"]
    assert nll.verdict.endswith("less is better.")
    assert not at_1.verdict.endswith("less is better.")


def test_a_checkpoint_that_does_not_list_the_word_is_not_called_better(log: Log) -> None:
    # ALBERT lists the word in every second prompt only, and there it is as sure as BERT always is: no figure says so.
    told = {
        f"Prompt {i} is [MASK].": {BERT: words("right a b"), ALBERT: words("right a b" if i % 2 else "x a b")}
        for i in range(20)
    }
    log.append(history(told, expected=dict.fromkeys(told, "right")))
    found = accuracy(log.database, Selection())
    bert, albert = found.checkpoints
    assert bert.nll is not None
    assert (bert.n_nll, bert.n_brier) == (20, 20)
    assert (albert.nll, albert.brier, albert.n_nll, albert.n_brier) == (None, None, 10, 10)
    assert {pair.metric for pair in found.pairs} == {"acc_at_1", "mrr"}


def test_the_length_of_a_list_does_not_decide_the_reciprocal_rank(log: Log) -> None:
    told = {f"Prompt {i} is [MASK].": {BERT: words("a b c d e f right"), ALBERT: words("a b c d e")} for i in range(20)}
    log.append(history(told, expected=dict.fromkeys(told, "right")))
    found = accuracy(log.database, Selection())
    assert found.mrr_depth == 5
    assert [each.mrr.mean for each in found.checkpoints if each.mrr] == [0.0, 0.0]
    alone = accuracy(log.database, Selection(checkpoints=(BERT.name,)))
    assert alone.mrr_depth == 7
    assert any("mean reciprocal rank at 5" in pair.verdict for pair in found.pairs)
    assert [each.mrr.mean for each in alone.checkpoints if each.mrr] == [pytest.approx(1 / 7)]


def test_a_word_of_several_pieces_has_no_brier_score_and_ranks_known_by_name_need_no_depth(log: Log) -> None:
    text = "One is [MASK]."
    short = Candidate("right", ("right",), True, math.log(0.01), 40, None)
    long = Candidate("right", ("ri", "##ght"), True, math.log(0.02), None, None)
    answers = [
        AskedAnswer(replace(answer(text, by, words("a b c")), candidates=(candidate,)), 5.0, reused=False)
        for by, candidate in ((BERT, short), (ALBERT, long))
    ]
    expected = (Expectation(Prompt(text), 0, "right"),)
    log.append(Comparison(run(0), tuple(answers), expectations=expected))
    bert, albert = accuracy(log.database, Selection()).checkpoints
    assert bert.brier is not None and albert.nll is not None
    assert albert.nll.mean == pytest.approx(-math.log(0.02))
    assert (albert.brier, albert.n_brier, albert.n_long, bert.n_long) == (None, 0, 1, 0)
    alone = accuracy(log.database, Selection(checkpoints=(BERT.name,)))
    assert alone.mrr_depth is None
    assert [each.mrr.mean for each in alone.checkpoints if each.mrr] == [pytest.approx(1 / 40)]


def choice(text: str, *scored: tuple[str, float | None]) -> AskedAnswer:
    """What BERT gives to a prompt where these words were scored by name."""
    candidates = tuple(
        Candidate(word, pieces=(word,), in_vocabulary=logprob is not None, logprob=logprob, rank=None, rank_shared=None)
        for word, logprob in scored
    )
    return AskedAnswer(replace(answer(text, BERT, words("other a b")), candidates=candidates), 5.0, reused=False, row_number=0)


def test_a_choice_is_right_where_an_expected_word_is_the_most_probable_candidate(log: Log) -> None:
    answers: dict[str, list[tuple[str, float | None]]] = {
        "Chosen is [MASK].": [("older", -1.0), ("younger", -2.0)],
        "Not chosen is [MASK].": [("older", -3.0), ("younger", -2.0)],
        "As probable is [MASK].": [("older", -2.0), ("younger", -2.0)],
        "Another spelling is [MASK].": [("Older", -1.0), ("younger", -2.0)],
        # Nothing to choose from: left out.
        "Only right is [MASK].": [("older", -1.0)],
        "Only wrong is [MASK].": [("younger", -1.0), ("taller", -2.0)],
        "Not to be said is [MASK].": [("older", -1.0), ("younger", None)],
        "None at all is [MASK].": [],
    }
    expectations = tuple(Expectation(Prompt(text), 0, "older") for text in answers)
    asked = tuple(replace(choice(text, *scored), row_number=row) for row, (text, scored) in enumerate(answers.items()))
    log.append(Comparison(run=run(1), answers=asked, expectations=expectations))
    (found,) = accuracy(log.database, Selection()).checkpoints
    assert found.n == len(answers)
    assert found.acc_of_candidates is not None
    assert (found.acc_of_candidates.mean, found.acc_of_candidates.n) == (0.5, 4)


def test_without_candidates_there_is_no_choice(log: Log) -> None:
    log.append(history({"One is [MASK].": {BERT: words("right a b")}}, expected={"One is [MASK].": "right"}))
    found = accuracy(log.database, Selection())
    assert [each.acc_of_candidates for each in found.checkpoints] == [None]
