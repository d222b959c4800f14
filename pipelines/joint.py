"""Several masks filled together: each choice is seen by the next, in an order that is told.

A masked language model has no one joint distribution: the product of its conditional probabilities depends on the order in
which the masks are filled (Wang and Cho 2019; Goyal, Dyer, Berg-Kirkpatrick 2022). So each filling names its order, and the
marginal predictions of the answers remain what is compared between checkpoints.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from pipelines.fill_mask import LoadedCheckpoint
from pipelines.passes import Turn
from pipelines.prompts import PromptError
from pipelines.rows import Row, Scored, best
from storage.records import FilledSlot, Filling, FillingOrder, Prompt

BEAM_WIDTH = 5
"""Partial fillings that the beam keeps, and whole ones that it gives."""

_Walk: TypeAlias = Generator[Sequence[Row], Sequence[Scored], list[Filling]]
"""One order of one prompt: it asks for rows, is sent what they got, and ends with its fillings."""


@dataclass(frozen=True, slots=True)
class _Partial:
    row: Row
    """The prompt with the masks filled so far; its positions are the masks still open."""
    slots: tuple[FilledSlot, ...] = ()

    @property
    def logprob(self) -> float:
        return sum(slot.logprob for slot in self.slots)


def fill_jointly(
    checkpoint: LoadedCheckpoint, prompts: Sequence[Prompt], turn: Turn | None = None
) -> list[tuple[Filling, ...]]:
    """For each prompt with several masks its fillings in each order; one mask has none beyond its answer.

    Left to right and most confident first give one filling each, the beam up to `BEAM_WIDTH`, best first. Natural
    log-probabilities; of equal ones the lower token id comes first. All orders of all prompts take a step at once, in the same
    passes. `turn` is the ask's or the batch's. Raises `PromptError`.
    """
    walks: list[_Walk] = []
    counts = []
    for prompt, row in zip(prompts, checkpoint.encode(prompts), strict=True):
        if isinstance(row, PromptError):
            raise row
        own = _walks(checkpoint, prompt, row) if len(row.positions) > 1 else []
        walks += own
        counts.append(len(own))
    ends = iter(_walk(checkpoint, walks, turn))
    return [tuple(filling for _ in range(count) for filling in next(ends)) for count in counts]


def _walks(checkpoint: LoadedCheckpoint, prompt: Prompt, row: Row) -> list[_Walk]:
    masks = {position: mask_index for mask_index, position in enumerate(row.positions)}
    return [
        _greedy(checkpoint, prompt, row, masks, FillingOrder.LEFT_TO_RIGHT),
        _greedy(checkpoint, prompt, row, masks, FillingOrder.MOST_CONFIDENT_FIRST),
        _beam(checkpoint, prompt, row, masks),
    ]


def _walk(checkpoint: LoadedCheckpoint, walks: Sequence[_Walk], turn: Turn | None) -> list[list[Filling]]:
    """All of them step by step; a row that several ask for is computed once."""
    ends: dict[int, list[Filling]] = {}
    asked = {number: next(walk) for number, walk in enumerate(walks)}
    while asked:
        distinct = list(dict.fromkeys(row for rows in asked.values() for row in rows))
        scored = dict(zip(distinct, checkpoint.score(distinct, turn), strict=True))
        further = {}
        for number, rows in asked.items():
            try:
                further[number] = walks[number].send([scored[row] for row in rows])
            except StopIteration as end:
                ends[number] = end.value
        asked = further
    return [ends[number] for number in range(len(walks))]


def _greedy(checkpoint: LoadedCheckpoint, prompt: Prompt, row: Row, masks: dict[int, int], order: FillingOrder) -> _Walk:
    partial = _Partial(row)
    while partial.row.positions:
        # From left to right only the leftmost open mask is read, so only its distribution is asked for.
        leftmost = order is FillingOrder.LEFT_TO_RIGHT
        (scored,) = yield [_leftmost(partial.row) if leftmost else partial.row]
        at = 0 if leftmost else int(np.argmax(scored.logits.max(axis=-1) - scored.log_totals))
        token_id = int(np.argmax(scored.logits[at]))
        partial = _put(
            checkpoint, partial, at, token_id, float(scored.logits[at, token_id]) - float(scored.log_totals[at]), masks
        )
    return [Filling(prompt, checkpoint.checkpoint, order, 1, partial.slots)]


def _beam(checkpoint: LoadedCheckpoint, prompt: Prompt, row: Row, masks: dict[int, int]) -> _Walk:
    """Left to right, keeping the partial fillings with the highest sum of log-probabilities (Lowerre 1976)."""
    beam = [_Partial(row)]
    for _ in row.positions:
        wider = []
        given = yield [_leftmost(each.row) for each in beam]
        for partial, scored in zip(beam, given, strict=True):
            logits, log_total = scored.logits[0], float(scored.log_totals[0])
            wider += [_put(checkpoint, partial, 0, i, float(logits[i]) - log_total, masks) for i in best(logits, BEAM_WIDTH)]
        beam = sorted(wider, key=lambda each: (-each.logprob, each.row.ids))[:BEAM_WIDTH]
    return [
        Filling(prompt, checkpoint.checkpoint, FillingOrder.BEAM, rank, each.slots) for rank, each in enumerate(beam, start=1)
    ]


def _leftmost(row: Row) -> Row:
    return Row(row.ids, row.positions[:1])


def _put(
    checkpoint: LoadedCheckpoint, partial: _Partial, at: int, token_id: int, logprob: float, masks: dict[int, int]
) -> _Partial:
    position = partial.row.positions[at]
    ids: Sequence[int] = (*partial.row.ids[:position], token_id, *partial.row.ids[position + 1 :])
    words = checkpoint.words
    slot = FilledSlot(masks[position], token_id, words.pieces[token_id], words.forms[token_id], logprob)
    positions = (*partial.row.positions[:at], *partial.row.positions[at + 1 :])
    return _Partial(Row(tuple(ids), positions), (*partial.slots, slot))
