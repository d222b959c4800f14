"""Several masks filled together: each choice is seen by the next, in an order that is told.

A masked language model has no one joint distribution: the product of its conditional probabilities depends on the order in
which the masks are filled (Wang and Cho 2019; Goyal, Dyer, Berg-Kirkpatrick 2022). So each filling names its order, and the
marginal predictions of the answers remain what is compared between checkpoints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.fill_mask import LoadedCheckpoint
from pipelines.passes import Turn
from pipelines.prompts import PromptError
from pipelines.rows import Row
from storage.records import FilledSlot, Filling, FillingOrder, Prompt

BEAM_WIDTH = 5
"""Partial fillings that the beam keeps, and whole ones that it gives."""


@dataclass(frozen=True, slots=True)
class _Partial:
    row: Row
    """The prompt with the masks filled so far; its positions are the masks still open."""
    slots: tuple[FilledSlot, ...] = ()

    @property
    def logprob(self) -> float:
        return sum(slot.logprob for slot in self.slots)


def fill_jointly(checkpoint: LoadedCheckpoint, prompt: Prompt, turn: Turn | None = None) -> tuple[Filling, ...]:
    """The fillings of one prompt with several masks, in each order; one mask has none beyond its answer.

    Left to right and most confident first give one filling each, the beam up to `BEAM_WIDTH`, best first. Natural
    log-probabilities; of equal ones the lower token id comes first. `turn` is the ask's or the batch's. Raises `PromptError`.
    """
    (row,) = checkpoint.encode([prompt])
    if isinstance(row, PromptError):
        raise row
    if len(row.positions) < 2:
        return ()
    masks = {position: mask_index for mask_index, position in enumerate(row.positions)}
    return (
        _greedy(checkpoint, prompt, row, masks, FillingOrder.LEFT_TO_RIGHT, turn),
        _greedy(checkpoint, prompt, row, masks, FillingOrder.MOST_CONFIDENT_FIRST, turn),
        *_beam(checkpoint, prompt, row, masks, turn),
    )


def _greedy(
    checkpoint: LoadedCheckpoint, prompt: Prompt, row: Row, masks: dict[int, int], order: FillingOrder, turn: Turn | None
) -> Filling:
    partial = _Partial(row)
    while partial.row.positions:
        (scored,) = checkpoint.score([partial.row], turn)
        scores = scored.logprobs
        at = 0 if order is FillingOrder.LEFT_TO_RIGHT else int(np.argmax(scores.max(axis=-1)))
        token_id = int(np.argmax(scores[at]))
        partial = _put(checkpoint, partial, at, token_id, float(scores[at, token_id]), masks)
    return Filling(prompt, checkpoint.checkpoint, order, 1, partial.slots)


def _beam(checkpoint: LoadedCheckpoint, prompt: Prompt, row: Row, masks: dict[int, int], turn: Turn | None) -> list[Filling]:
    """Left to right, keeping the partial fillings with the highest sum of log-probabilities (Lowerre 1976)."""
    beam = [_Partial(row)]
    for _ in row.positions:
        wider = []
        # Only the leftmost open mask is read, so only its distribution is asked for.
        asked = [Row(each.row.ids, each.row.positions[:1]) for each in beam]
        for partial, scored in zip(beam, checkpoint.score(asked, turn), strict=True):
            scores = scored.logprobs
            best = np.lexsort((np.arange(scores.shape[1]), -scores[0]))[:BEAM_WIDTH]
            wider += [_put(checkpoint, partial, 0, int(i), float(scores[0, i]), masks) for i in best]
        beam = sorted(wider, key=lambda each: (-each.logprob, each.row.ids))[:BEAM_WIDTH]
    return [
        Filling(prompt, checkpoint.checkpoint, FillingOrder.BEAM, rank, each.slots) for rank, each in enumerate(beam, start=1)
    ]


def _put(
    checkpoint: LoadedCheckpoint, partial: _Partial, at: int, token_id: int, logprob: float, masks: dict[int, int]
) -> _Partial:
    position = partial.row.positions[at]
    ids: Sequence[int] = (*partial.row.ids[:position], token_id, *partial.row.ids[position + 1 :])
    words = checkpoint.words
    slot = FilledSlot(masks[position], token_id, words.pieces[token_id], words.forms[token_id], logprob)
    positions = (*partial.row.positions[:at], *partial.row.positions[at + 1 :])
    return _Partial(Row(tuple(ids), positions), (*partial.slots, slot))
