"""Full distributions -> answers and agreements: ranked pieces, figures, candidates, and how alike two checkpoints are.

What is computed here cannot be rebuilt later from a stored top-k: a divergence of 0.90 bit reads 0.21 from five ranks.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from pipelines.agreement import compare_lists
from pipelines.fill_mask import LoadedCheckpoint, PromptTooLong, Row
from pipelines.joint import fill_jointly
from pipelines.metrics import jensen_shannon_divergence
from pipelines.words import SharedWords, share_words
from storage.records import Agreement, Answer, AskedAnswer, Candidate, Filling, Prediction, Prompt, Refused

CHUNK = 64
"""Prompts whose full distributions are held at once: about 16 MB for each full-size checkpoint."""


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt and the words to score at each of its masks."""

    prompt: Prompt
    words: tuple[str, ...] = ()
    row_number: int = 0


@dataclass(frozen=True, slots=True)
class Filled:
    """What several checkpoints said to several questions. Every question is in `answers` or in `refused`."""

    answers: tuple[AskedAnswer, ...]
    """By question, mask, checkpoint, in the orders given."""
    agreements: tuple[Agreement, ...]
    """For each pair of checkpoints, in the order given."""
    refused: tuple[Refused, ...]
    """Questions that one of the checkpoints cannot read; then none answers, since a comparison would be uneven."""
    fillings: tuple[Filling, ...] = ()
    """Of questions with several masks, where they were asked for jointly too."""


@dataclass(frozen=True, slots=True)
class _Distribution:
    """What one checkpoint gave to one question."""

    logprobs: NDArray[np.float64] = field(repr=False)
    """Shape (masks, vocabulary)."""
    probabilities: NDArray[np.float64] = field(repr=False)
    latency_ms: float
    long_words: dict[str, tuple[float, ...]]
    """Words of several pieces -> their log-probability at each mask."""


def fill(
    checkpoints: Sequence[LoadedCheckpoint], questions: Sequence[Question], top_k: int, *, jointly: bool = False
) -> Filled:
    """Ask every checkpoint every question.

    One chunk of questions goes through all checkpoints before the next one starts, so that their full distributions can
    be compared without being kept. Predictions and scores equal the fill-mask pipeline's (same ids, same order, scores
    within 1e-5); with several masks each position is filled marginally, as the pipeline does. `jointly` fills them together
    as well, which takes about three passes for each mask.
    """
    shared = share_words(*(each.words for each in checkpoints))
    pairs = {
        (a, b): share_words(checkpoints[a].words, checkpoints[b].words) for a, b in combinations(range(len(checkpoints)), 2)
    }
    answers: list[AskedAnswer] = []
    agreements: list[Agreement] = []
    refused: list[Refused] = []
    fillings: list[Filling] = []
    for start in range(0, len(questions), CHUNK):
        readable, rows = _readable(checkpoints, questions[start : start + CHUNK], refused)
        given = [_distributions(checkpoint, readable, rows[number]) for number, checkpoint in enumerate(checkpoints)]
        for position, question in enumerate(readable):
            here = [each[position] for each in given]
            told = [
                _answers(checkpoint, question, here[number], top_k, shared, number)
                for number, checkpoint in enumerate(checkpoints)
            ]
            for mask_index in range(question.prompt.mask_count):
                answers += [
                    AskedAnswer(each[mask_index], here[number].latency_ms, reused=False, row_number=question.row_number)
                    for number, each in enumerate(told)
                ]
            agreements += [
                agreement
                for (a, b), words in pairs.items()
                for agreement in _agreements(told[a], told[b], here[a], here[b], words)
            ]
            if jointly:
                fillings += [each for checkpoint in checkpoints for each in fill_jointly(checkpoint, question.prompt)]
    return Filled(tuple(answers), tuple(agreements), tuple(refused), tuple(fillings))


def _readable(
    checkpoints: Sequence[LoadedCheckpoint], questions: Sequence[Question], refused: list[Refused]
) -> tuple[list[Question], list[list[Row]]]:
    """The questions that all checkpoints can read, and their rows for each checkpoint."""
    encoded = [checkpoint.encode([each.prompt for each in questions]) for checkpoint in checkpoints]
    readable: list[Question] = []
    rows: list[list[Row]] = [[] for _ in checkpoints]
    for question, alternatives in zip(questions, zip(*encoded, strict=True), strict=True):
        problems = [each for each in alternatives if isinstance(each, PromptTooLong)]
        if problems:
            refused.append(Refused(question.prompt.text, str(problems[0]), question.row_number))
            continue
        readable.append(question)
        for own, row in zip(rows, alternatives, strict=True):
            if isinstance(row, Row):
                own.append(row)
    return readable, rows


def _distributions(checkpoint: LoadedCheckpoint, questions: Sequence[Question], rows: Sequence[Row]) -> list[_Distribution]:
    """What the checkpoint gives to each question; the rows of all words of several pieces go through the same batches."""
    started = time.perf_counter()
    cuts = [_cut_long_words(checkpoint, question, row) for question, row in zip(questions, rows, strict=True)]
    extra = [
        spelled
        for row, long_words in zip(rows, cuts, strict=True)
        for ids in long_words.values()
        for position in row.positions
        for spelled in _spell(row, position, ids)
    ]
    scores = checkpoint.logprobs([*rows, *extra])
    spelled_scores = iter(scores[len(rows) :])
    elapsed = (time.perf_counter() - started) * 1000 / max(len(questions), 1)
    return [
        _Distribution(
            logprobs=logprobs,
            probabilities=np.exp(logprobs),
            latency_ms=elapsed,
            long_words={
                word: tuple(sum(float(next(spelled_scores)[0, 0]) for _ in ids) for _ in row.positions)
                for word, ids in long_words.items()
            },
        )
        for logprobs, row, long_words in zip(scores[: len(rows)], rows, cuts, strict=True)
    ]


