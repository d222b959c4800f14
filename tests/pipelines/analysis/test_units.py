"""A prompt counts once, whatever its masks."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from pipelines.analysis.units import PerPrompt, column, in_common, intervals, per_prompt
from storage.selection import Counting, Selection


def test_masks_are_averaged_and_unknown_ones_left_out() -> None:
    found = per_prompt(np.array([7, 9, 7, 9, 4]), np.array([1.0, 0.5, 0.0, np.nan, np.nan]), np.array([3.0, 2, 3, 2, 1]))
    assert found.prompts.tolist() == [7, 9]
    assert found.values.tolist() == [0.5, 0.5]
    assert found.weights.tolist() == [3, 2]


def test_weights_count_only_where_all_asks_do() -> None:
    found = PerPrompt(np.arange(2), np.array([0.0, 1.0]), np.array([3.0, 1.0]))
    empty = PerPrompt(np.array([], dtype=np.int64), np.array([]), np.array([]))
    once, nothing = intervals([found, empty], Selection())
    (often,) = intervals([found], Selection(counting=Counting.ALL_ASKS))
    assert once is not None
    assert often is not None
    assert (once.mean, once.n) == (0.5, 2)
    assert often.mean == pytest.approx(0.25)
    assert once.low is None  # two prompts are no sample
    assert nothing is None


def test_two_are_cut_to_the_prompts_of_both() -> None:
    a = PerPrompt(np.array([1, 2, 5]), np.array([0.1, 0.2, 0.5]), np.ones(3))
    b = PerPrompt(np.array([2, 3, 5]), np.array([0.02, 0.03, 0.05]), np.ones(3))
    x, y = in_common(a, b)
    assert x.values.tolist() == [0.2, 0.5]
    assert y.values.tolist() == [0.02, 0.05]


def test_a_column_of_truths_and_nothings_becomes_numbers() -> None:
    table = pa.table({"same": pa.array([True, False, None]), "rank": pa.array([1, None, 3], pa.int64())})
    assert column(table, "same")[:2].tolist() == [1.0, 0.0]
    assert np.isnan(column(table, "same")[2])
    assert np.isnan(column(table, "rank")[1])
