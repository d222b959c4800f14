"""From log rows to the unit of analysis: the distinct prompt, whose masks are averaged and which counts once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.statistics import Difference, Interval, mean_intervals, paired_differences
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


def intervals(figures: Sequence[PerPrompt], selection: Selection) -> list[Interval | None]:
    """The mean of each with its 95 % interval; None where no prompt has a value. Together they are faster than one by one."""
    known = [place for place, each in enumerate(figures) if len(each)]
    weights = [figures[place].weights for place in known] if selection.counting is Counting.ALL_ASKS else None
    means = mean_intervals([figures[place].values for place in known], weights)
    found: list[Interval | None] = [None] * len(figures)
    for place, mean in zip(known, means, strict=True):
        found[place] = mean
    return found


def differences(
    pairs: Sequence[tuple[PerPrompt, PerPrompt]], selection: Selection, *, binary: bool = False
) -> list[Difference]:
    """The first less the second of each, both over the same prompts; `binary` where every value is 0 or 1."""
    weights = [a.weights for a, _ in pairs] if selection.counting is Counting.ALL_ASKS else None
    return paired_differences([(a.values, b.values) for a, b in pairs], weights, binary)


def in_common(a: PerPrompt, b: PerPrompt) -> tuple[PerPrompt, PerPrompt]:
    """Both, cut to the prompts that have a value in each."""
    _, places_a, places_b = np.intersect1d(a.prompts, b.prompts, assume_unique=True, return_indices=True)
    return (
        PerPrompt(a.prompts[places_a], a.values[places_a], a.weights[places_a]),
        PerPrompt(b.prompts[places_b], b.values[places_b], b.weights[places_b]),
    )
