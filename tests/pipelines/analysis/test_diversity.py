"""Diversity at equal size, by hand."""

from __future__ import annotations

import itertools
import math

import pytest

from pipelines.analysis.diversity import diversity
from storage.log import Log
from storage.selection import Selection
from tests.pipelines.analysis.histories import history, words
from tests.storage.samples import ALBERT, BERT


def test_two_checkpoints_of_unlike_variety_by_hand(log: Log) -> None:
    told = {f"Prompt {i} is [MASK].": {BERT: words("same word"), ALBERT: words(f"first{i} second{i}")} for i in range(10)}
    log.append(history(told))
    found = diversity(log.database, Selection())
    plain, rich = found.rows
    assert (found.n_prompts, found.size) == (10, 20)
    assert (plain.predictions, plain.words, plain.unique_words) == (20, 2, 2)
    assert (rich.predictions, rich.words) == (20, 20)
    assert dict(plain.hill)[0.0] == 2
    assert dict(plain.hill)[1.0] == pytest.approx(2.0)
    assert dict(rich.hill)[2.0] == pytest.approx(20.0)
    assert plain.coverage == 1.0  # no word was said only once
    assert rich.coverage == 0.0
    assert plain.rarefied[0].expected == pytest.approx(2.0)
    assert plain.uniqueness == 1.0


def test_the_curve_rises_from_one_word_to_all(log: Log) -> None:
    log.append(history({f"Prompt {i} is [MASK].": {BERT: words(f"common w{i % 4}")} for i in range(12)}))
    found = diversity(log.database, Selection())
    curve = found.curves.to_pylist()
    assert (curve[0]["size"], curve[0]["expected"]) == (1, pytest.approx(1.0))
    assert (curve[-1]["size"], curve[-1]["expected"]) == (24, pytest.approx(5.0))
    assert all(later["expected"] >= earlier["expected"] for earlier, later in itertools.pairwise(curve))


def test_a_period_with_few_predictions_is_left_out_and_said(log: Log) -> None:
    log.append(history({"One is [MASK].": {BERT: words("a b c")}}))
    found = diversity(log.database, Selection())
    assert found.over_time.num_rows == 0
    assert found.periods_left_out == 1
    log.append(history({f"Prompt {i} is [MASK].": {BERT: words(f"a b w{i}")} for i in range(30)}, number=5))
    found = diversity(log.database, Selection())
    (row,) = found.over_time.to_pylist()
    assert row["size"] == row["n"] == 93
    assert row["expected"] == pytest.approx(33.0)
    assert not math.isnan(row["low"])


def test_an_empty_log_has_no_diversity(log: Log) -> None:
    found = diversity(log.database, Selection())
    assert (found.rows, found.size, found.curves.num_rows) == ((), 0, 0)
