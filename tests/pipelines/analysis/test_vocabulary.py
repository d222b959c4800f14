"""Regions and marking words, by hand."""

from __future__ import annotations

import pytest

from pipelines.analysis.vocabulary import vocabulary
from storage.log import Log
from storage.selection import Selection
from tests.pipelines.analysis.histories import history, words
from tests.storage.samples import ALBERT, BERT, DISTILBERT


def test_the_regions_of_three_lists_by_hand(log: Log) -> None:
    log.append(
        history(
            {
                "One is [MASK].": {
                    BERT: [("a", 0.4), ("b", 0.3), ("c", 0.1)],
                    DISTILBERT: [("a", 0.4), ("b", 0.2), ("d", 0.2)],
                    ALBERT: [("a", 0.2), ("e", 0.1), ("f", 0.1)],
                }
            }
        )
    )
    found = vocabulary(log.database, Selection(), depth=3)
    regions = {tuple(each.family for each in region.checkpoints): region for region in found.regions}
    assert {key: set(region.examples) for key, region in regions.items()} == {
        ("bert",): {"c"},
        ("distilbert",): {"d"},
        ("albert",): {"e", "f"},
        ("bert", "distilbert"): {"b"},
        ("bert", "distilbert", "albert"): {"a"},
    }
    everybody = regions["bert", "distilbert", "albert"]
    assert (everybody.words, everybody.predictions) == (1, 3)
    assert everybody.mass == pytest.approx((0.4 + 0.4 + 0.2) / 2.0)
    assert sum(region.mass or 0 for region in found.regions) == pytest.approx(1)
    assert sum(region.predictions for region in found.regions) == 9


def test_prompts_that_not_all_answered_are_left_out(log: Log) -> None:
    log.append(
        history(
            {
                "One is [MASK].": {BERT: words("a b"), ALBERT: words("a c")},
                "Two is [MASK].": {BERT: words("x y")},
            }
        )
    )
    found = vocabulary(log.database, Selection())
    assert found.n_prompts == 1
    assert {word for region in found.regions for word in region.examples} == {"a", "b", "c"}


def test_a_word_that_one_checkpoint_always_says_marks_it(log: Log) -> None:
    told = {f"Prompt {i} is [MASK].": {BERT: words(f"hers common w{i}"), ALBERT: words(f"common v{i} u{i}")} for i in range(30)}
    log.append(history(told))
    found = vocabulary(log.database, Selection(), depth=3)
    first = next(each for each in found.marking if each.checkpoint.family == "bert")
    assert (first.word, first.count, first.other_count) == ("hers", 30, 0)
    assert first.z > 1.96
    common = [each for each in found.marking if each.word == "common"]
    assert all(each.z < 1.96 for each in common)


def test_lists_without_probabilities_have_no_mass(log: Log) -> None:
    assert vocabulary(log.database, Selection()).regions == ()
    log.append(history({"One is [MASK].": {BERT: words("a")}}))
    (region,) = vocabulary(log.database, Selection()).regions
    assert region.mass == pytest.approx(1.0)
    assert vocabulary(log.database, Selection()).marking == ()
