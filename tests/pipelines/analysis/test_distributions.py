"""How sure they are, by hand; imports without a full distribution are left out and not guessed."""

from __future__ import annotations

import math

import pytest

from pipelines.analysis.distributions import MEASURES, distributions
from storage.log import Log
from storage.records import RunKind
from storage.selection import Selection
from tests.pipelines.analysis.histories import history, words
from tests.storage.samples import ALBERT, BERT


def test_quartiles_by_hand(log: Log) -> None:
    told = {f"Prompt {i} is [MASK].": {BERT: [("a", 0.1 * i), ("b", 0.05 * i)]} for i in range(1, 6)}
    log.append(history(told))
    found = distributions(log.database, Selection())
    assert found.n_prompts == 5
    summary = {each.measure: each for each in found.summaries}
    assert set(summary) == set(MEASURES)
    top = summary["top_score"]
    assert [top.low, top.median, top.high] == pytest.approx([0.2, 0.3, 0.4])
    assert top.n == 5
    assert summary["top1_margin"].median == pytest.approx(math.log(2))
    first, second = (row for row in found.rank_scores.to_pylist() if row["rank"] <= 2)
    assert (first["median"], second["median"]) == (pytest.approx(0.3), pytest.approx(0.15))
    assert {(row["checkpoint"], row["family"]) for row in found.quantiles.to_pylist()} == {("bert-mini", "bert")}


def test_the_surer_one_is_found_and_tested(log: Log) -> None:
    told = {f"Prompt {i} is [MASK].": {BERT: words("a b", 0.5 + i / 1000), ALBERT: words("a b", 0.2)} for i in range(30)}
    log.append(history(told))
    found = distributions(log.database, Selection())
    (top,) = (each for each in found.differences if each.measure == "top_score")
    assert (top.a.family, top.b.family) == ("bert", "albert")
    assert top.difference.mean == pytest.approx(0.3 + 14.5 / 1000)
    assert top.p_holm is not None
    assert top.p_holm < 0.01
    assert "n = 30" in top.verdict


def test_imports_have_scores_and_nothing_that_nobody_knows(log: Log) -> None:
    log.append(history({"One is [MASK].": {BERT: words("a b")}}, kind=RunKind.IMPORT, full=False))
    found = distributions(log.database, Selection())
    assert {each.measure for each in found.summaries} == {"top_score"}
    assert found.differences == ()


def test_an_empty_log_is_empty(log: Log) -> None:
    found = distributions(log.database, Selection())
    assert (found.n_prompts, found.summaries, found.differences) == (0, (), ())
    assert found.over_time.num_rows == 0
