"""How alike two ranked lists and two distributions are: pure numpy, each with its definition, range and source.

Statistics over many prompts live in `pipelines.statistics`; what is here compares two answers to one mask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.floating[Any]]

RBO_PERSISTENCE = 0.9
"""The p of rank-biased overlap: the first ten ranks then carry 0.8556 of the weight."""


@dataclass(frozen=True, slots=True)
class RankBiasedOverlap:
    """RBO of two lists known to a finite depth."""

    extrapolated: float
    """The estimate that assumes the lists go on agreeing as they did at their last rank. 0 (disjoint) to 1 (identical)."""
    minimum: float
    """What is certain whatever follows; the distance to `extrapolated` is the uncertainty of the short list."""


def distinct_words(words: Sequence[str]) -> tuple[str, ...]:
    """The words in order of their first appearance: two pieces that stand for one word count once."""
    return tuple(dict.fromkeys(words))


def overlap(a: Sequence[str], b: Sequence[str]) -> float:
    """Share of words that stand in both lists, 0 to 1, at the depth of the shorter list.

    >>> overlap(["main", "first"], ["first", "only"])
    0.5
    """
    a, b, depth = _same_depth(a, b)
    return len(set(a) & set(b)) / depth if depth else 0.0


def jaccard(a: Sequence[str], b: Sequence[str]) -> float:
    """Words in both lists over words in either, 0 to 1, at the depth of the shorter list (Jaccard 1912)."""
    a, b, depth = _same_depth(a, b)
    return len(set(a) & set(b)) / len(set(a) | set(b)) if depth else 0.0


def rank_biased_overlap(a: Sequence[str], b: Sequence[str], p: float = RBO_PERSISTENCE) -> RankBiasedOverlap:
    """Rank-biased overlap (Webber, Moffat, Zobel 2010, ACM TOIS 28(4), equations 23 and 11), lists cut to equal depth.

    With X_d the number of words that the first d ranks share and k the depth:
    extrapolated = X_k/k p^k + (1-p)/p sum_{d=1..k} X_d/d p^d;
    minimum = (1-p)/p (sum_{d=1..k} (X_d - X_k) p^d/d - X_k ln(1-p)).

    >>> round(rank_biased_overlap("abcde", "edcba").extrapolated, 4)
    0.7378

    Raises ValueError unless 0 < p < 1.
    """
    if not 0 < p < 1:
        raise ValueError(f"p of rank-biased overlap lies between 0 and 1, not {p}")
    a, b, depth = _same_depth(a, b)
    if depth == 0:
        return RankBiasedOverlap(extrapolated=0.0, minimum=0.0)
    shared = shared_at_depth(a, b)
    ranks = np.arange(1, depth + 1)
    weights = p**ranks / ranks
    extrapolated = shared[-1] / depth * p**depth + (1 - p) / p * float(shared @ weights)
    minimum = (1 - p) / p * (float((shared - shared[-1]) @ weights) - shared[-1] * np.log(1 - p))
    return RankBiasedOverlap(extrapolated=float(min(extrapolated, 1.0)), minimum=float(max(minimum, 0.0)))


def average_overlap(a: Sequence[str], b: Sequence[str]) -> float:
    """Mean over the depths 1..k of the share of words in common (Fagin, Kumar, Sivakumar 2003)."""
    a, b, depth = _same_depth(a, b)
    return float(np.mean(shared_at_depth(a, b) / np.arange(1, depth + 1))) if depth else 0.0


def shared_at_depth(a: Sequence[str], b: Sequence[str]) -> NDArray[np.int64]:
    """X_d for d = 1..k: how many words the first d ranks of two lists of equal length share."""
    seen_a: set[str] = set()
    seen_b: set[str] = set()
    counts = []
    for word_a, word_b in zip(a, b, strict=True):
        seen_a.add(word_a)
        seen_b.add(word_b)
        counts.append(len(seen_a & seen_b))
    return np.array(counts, dtype=np.int64)


def jensen_shannon_divergence(p: Floats, q: Floats) -> NDArray[np.float64]:
    """Jensen-Shannon divergence in bits, 0 (the same) to 1 (no word in common), along the last axis (Lin 1991).

    `p` and `q` have shape (..., words), are not negative and sum to 1 along the last axis; the result has shape (...).
    `scipy.spatial.distance.jensenshannon` gives the square root of this, in nats unless told otherwise.
    """
    mixture = (p + q) / 2
    divergence = (_relative_entropy(p, mixture) + _relative_entropy(q, mixture)) / 2
    bits: NDArray[np.float64] = np.clip(divergence / np.log(2), 0.0, 1.0)
    return bits


def _relative_entropy(p: Floats, q: Floats) -> NDArray[np.float64]:
    # 0 ln 0 is 0. The smallest usual number in the place of 0 gives that, and changes no other term that a sum would notice.
    least = np.finfo(p.dtype).tiny
    ratio = np.maximum(p / np.maximum(q, least), least)
    total: NDArray[np.float64] = np.sum(p * np.log(ratio), axis=-1, dtype=np.float64)
    return total


def _same_depth(a: Sequence[str], b: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    first, second = distinct_words(a), distinct_words(b)
    depth = min(len(first), len(second))
    return first[:depth], second[:depth], depth
