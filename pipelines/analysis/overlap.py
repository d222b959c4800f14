"""Do they say the same words? Pairwise agreement over the history, with intervals over distinct prompts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa

from pipelines.analysis.units import PerPrompt, column, in_common, keys, per_prompt
from pipelines.statistics import Difference, Interval, holm, paired_difference, verdict
from storage import measures
from storage.database import Database
from storage.measures import SelectedCheckpoint
from storage.selection import Counting, Selection

RELIABLE_COVERAGE = 0.5
"""Under this share of probability on the shared words a divergence over them says little."""


@dataclass(frozen=True, slots=True)
class Pair:
    """How alike two checkpoints are, over the prompts that both answered."""

    a: SelectedCheckpoint
    b: SelectedCheckpoint
    n: int
    """Distinct prompts that both answered."""
    overlap: Interval
    """Share of words in both lists, 0 to 1."""
    jaccard: Interval
    rbo: Interval
    """Extrapolated rank-biased overlap, p = 0.9."""
    jsd_shared: Interval | None
    """Bits, over the prompts whose full distributions were compared; None where none was."""
    top1_same: Interval
    """Share of prompts with the same word first."""
    low_coverage: int
    """Of the compared distributions, how many put under half of their probability on the shared words."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """Whether one pair agrees more than another pair, over the prompts of both."""

    first: Pair
    second: Pair
    difference: Difference
    """In RBO, the first pair less the second."""
    p_holm: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """The agreement of every pair of the selected checkpoints."""

    checkpoints: tuple[SelectedCheckpoint, ...]
    n_prompts: int
    """Distinct prompts that at least two of them answered."""
    depth: int
    pairs: tuple[Pair, ...]
    contrasts: tuple[Contrast, ...]


def overlap(database: Database, selection: Selection, depth: int = 5) -> Overlap:
    """Compare the first `depth` words of every pair of checkpoints; two weights of one name are two checkpoints."""
    found = measures.checkpoints(database, selection)
    table = measures.pairs(database, selection, depth)
    known = {each.checkpoint_id: each for each in found}
    pairs: list[tuple[Pair, PerPrompt]] = []
    for a, b, rows in _by_pair(table):
        figures = {name: per_prompt(keys(rows, "prompt_id"), column(rows, name), column(rows, "weight")) for name in _FIGURES}
        intervals = {name: figure.interval(selection) for name, figure in figures.items()}
        pairs.append((_pair(known[a], known[b], len(figures["rbo"]), intervals, _low_coverage(rows)), figures["rbo"]))
    order = {each.checkpoint_id: place for place, each in enumerate(found)}
    pairs.sort(key=lambda each: (order[each[0].a.checkpoint_id], order[each[0].b.checkpoint_id]))
    return Overlap(
        checkpoints=found,
        n_prompts=len(np.unique(keys(table, "prompt_id"))),
        depth=depth,
        pairs=tuple(pair for pair, _ in pairs),
        contrasts=_contrasts(pairs, selection),
    )


_FIGURES = ("overlap", "jaccard", "rbo", "jsd_shared", "top1_same")


def _pair(a: SelectedCheckpoint, b: SelectedCheckpoint, n: int, found: dict[str, Interval | None], low_coverage: int) -> Pair:
    lists = {name: interval for name, interval in found.items() if interval is not None}
    return Pair(
        a=a,
        b=b,
        n=n,
        overlap=lists["overlap"],
        jaccard=lists["jaccard"],
        rbo=lists["rbo"],
        jsd_shared=found["jsd_shared"],
        top1_same=lists["top1_same"],
        low_coverage=low_coverage,
    )


def _by_pair(table: pa.Table) -> Iterator[tuple[int, int, pa.Table]]:
    a, b = keys(table, "a"), keys(table, "b")
    for first, second in sorted(set(zip(a.tolist(), b.tolist(), strict=True))):
        yield first, second, table.filter(pa.array((a == first) & (b == second)))


def _low_coverage(rows: pa.Table) -> int:
    coverage = np.fmin(column(rows, "coverage_a"), column(rows, "coverage_b"))
    return int((coverage < RELIABLE_COVERAGE).sum())


def _contrasts(pairs: list[tuple[Pair, PerPrompt]], selection: Selection) -> tuple[Contrast, ...]:
    found = []
    for (first, first_rbo), (second, second_rbo) in combinations(pairs, 2):
        x, y = in_common(first_rbo, second_rbo)
        if len(x):
            weights = x.weights if selection.counting is Counting.ALL_ASKS else None
            found.append((first, second, paired_difference(x.values, y.values, weights)))
    corrected = holm([difference.p for _, _, difference in found])
    return tuple(
        Contrast(first, second, difference, p, verdict(difference, "RBO", _pair_name(first), _pair_name(second), p))
        for (first, second, difference), p in zip(found, corrected, strict=True)
    )


def _pair_name(pair: Pair) -> str:
    return f"{pair.a.label} with {pair.b.label}"
