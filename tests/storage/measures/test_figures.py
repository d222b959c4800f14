"""The figures of each answer."""

from __future__ import annotations

import math

import pytest

from storage.log import Log
from storage.measures import figures
from storage.selection import Counting, Selection
from tests.storage.measures.histories import keep, told
from tests.storage.samples import ALBERT, BERT


def test_one_row_per_answer_with_what_is_known(log: Log) -> None:
    keep(log, told(BERT, "ab", scores=[-1.0, -2.0]), told(ALBERT, "ab", scores=[None, None], full=False))
    keep(log, told(BERT, "ab"), number=1, reused=True)
    bert, albert = figures(log.database, Selection(counting=Counting.ALL_ASKS)).to_pylist()
    assert (bert["top_score"], bert["top1_margin"], bert["entropy"]) == (pytest.approx(math.exp(-1)), 0.3, 2.0)
    assert (albert["top_score"], albert["top1_margin"], albert["entropy"]) == (None, None, None)
    assert (bert["weight"], albert["weight"]) == (2, 1)
    assert figures(log.database, Selection())["weight"].to_pylist() == [1, 1]


def test_an_empty_log_has_no_rows(log: Log) -> None:
    assert figures(log.database, Selection()).num_rows == 0
