"""Word vectors from counts alone: a truncated singular value decomposition of the positive pointwise mutual information.

Levy & Goldberg 2014 show that word2vec factorises such a matrix; Levy, Goldberg & Dagan 2015 smooth the contexts.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

WINDOW = 4
CONTEXT_POWER = 0.75
WORD_LENGTH = 1.8
COUNTED_TOKENS = 30_000_000
"""Co-occurrences are counted over about this many pieces, spread evenly, so that counting stays a matter of seconds."""


def count_neighbours(tokens: NDArray[np.integer], vocabulary_size: int, window: int = WINDOW) -> NDArray[np.float32]:
    """Count how often two pieces stand within a window, each pair weighted by 1/distance.

    Returns:
        A symmetric matrix, shape (vocabulary, vocabulary).
    """
    counts = np.zeros(vocabulary_size * vocabulary_size, dtype=np.float32)
    ids = tokens.astype(np.int64)
    for distance in range(1, window + 1):
        pairs = ids[:-distance] * vocabulary_size + ids[distance:]
        counts += np.bincount(pairs, minlength=counts.size).astype(np.float32) / np.float32(distance)
    square = counts.reshape(vocabulary_size, vocabulary_size)
    return square + square.T


def positive_pmi(counts: NDArray[np.float32], power: float = CONTEXT_POWER) -> NDArray[np.float32]:
    """Return max(0, log P(w, c) / (P(w) P_power(c))), with P_power(c) proportional to count(c) ** power.

    Levy, Goldberg & Dagan 2015, equations 2 and 3. Pairs never seen have 0.
    """
    words = counts.sum(axis=1, dtype=np.float64)
    contexts = words**power
    total = words.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = words[:, None] / total * (contexts / contexts.sum())[None, :]
        pmi = np.log(counts / total / expected, dtype=np.float64)
    return np.where(np.isfinite(pmi), np.maximum(pmi, 0.0), 0.0).astype(np.float32)


def word_vectors(tokens: NDArray[np.integer], vocabulary_size: int, dimensions: int, seed: int) -> Tensor:
    """Return a vector of length 1.8 for each piece, shape (vocabulary, dimensions); a piece never seen gets a tiny one."""
    pmi = torch.from_numpy(positive_pmi(count_neighbours(_sample(tokens), vocabulary_size)))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        left, values, _ = torch.svd_lowrank(pmi, q=min(dimensions + 16, vocabulary_size), niter=4)
        vectors = left[:, :dimensions] * values[:dimensions].sqrt()
        lengths = vectors.norm(dim=1, keepdim=True)
        unseen = torch.randn(vectors.shape) * 0.02
    return torch.where(lengths > 1e-4, vectors / lengths.clamp(min=1e-4) * WORD_LENGTH, unseen)


def log_unigram(tokens: NDArray[np.integer], vocabulary_size: int) -> Tensor:
    """Return the log-probability of each piece in the text, one count added to each, shape (vocabulary,)."""
    counts = np.bincount(tokens, minlength=vocabulary_size) + 1.0
    return torch.from_numpy(np.log(counts / counts.sum())).float()


def _sample(tokens: NDArray[np.integer]) -> NDArray[np.integer]:
    """Take stretches of 100,000 tokens, evenly spread, up to ``COUNTED_TOKENS``."""
    stretches = [tokens[first : first + 100_000] for first in range(0, len(tokens), 100_000)]
    step = max(1, math.ceil(len(tokens) / COUNTED_TOKENS))
    return np.concatenate(stretches[::step])
