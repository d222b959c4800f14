"""A word that a person named -> how one checkpoint scores it, as a whole word."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.distributions import Distribution
from pipelines.fill_mask import LoadedCheckpoint
from pipelines.words import SharedWords
from storage.records import Candidate


@dataclass(frozen=True, slots=True)
class Together:
    """What the checkpoints that are asked together can all say."""

    words: SharedWords
    name: str
    """`storage.records.word_space` of them."""


def score_candidate(
    checkpoint: LoadedCheckpoint,
    word: str,
    mask_index: int,
    given: Distribution,
    on_shared: NDArray[np.float32],
    together: Together,
) -> Candidate:
    """One row, whether the word is one piece, several, or cannot be said. `on_shared` has shape (shared words + 1,)."""
    words = checkpoint.words
    ids = words.word_ids(word)
    pieces = ids or words.word_pieces(word)
    if ids or len(pieces) == 1:
        scores = given.logits[mask_index]
        own = scores[list(pieces)]
        return Candidate(
            word=word,
            pieces=(words.pieces[pieces[int(np.argmax(own))]],),
            in_vocabulary=True,
            logprob=float(np.logaddexp.reduce(own.astype(np.float64)) - given.log_totals[mask_index]),
            rank=int(np.sum(scores > own.max())) + 1,
            rank_shared=_rank_shared(words.fold(word), on_shared, together.words),
            word_space=together.name,
        )
    scored = given.long_words.get(word)
    spelled = tuple(words.pieces[i] for i in pieces)
    logprob = None if scored is None else scored[mask_index]
    return Candidate(word, spelled, bool(pieces), logprob, None, None, together.name)


def _rank_shared(form: str, on_shared: NDArray[np.float32], shared: SharedWords) -> int | None:
    if (position := shared.number.get(form)) is None:
        return None
    return int(np.sum(on_shared[:-1] > on_shared[position])) + 1
