"""What counting alone can do: the same blanks filled from frequencies of one, two and three pieces."""

import hashlib
import json
import logging
from dataclasses import asdict

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipelines.training.evaluation import Questions, Tally
from pipelines.training.facts import Accuracy, Baselines
from pipelines.training.stream import Stream
from pipelines.training.workshop import Text

log = logging.getLogger(__name__)

TRUST = 20.0
"""Observations that a longer context needs before it outweighs the shorter one (Dirichlet smoothing; MacKay & Peto 1995)."""

PART = 10_000_000
"""Pieces counted at once; all at once would take gigabytes."""


def count_baselines(words: Text, asked: Questions, vocabulary_size: int) -> Baselines:
    """Measure all three, or read them from beside the text if the same questions were counted before: it takes a minute."""
    identity = hashlib.sha256(asked.inputs.numpy().tobytes() + asked.targets.numpy().tobytes()).hexdigest()[:12]
    path = words.folder / f"baselines-{identity}.json"
    if not path.exists():
        log.info("counting pieces, pairs and threes of pieces")
        counted = Baselines(
            unigram=measure_unigram(words.train, asked, vocabulary_size),
            trigram=measure_trigram(words.train, asked, vocabulary_size, (-2, -1)),
            between=measure_trigram(words.train, asked, vocabulary_size, (-1, 1)),
        )
        path.write_text(json.dumps(asdict(counted)), encoding="utf-8")
    return Baselines(**{name: Accuracy(**figures) for name, figures in json.loads(path.read_text(encoding="utf-8")).items()})


def measure_unigram(train: Stream, asked: Questions, vocabulary_size: int) -> Accuracy:
    """Answer every question with the pieces in the order of their frequency."""
    tally = Tally()
    logs = _unigram(train, vocabulary_size).log()
    for targets in torch.split(asked.targets, 512):
        tally.add(logs.expand(len(targets), -1), targets)
    return tally.result()


def measure_trigram(train: Stream, asked: Questions, vocabulary_size: int, context: tuple[int, int]) -> Accuracy:
    """Answer from two neighbours, smoothed with each of them alone where it touches the mask, and these with no context.

    Neighbours that are masked for the checkpoint are masked here too and tell nothing.

    Args:
        train: the text that is counted.
        asked: the questions.
        vocabulary_size: pieces.
        context: where the neighbours stand. (-2, -1) is the trigram of language models, which reads from left to right;
            (-1, 1) is the piece between its two neighbours, the strongest that three pieces in a row can tell.
    """
    unigram = _unigram(train, vocabulary_size)
    pairs = torch.from_numpy(_pairs(train.tokens, vocabulary_size))
    first, second = (asked.neighbours[offset] for offset in context)
    wanted, which = np.unique((first * vocabulary_size + second).numpy(), return_inverse=True)
    contexts, middles, counts = _within(train.tokens, wanted, vocabulary_size, context)
    tally = Tally()
    for masks in torch.split(torch.arange(len(asked.targets)), 512):
        smoothed = torch.zeros(len(masks), vocabulary_size)
        touching = [offset for offset in context if abs(offset) == 1]
        for offset in touching:
            beside = asked.neighbours[offset][masks]
            seen = pairs[beside] if offset == -1 else pairs[:, beside].T
            smoothed += _smooth(seen, unigram) / len(touching)
        seen = torch.zeros_like(smoothed)
        for row, index in enumerate(which[masks.numpy()]):
            start, end = np.searchsorted(contexts, [index, index + 1])
            seen[row, middles[start:end]] = torch.from_numpy(counts[start:end])
        tally.add(_smooth(seen, smoothed).log(), asked.targets[masks])
    return tally.result()


def _unigram(train: Stream, vocabulary_size: int) -> Tensor:
    counts = torch.from_numpy(np.bincount(train.tokens, minlength=vocabulary_size) + 1.0).float()
    return counts / counts.sum()


def _smooth(counts: Tensor, prior: Tensor) -> Tensor:
    return (counts + TRUST * prior) / (counts.sum(dim=1, keepdim=True) + TRUST)


def _pairs(tokens: NDArray[np.uint16], vocabulary_size: int) -> NDArray[np.float32]:
    """Count each pair of neighbours in reading order, shape (vocabulary, vocabulary)."""
    counts = np.zeros(vocabulary_size * vocabulary_size, dtype=np.float32)
    for first in range(0, len(tokens) - 1, PART):
        part = tokens[first : first + PART + 1].astype(np.int64)
        counts += np.bincount(part[:-1] * vocabulary_size + part[1:], minlength=counts.size)
    return counts.reshape(vocabulary_size, vocabulary_size)


def _within(
    tokens: NDArray[np.uint16], wanted: NDArray[np.int64], vocabulary_size: int, context: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Count the pieces within wanted pairs of neighbours; only those, or the counts would not fit in memory.

    Returns:
        Index into ``wanted``, piece and count, ordered by the index; three arrays of one shape.
    """
    found = []
    # Of three pieces in a row, which is the one asked for and which are its neighbours.
    asked = -min(context)
    places = [asked + offset for offset in context]
    for first in range(0, len(tokens) - 2, PART):
        part = tokens[first : first + PART + 2].astype(np.int64)
        row = [part[place : len(part) - 2 + place] for place in range(3)]
        keys = row[places[0]] * vocabulary_size + row[places[1]]
        index = np.searchsorted(wanted, keys).clip(max=len(wanted) - 1)
        hits = wanted[index] == keys
        found.append(index[hits] * vocabulary_size + row[asked][hits])
    values, counts = np.unique(np.concatenate(found), return_counts=True)
    return values // vocabulary_size, values % vocabulary_size, counts.astype(np.float32)
