"""From log rows to the unit of analysis: the distinct prompt, whose masks are averaged and which counts once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.statistics import Interval, mean_interval
from storage.selection import Counting, Selection


@dataclass(frozen=True, slots=True)
class PerPrompt:
    """One value per prompt."""

    prompts: NDArray[np.int64]
    """Keys in ascending order, shape (prompts,)."""
    values: NDArray[np.float64]
    """Mean over the masks of the prompt for which the value is known, shape (prompts,)."""
    weights: NDArray[np.float64]
    """How often the prompt was asked, shape (prompts,); all 1 where every prompt counts once."""

    def __len__(self) -> int:
        return len(self.prompts)

    def interval(self, selection: Selection) -> Interval | None:
        """The mean with its 95 % interval; None where no prompt has a value."""
        if not len(self):
            return None
        return mean_interval(self.values, self.weights if selection.counting is Counting.ALL_ASKS else None)


def column(table: pa.Table, name: str) -> NDArray[np.float64]:
    """A column of numbers as float64, NULL as NaN; booleans as 0 and 1. Shape (rows,)."""
    return np.asarray(table.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def keys(table: pa.Table, name: str) -> NDArray[np.int64]:
    """A column of keys, none of them NULL. Shape (rows,)."""
    return np.asarray(table.column(name).to_numpy(zero_copy_only=False), dtype=np.int64)


def per_prompt(prompts: NDArray[np.int64], values: NDArray[np.float64], weights: NDArray[np.float64]) -> PerPrompt:
    """Average the masks of each prompt; rows whose value is NaN are left out.

    All three have shape (rows,).

    >>> per_prompt(np.array([7, 7, 9]), np.array([1.0, 0.0, 1.0]), np.ones(3)).values.tolist()
    [0.5, 1.0]
    """
    known = ~np.isnan(values)
    found, places = np.unique(prompts[known], return_inverse=True)
    rows = np.bincount(places, minlength=len(found)).astype(np.float64)
    return PerPrompt(
        prompts=found,
        values=np.bincount(places, weights=values[known], minlength=len(found)) / rows,
        weights=np.bincount(places, weights=weights[known], minlength=len(found)) / rows,
    )


def in_common(a: PerPrompt, b: PerPrompt) -> tuple[PerPrompt, PerPrompt]:
    """Both, cut to the prompts that have a value in each."""
    _, places_a, places_b = np.intersect1d(a.prompts, b.prompts, assume_unique=True, return_indices=True)
    return (
        PerPrompt(a.prompts[places_a], a.values[places_a], a.weights[places_a]),
        PerPrompt(b.prompts[places_b], b.values[places_b], b.weights[places_b]),
    )
