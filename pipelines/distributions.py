"""Questions -> full distributions: one checkpoint, all its masks, and the words that it has to spell."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipelines.fill_mask import LoadedCheckpoint
from pipelines.passes import Turn
from pipelines.prompts import CandidateError
from pipelines.rows import Row
from storage.records import Prompt

MAX_SPELLED = 1_000
"""Rows that the words of several pieces of one question may add. A word of 20 pieces at ten masks is 200 of them."""


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt and the words to score at each of its masks."""

    prompt: Prompt
    words: tuple[str, ...] = ()
    row_number: int = 0


@dataclass(frozen=True, slots=True)
class _Step:
    """A prompt in which a word is spelled so far, and where its next piece stands."""

    ids: tuple[int, ...]
    position: int


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """What one checkpoint gave to one question."""

    logits: NDArray[np.float32] = field(repr=False)
    """Shape (masks, vocabulary)."""
    log_totals: NDArray[np.float64] = field(repr=False)
    """Shape (masks,): what is taken from a logit to make it a natural log-probability."""
    probabilities: NDArray[np.float32] = field(repr=False)
    """Shape (masks, vocabulary)."""
    latency_ms: float
    long_words: dict[str, tuple[float, ...]]
    """Words of several pieces -> their log-probability at each mask."""


def distributions(
    checkpoint: LoadedCheckpoint, questions: Sequence[Question], rows: Sequence[Row], turn: Turn
) -> list[Distribution]:
    """What the checkpoint gives to each question; the rows of all words of several pieces go through the same passes."""
    started = time.perf_counter()
    cuts = [_cut_long_words(checkpoint, question, row) for question, row in zip(questions, rows, strict=True)]
    steps = [
        {word: [_spell(row, position, ids) for position in row.positions] for word, ids in long_words.items()}
        for row, long_words in zip(rows, cuts, strict=True)
    ]
    # Words that begin alike, or have equally many pieces, share rows.
    wanted: dict[_Step, dict[int, None]] = {}
    for spelled in (spelled for words in steps for masks in words.values() for spelled in masks):
        for step, piece in spelled:
            wanted.setdefault(step, {})[piece] = None
    extra = [Row(step.ids, (step.position,), tuple(pieces)) for step, pieces in wanted.items()]
    scored = checkpoint.score([*rows, *extra], turn)
    logprobs = {
        (step, piece): logprob
        for (step, pieces), each in zip(wanted.items(), scored[len(rows) :], strict=True)
        for piece, logprob in zip(pieces, each.logprobs[0].tolist(), strict=True)
    }
    elapsed = (time.perf_counter() - started) * 1000 / max(len(questions), 1)
    return [
        Distribution(
            logits=each.logits,
            log_totals=each.log_totals,
            probabilities=each.probabilities,
            latency_ms=elapsed,
            long_words={
                word: tuple(sum(logprobs[place] for place in spelled) for spelled in masks) for word, masks in words.items()
            },
        )
        for each, words in zip(scored[: len(rows)], steps, strict=True)
    ]


def _cut_long_words(checkpoint: LoadedCheckpoint, question: Question, row: Row) -> dict[str, tuple[int, ...]]:
    """The question's words of several pieces that still fit into the checkpoint's positions."""
    cuts = {word: checkpoint.words.word_pieces(word) for word in question.words if not checkpoint.words.word_ids(word)}
    room = checkpoint.max_tokens - len(row.ids) + 1
    fitting = {word: ids for word, ids in cuts.items() if 1 < len(ids) <= room}
    if (spelled := len(row.positions) * sum(map(len, fitting.values()))) > MAX_SPELLED:
        raise CandidateError(
            f"{checkpoint.checkpoint.name} spells the candidates in pieces that take {spelled:,} passes for the "
            f"{len(row.positions)} masks; at most {MAX_SPELLED:,} are made. Name fewer or shorter words."
        )
    return fitting


def _spell(row: Row, position: int, ids: Sequence[int]) -> list[tuple[_Step, int]]:
    """For each piece of a word at a mask: the pieces before it are given, it and those behind it are masked.

    That is the within-word left-to-right order of Kauf and Ivanova (2023, ACL). The logs of the pieces add up to the
    word's log-probability, given that the word has this many pieces.
    """
    before, mask, after = row.ids[:position], row.ids[position], row.ids[position + 1 :]
    return [
        (_Step((*before, *ids[:known], *(mask for _ in ids[known:]), *after), position + known), piece)
        for known, piece in enumerate(ids)
    ]
