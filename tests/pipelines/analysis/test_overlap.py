"""Agreement over the history: worked out by hand, once per prompt, never over two weights of one name."""

from __future__ import annotations

import pytest

from pipelines.analysis.overlap import overlap
from pipelines.metrics import rank_biased_overlap
from storage.log import Log
from storage.selection import Counting, Selection
from tests.pipelines.analysis.histories import history, words
from tests.storage.samples import ALBERT, BERT, DISTILBERT, checkpoint


def test_the_figures_of_two_prompts_by_hand(log: Log) -> None:
    log.append(
        history(
            {
                "One is [MASK].": {BERT: words("a b c d e"), ALBERT: words("e d c b a")},
                "Two is [MASK].": {BERT: words("a b c d e"), ALBERT: words("a b d c f")},
            }
        )
    )
    found = overlap(log.database, Selection(), depth=5)
    (pair,) = found.pairs
    assert (found.n_prompts, found.depth, pair.n) == (2, 5, 2)
    assert (pair.a.name, pair.b.name) == ("bert-mini", "albert-mini")
    assert pair.overlap.mean == pytest.approx((5 / 5 + 4 / 5) / 2)
    assert pair.jaccard.mean == pytest.approx((1 + 4 / 6) / 2)
    assert pair.rbo.mean == pytest.approx((0.7378 + rank_biased_overlap("abcde", "abdcf").extrapolated) / 2, abs=1e-4)
    least = [rank_biased_overlap("abcde", other).minimum for other in ("edcba", "abdcf")]
    assert pair.rbo_minimum == pytest.approx(sum(least) / 2)
    assert pair.top1_same.mean == 0.5
    assert pair.jsd_shared is None
    assert pair.rbo.low is None  # two prompts are no sample


def test_depth_is_a_parameter(log: Log) -> None:
    log.append(history({"One is [MASK].": {BERT: words("a b c d e"), ALBERT: words("a x y b z")}}))
    means = [overlap(log.database, Selection(), depth=depth).pairs[0].overlap.mean for depth in (1, 2, 4)]
    assert means == [1.0, 0.5, 0.5]


def test_a_prompt_asked_forty_times_counts_once_unless_all_asks_do(log: Log) -> None:
    log.append(history({"Same is [MASK].": {BERT: words("a b"), ALBERT: words("a b")}}, number=0))
    log.append(history({"Other is [MASK].": {BERT: words("a b"), ALBERT: words("x y")}}, number=1))
    for number in range(2, 41):
        log.append(history({"Same is [MASK].": {BERT: words("a b"), ALBERT: words("a b")}}, number=number))
    assert overlap(log.database, Selection()).pairs[0].overlap.mean == 0.5
    assert overlap(log.database, Selection(counting=Counting.ALL_ASKS)).pairs[0].overlap.mean == pytest.approx(40 / 41)


def test_two_weights_of_one_name_are_two_checkpoints(log: Log) -> None:
    newer = checkpoint("bert-mini", weights="second")
    log.append(
        history({"One is [MASK].": {BERT: words("a b"), newer: words("x y"), ALBERT: words("a b")}}),
    )
    found = overlap(log.database, Selection())
    assert len(found.checkpoints) == 3
    assert len({each.label for each in found.checkpoints}) == 3
    means = {(pair.a.revision, pair.b.revision): pair.overlap.mean for pair in found.pairs}
    assert means[BERT.revision, ALBERT.revision] == 1.0
    assert means[newer.revision, ALBERT.revision] == 0.0
    assert means[BERT.revision, newer.revision] == 0.0


def test_from_fifteen_prompts_on_there_is_an_interval_and_a_verdict(log: Log) -> None:
    told = {
        f"Prompt {i} is [MASK].": {
            BERT: words("a b c d e"),
            DISTILBERT: words("a b c d f" if i % 3 else "a b c d e"),
            ALBERT: words("x y z v w" if i % 4 else "a x y z v"),
        }
        for i in range(40)
    }
    log.append(history(told))
    found = overlap(log.database, Selection())
    near, far, _ = found.pairs
    assert near.rbo.low is not None
    assert near.rbo.high is not None
    assert near.rbo.low <= near.rbo.mean <= near.rbo.high
    first = found.contrasts[0]
    assert (first.first, first.second) == (near, far)
    assert first.difference.low is not None
    assert first.difference.low > 0
    assert first.p_holm is not None
    assert first.p_holm < 0.05
    assert "n = 40" in first.verdict


@pytest.mark.parametrize("prompts", [0, 1])
def test_little_history_is_no_error(log: Log, prompts: int) -> None:
    if prompts:
        log.append(history({"One is [MASK].": {BERT: words("a b")}}))
    found = overlap(log.database, Selection())
    assert (found.n_prompts, found.pairs, found.contrasts) == (0, (), ())
    assert len(found.checkpoints) == prompts
