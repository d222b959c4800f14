"""Do they say the same words? Pairwise agreement over the history, with intervals over distinct prompts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.analysis.units import PerPrompt, column, differences, in_common, intervals, keys, per_prompt
from pipelines.metrics import RBO_PERSISTENCE
from pipelines.significance import holm
from pipelines.statistics import Difference, Interval
from pipelines.verdicts import verdict
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
    rbo_minimum: float
    """The mean of what RBO is at least, however the lists go on; what lies between is not known of so short lists."""
    overlap_attainable: float | None
    """The mean of the greatest overlap that the two vocabularies allow these lists; None where one of them is not known."""
    jaccard_attainable: float | None
    jsd_shared: Interval | None
    """Bits, over the prompts whose full distributions were compared; None where none was."""
    top1_same: Interval
    """Share of prompts with the same word first."""
    n_divergences: int
    """Prompts and masks whose full distributions were compared."""
    low_coverage: int
    """Of these, how many where one of the two puts under half of its probability on the shared words."""


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
    order = {each.checkpoint_id: place for place, each in enumerate(found)}
    told = sorted(_by_pair(table), key=lambda each: (order[each[0]], order[each[1]]))
    figures = [
        [per_prompt(keys(rows, "prompt_id"), column(rows, name), column(rows, "weight")) for name in _FIGURES]
        for *_, rows in told
    ]
    means = iter(intervals([figure for each in figures for figure in each], selection))
    pairs: list[tuple[Pair, PerPrompt]] = []
    for (a, b, rows), each in zip(told, figures, strict=True):
        of_pair = dict(zip(_FIGURES, islice(means, len(_FIGURES)), strict=True))
        rbo = each[_FIGURES.index("rbo")]
        pairs.append((_pair(known[a], known[b], len(rbo), of_pair, rows, selection), rbo))
    return Overlap(
        checkpoints=found,
        n_prompts=len(np.unique(keys(table, "prompt_id"))),
        depth=depth,
        pairs=tuple(pair for pair, _ in pairs),
        contrasts=_contrasts(pairs, selection),
    )


_FIGURES = ("overlap", "jaccard", "rbo", "jsd_shared", "top1_same")


def _pair(
    a: SelectedCheckpoint,
    b: SelectedCheckpoint,
    n: int,
    found: dict[str, Interval | None],
    rows: pa.Table,
    selection: Selection,
) -> Pair:
    lists = {name: interval for name, interval in found.items() if interval is not None}
    attainable = column(rows, "attainable")
    return Pair(
        a=a,
        b=b,
        n=n,
        overlap=lists["overlap"],
        jaccard=lists["jaccard"],
        rbo=lists["rbo"],
        rbo_minimum=_rbo_minimum(rows, selection),
        overlap_attainable=_mean(rows, attainable, selection),
        jaccard_attainable=_mean(rows, attainable / (2 - attainable), selection),
        jsd_shared=found["jsd_shared"],
        top1_same=lists["top1_same"],
        n_divergences=int((~np.isnan(column(rows, "jsd_shared"))).sum()),
        low_coverage=_low_coverage(rows),
    )


def _rbo_minimum(rows: pa.Table, selection: Selection) -> float:
    """The mean over prompts of equation 11 of Webber, Moffat and Zobel 2010, from the extrapolated value.

    With X words in common at depth k and H = sum over d <= k of p^d/d, the extrapolated value is
    X/k p^k + (1-p)/p sum X_d p^d/d and the minimum is (1-p)/p (sum (X_d - X) p^d/d - X ln(1-p)): less by
    X/k p^k + (1-p)/p X (H + ln(1-p)).
    """
    p = RBO_PERSISTENCE
    depth, share = keys(rows, "depth"), column(rows, "overlap")
    ranks = np.arange(1, depth.max() + 1)
    upto = np.cumsum(p**ranks / ranks)[depth - 1]
    minimum = column(rows, "rbo") - share * p**depth - (1 - p) / p * share * depth * (upto + np.log(1 - p))
    least = _mean(rows, np.maximum(minimum, 0.0), selection)
    return 0.0 if least is None else least


def _mean(rows: pa.Table, values: NDArray[np.float64], selection: Selection) -> float | None:
    """Over the prompts for which the value is known; None where it is for none. `values` has shape (rows,)."""
    each = per_prompt(keys(rows, "prompt_id"), values, column(rows, "weight"))
    if not len(each):
        return None
    return float(np.average(each.values, weights=each.weights if selection.counting is Counting.ALL_ASKS else None))


def _by_pair(table: pa.Table) -> Iterator[tuple[int, int, pa.Table]]:
    a, b = keys(table, "a"), keys(table, "b")
    for first, second in sorted(set(zip(a.tolist(), b.tolist(), strict=True))):
        yield first, second, table.filter(pa.array((a == first) & (b == second)))


def _low_coverage(rows: pa.Table) -> int:
    coverage = np.fmin(column(rows, "coverage_a"), column(rows, "coverage_b"))
    return int((coverage < RELIABLE_COVERAGE).sum())


def _contrasts(pairs: list[tuple[Pair, PerPrompt]], selection: Selection) -> tuple[Contrast, ...]:
    shared = [
        (first, second, in_common(first_rbo, second_rbo)) for (first, first_rbo), (second, second_rbo) in combinations(pairs, 2)
    ]
    shared = [each for each in shared if len(each[2][0])]
    found = differences([both for *_, both in shared], selection)
    corrected = holm([difference.p for difference in found])
    return tuple(
        Contrast(first, second, difference, p, verdict(difference, "RBO", _pair_name(first), _pair_name(second), p))
        for (first, second, _), difference, p in zip(shared, found, corrected, strict=True)
    )


def _pair_name(pair: Pair) -> str:
    return f"{pair.a.label} with {pair.b.label}"
