"""The telling prompts first, and why."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.analysis.disagreements import disagreements, reason
from storage.log import Log
from storage.selection import Selection
from tests.pipelines.analysis.histories import history, words
from tests.storage.samples import ALBERT, BERT


def test_the_farthest_apart_come_first_in_each_order(log: Log) -> None:
    log.append(
        history(
            {
                "Same is [MASK].": {BERT: words("a b c"), ALBERT: words("a b c")},
                "Far is [MASK].": {BERT: words("a b c", 0.1), ALBERT: words("x y z", 0.1)},
                "Clash is [MASK].": {BERT: words("he a b", 0.6), ALBERT: words("she he a", 0.5)},
            }
        )
    )
    by_rbo = disagreements(log.database, Selection(), depth=3)
    assert [row.prompt for row in by_rbo.rows] == ["Far is [MASK].", "Clash is [MASK].", "Same is [MASK]."]
    assert by_rbo.n == 3
    by_clash = disagreements(log.database, Selection(), depth=3, order="clash")
    assert by_clash.rows[0].prompt == "Clash is [MASK]."
    assert by_clash.rows[0].clash == pytest.approx(0.5)
    assert by_clash.rows[0].reason == (
        "Both are sure, of different words: bert-mini says “he” (60 %), albert-mini says “she” (50 %); 2 of 3 words in common."
    )
    second = disagreements(log.database, Selection(), depth=3, limit=1, offset=1)
    assert ([row.prompt for row in second.rows], second.n) == (["Clash is [MASK]."], 3)


LINE = {"overlap": 0.4, "depth": 5, "top_a": "he", "score_a": 0.2, "top_b": "she", "score_b": 0.1, "clash": 0.1}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "A says “he” (20 %), B says “she” (10 %); 2 of 5 words in common."),
        ({"overlap": 0.0}, "A says “he” (20 %), B says “she” (10 %); no word of 5 in common."),
        ({"top_b": "he", "clash": 0.0}, "Both say “he” first; 2 of 5 words in common."),
        ({"score_a": None}, "A says “he”, B says “she” (10 %); 2 of 5 words in common."),
    ],
)
def test_a_reason_says_what_a_person_would(changed: dict[str, Any], said: str) -> None:
    assert reason(LINE | changed, "A", "B") == said


def test_an_empty_log_has_no_disagreement(log: Log) -> None:
    found = disagreements(log.database, Selection())
    assert (found.n, found.rows) == (0, ())
