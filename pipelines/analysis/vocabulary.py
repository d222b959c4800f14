"""Whose words are whose? The regions of the vocabularies that were used, and the words that mark a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.log_odds import log_odds
from storage import measures
from storage.database import Database
from storage.measures import SelectedCheckpoint
from storage.selection import Selection

EXAMPLES = 8
"""Most frequent words that stand for a region."""
MARKING = 15
"""Words that are named for each checkpoint."""


@dataclass(frozen=True, slots=True)
class Region:
    """The words that exactly these checkpoints have in their lists."""

    checkpoints: tuple[SelectedCheckpoint, ...]
    words: int
    predictions: float
    """How often these words stand in the lists of these checkpoints."""
    mass: float | None
    """Share of the listed probability of all the checkpoints that falls on these words, 0 to 1; None where a list has no
    probabilities."""
    examples: tuple[str, ...]
    """The most frequent ones."""


@dataclass(frozen=True, slots=True)
class Marking:
    """A word that one checkpoint says more than the others do."""

    checkpoint: SelectedCheckpoint
    word: str
    count: float
    """In how many of its lists the word stands."""
    other_count: float
    """In how many lists of the others."""
    log_odds: float
    """Log-odds ratio with an informative Dirichlet prior, in nats."""
    z: float
    """The same in standard errors; beyond 1.96 unlikely to be chance for one word looked at alone."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the page of the vocabularies draws, over the prompts that every selected checkpoint answered."""

    checkpoints: tuple[SelectedCheckpoint, ...]
    n_prompts: int
    depth: int
    regions: tuple[Region, ...]
    """Words of one checkpoint alone first, those of all last; regions without a word are left out."""
    marking: tuple[Marking, ...]
    """By checkpoint, then by z."""


@dataclass(frozen=True, slots=True)
class WordTable:
    """How often each checkpoint says each word."""

    words: NDArray[np.object_]
    """Shape (words,)."""
    lists: NDArray[np.float64]
    """In how many lists the word stands, shape (words, checkpoints)."""
    mass: NDArray[np.float64]
    """Sum of its probabilities, NaN where a list has none, shape (words, checkpoints)."""


def vocabulary(database: Database, selection: Selection, depth: int = 5) -> Vocabulary:
    """Compare the words of the first `depth` of every list, over the prompts that all selected checkpoints answered."""
    found = measures.checkpoints(database, selection)
    counted = word_table(measures.word_counts(database, selection, depth, common=True), found)
    sizes = measures.lists(database, selection, depth, common=True)
    return Vocabulary(
        checkpoints=found,
        n_prompts=max(sizes.column("n_prompts").to_pylist(), default=0),
        depth=depth,
        regions=_regions(counted, found),
        marking=_marking(counted, found),
    )


def word_table(table: pa.Table, checkpoints: tuple[SelectedCheckpoint, ...]) -> WordTable:
    """Spread the counts of `measures.word_counts` over one row per word and one column per checkpoint."""
    order = {each.checkpoint_id: place for place, each in enumerate(checkpoints)}
    words, rows = np.unique(np.array(table.column("word").to_pylist(), dtype=object), return_inverse=True)
    columns = np.array([order[key] for key in table.column("checkpoint_id").to_pylist()], dtype=np.int64)
    lists = np.zeros((len(words), len(checkpoints)))
    mass = np.zeros_like(lists)
    lists[rows, columns] = table.column("lists").to_numpy(zero_copy_only=False)
    mass[rows, columns] = np.array([np.nan if each is None else each for each in table.column("mass").to_pylist()], dtype=float)
    return WordTable(words, lists, mass)


def _regions(counted: WordTable, checkpoints: tuple[SelectedCheckpoint, ...]) -> tuple[Region, ...]:
    said = counted.lists > 0
    total_mass = counted.mass.sum()
    result = []
    for members in np.unique(said, axis=0):
        inside = (said == members).all(axis=1)
        frequency = counted.lists[inside].sum(axis=1)
        most = np.argsort(-frequency, kind="stable")[:EXAMPLES]
        result.append(
            Region(
                checkpoints=tuple(each for each, member in zip(checkpoints, members, strict=True) if member),
                words=int(inside.sum()),
                predictions=float(frequency.sum()),
                mass=float(counted.mass[inside].sum() / total_mass) if np.isfinite(total_mass) and total_mass > 0 else None,
                examples=tuple(counted.words[inside][most].tolist()),
            )
        )
    order = {each: place for place, each in enumerate(checkpoints)}
    result.sort(key=lambda region: (len(region.checkpoints), [order[each] for each in region.checkpoints]))
    return tuple(result)


def _marking(counted: WordTable, checkpoints: tuple[SelectedCheckpoint, ...]) -> tuple[Marking, ...]:
    if len(checkpoints) < 2 or not len(counted.words):
        return ()
    everybody = counted.lists.sum(axis=1)
    result: list[Marking] = []
    for place, checkpoint in enumerate(checkpoints):
        own = counted.lists[:, place]
        deltas, scores = log_odds(own, everybody - own, prior=everybody)
        most = [row for row in np.argsort(-scores, kind="stable")[:MARKING].tolist() if scores[row] > 0 and own[row] > 0]
        result.extend(
            Marking(
                checkpoint, str(counted.words[row]), float(own[row]), float(everybody[row] - own[row]), float(deltas[row]),
                float(scores[row]),
            )
            for row in most
        )  # fmt: skip
    return tuple(result)