def _cut_long_words(checkpoint: LoadedCheckpoint, question: Question, row: Row) -> dict[str, tuple[int, ...]]:
    """The question's words of several pieces that still fit into the checkpoint's positions."""
    cuts = {word: checkpoint.words.word_pieces(word) for word in question.words if not checkpoint.words.word_ids(word)}
    room = checkpoint.max_tokens - len(row.ids) + 1
    return {word: ids for word, ids in cuts.items() if 1 < len(ids) <= room}


def _spell(row: Row, position: int, ids: Sequence[int]) -> Iterator[Row]:
    """One row for each piece of a word at a mask: the pieces before it are given, it and those behind it are masked.

    That is the within-word left-to-right order of Kauf and Ivanova (2023, ACL). The logs of the pieces add up to the
    word's log-probability, given that the word has this many pieces.
    """
    mask = row.ids[position]
    for known, piece in enumerate(ids):
        middle = (*ids[:known], *(mask for _ in ids[known:]))
        yield Row((*row.ids[:position], *middle, *row.ids[position + 1 :]), (position + known,), piece)


def _answers(
    checkpoint: LoadedCheckpoint, question: Question, given: _Distribution, top_k: int, shared: SharedWords, number: int
) -> list[Answer]:
    """The answers to one question, one for each mask."""
    p = given.probabilities
    entropy = -np.sum(p * np.where(p > 0, given.logprobs, 0.0), axis=-1)
    squares = np.sum(p * p, axis=-1)
    word_mass = p @ checkpoint.words.starts_word
    on_shared = shared.project(number, p) if question.words else None
    return [
        Answer(
            prompt=question.prompt,
            mask_index=mask_index,
            checkpoint=checkpoint.checkpoint,
            predictions=(lines := _predictions(checkpoint, given.logprobs[mask_index], max(top_k, 2)))[:top_k],
            entropy=float(entropy[mask_index]),
            sum_p_squared=float(squares[mask_index]),
            top1_margin=lines[0].logprob - lines[1].logprob,
            word_mass=float(word_mass[mask_index]),
            candidates=tuple(
                _candidate(checkpoint, word, mask_index, given, None if on_shared is None else on_shared[mask_index], shared)
                for word in question.words
            ),
        )
        for mask_index in range(question.prompt.mask_count)
    ]


def _predictions(checkpoint: LoadedCheckpoint, logprobs: NDArray[np.float64], depth: int) -> tuple[Prediction, ...]:
    depth = min(depth, len(logprobs))
    best = np.argpartition(-logprobs, depth - 1)[:depth]
    # Ties go to the lower id, so that the same weights always give the same list.
    best = best[np.lexsort((best, -logprobs[best]))]
    words = checkpoint.words
    return tuple(
        Prediction(
            rank=rank,
            token_id=i,
            piece=words.pieces[i],
            word=words.forms[i],
            starts_word=bool(words.starts_word[i]),
            logprob=float(logprobs[i]),
        )
        for rank, i in enumerate(best.tolist(), start=1)
    )


def _candidate(
    checkpoint: LoadedCheckpoint,
    word: str,
    mask_index: int,
    given: _Distribution,
    on_shared: NDArray[np.float64] | None,
    shared: SharedWords,
) -> Candidate:
    words = checkpoint.words
    if ids := words.word_ids(word):
        scores = given.logprobs[mask_index]
        own = scores[list(ids)]
        return Candidate(
            word=word,
            pieces=(words.pieces[ids[int(np.argmax(own))]],),
            in_vocabulary=True,
            logprob=float(np.logaddexp.reduce(own)),
            rank=int(np.sum(scores > own.max())) + 1,
            rank_shared=_rank_shared(words.fold(word), on_shared, shared),
        )
    ids = words.word_pieces(word)
    if len(ids) == 1:
        # One piece that stands for no word of its own: a continuation that begins the word after a lone space mark.
        scores = given.logprobs[mask_index]
        rank = int(np.sum(scores > scores[ids[0]])) + 1
        return Candidate(word, (words.pieces[ids[0]],), True, float(scores[ids[0]]), rank, None)
    scored = given.long_words.get(word)
    pieces = tuple(words.pieces[i] for i in ids)
    return Candidate(word, pieces, bool(ids), None if scored is None else scored[mask_index], None, None)


def _rank_shared(form: str, on_shared: NDArray[np.float64] | None, shared: SharedWords) -> int | None:
    if on_shared is None or (position := shared.number.get(form)) is None:
        return None
    return int(np.sum(on_shared[:-1] > on_shared[position])) + 1


def _agreements(
    a: Sequence[Answer], b: Sequence[Answer], given_a: _Distribution, given_b: _Distribution, words: SharedWords
) -> Iterator[Agreement]:
    on_a, on_b = words.project(0, given_a.probabilities), words.project(1, given_b.probabilities)
    divergence = jensen_shannon_divergence(on_a, on_b)
    for mask_index, (answer_a, answer_b) in enumerate(zip(a, b, strict=True)):
        coverage = (float(1 - on_a[mask_index, -1]), float(1 - on_b[mask_index, -1]))
        yield compare_lists(answer_a, answer_b, float(divergence[mask_index]), coverage)
