"""Full distributions -> answers and agreements: ranked pieces, figures, candidates, and how alike two checkpoints are.

What is computed here cannot be rebuilt later from a stored top-k: a divergence of 0.90 bit reads 0.21 from five ranks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from pipelines.agreement import compare_lists
from pipelines.candidates import Together, score_candidate
from pipelines.distributions import Distribution, Question, distributions
from pipelines.fill_mask import LoadedCheckpoint
from pipelines.joint import fill_jointly
from pipelines.metrics import jensen_shannon_divergence
from pipelines.passes import Turn
from pipelines.prompts import PromptError
from pipelines.rows import Row, best
from pipelines.words import SharedWords, share_words
from storage.records import Agreement, Answer, AskedAnswer, Filling, Prediction, Refused, word_space

CHUNK = 64
"""Masks whose full distributions are held at once: 16 MB for each full-size checkpoint."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What several checkpoints said to several questions. Every question is in `answers` or in `refused`."""

    answers: tuple[AskedAnswer, ...]
    """By question, mask, checkpoint, in the orders given."""
    agreements: tuple[Agreement, ...]
    """By question, mask, and pair of checkpoints in the order given."""
    refused: tuple[Refused, ...]
    """Questions that one of the checkpoints cannot read; then none answers, since a comparison would be uneven."""
    fillings: tuple[Filling, ...] = ()
    """Of questions with several masks, where they were asked for jointly too."""


def fill(
    checkpoints: Sequence[LoadedCheckpoint],
    questions: Sequence[Question],
    top_k: int,
    *,
    jointly: bool = False,
    background: bool = False,
) -> Filled:
    """Ask every checkpoint every question.

    One chunk of questions goes through all checkpoints before the next one starts, so that their full distributions can
    be compared without being kept. Predictions and scores equal the fill-mask pipeline's (same ids, same order, scores
    within 1e-5); with several masks each position is filled marginally, as the pipeline does. `jointly` fills them together
    as well, which takes a pass of up to seven rows for each mask.

    `background` is for a batch: whatever it does waits while somebody's ask is on its way, though never for good. Without it
    this is an ask, and batches wait. Asks that come together share their passes.
    """
    with ExitStack() as stack:
        turns = {each: stack.enter_context(each.turn(background=background)) for each in {own.passes for own in checkpoints}}
        return _fill(checkpoints, questions, top_k, jointly, [turns[own.passes] for own in checkpoints])


def _fill(
    checkpoints: Sequence[LoadedCheckpoint],
    questions: Sequence[Question],
    top_k: int,
    jointly: bool,
    turns: Sequence[Turn],
) -> Filled:
    together = Together(
        words=share_words(*(each.words for each in checkpoints)), name=word_space(each.checkpoint for each in checkpoints)
    )
    pairs = {
        (a, b): share_words(checkpoints[a].words, checkpoints[b].words) for a, b in combinations(range(len(checkpoints)), 2)
    }
    answers: list[AskedAnswer] = []
    agreements: list[Agreement] = []
    refused: list[Refused] = []
    fillings: list[Filling] = []
    for chunk in _chunks(questions):
        readable, rows = _readable(checkpoints, chunk, refused)
        given = [
            distributions(checkpoint, readable, rows[number], turns[number]) for number, checkpoint in enumerate(checkpoints)
        ]
        joint = [
            fill_jointly(checkpoint, [each.prompt for each in readable], turn)
            for checkpoint, turn in zip(checkpoints, turns, strict=True)
            if jointly
        ]
        for position, question in enumerate(readable):
            for turn in turns:
                turn.give_way()
            here = [each[position] for each in given]
            told = [
                _answers(checkpoint, question, here[number], top_k, together, number)
                for number, checkpoint in enumerate(checkpoints)
            ]
            for mask_index in range(question.prompt.mask_count):
                answers += [
                    AskedAnswer(each[mask_index], here[number].latency_ms, reused=False, row_number=question.row_number)
                    for number, each in enumerate(told)
                ]
                agreements += [
                    _agreement(told[a][mask_index], told[b][mask_index], here[a], here[b], words)
                    for (a, b), words in pairs.items()
                ]
            for each in joint:
                fillings += each[position]
    return Filled(tuple(answers), tuple(agreements), tuple(refused), tuple(fillings))


def _chunks(questions: Sequence[Question]) -> Iterator[Sequence[Question]]:
    """In their order, with up to `CHUNK` masks each."""
    start = masks = 0
    for position, question in enumerate(questions):
        masks += question.prompt.mask_count
        if masks > CHUNK and position > start:
            yield questions[start:position]
            start, masks = position, question.prompt.mask_count
    yield questions[start:]


def _readable(
    checkpoints: Sequence[LoadedCheckpoint], questions: Sequence[Question], refused: list[Refused]
) -> tuple[list[Question], list[list[Row]]]:
    """The questions that all checkpoints can read, and their rows for each checkpoint."""
    encoded = [checkpoint.encode([each.prompt for each in questions]) for checkpoint in checkpoints]
    readable: list[Question] = []
    rows: list[list[Row]] = [[] for _ in checkpoints]
    for question, alternatives in zip(questions, zip(*encoded, strict=True), strict=True):
        problems = [each for each in alternatives if isinstance(each, PromptError)]
        if problems:
            refused.append(Refused(question.prompt.text, str(problems[0]), question.row_number))
            continue
        readable.append(question)
        for own, row in zip(rows, alternatives, strict=True):
            if isinstance(row, Row):
                own.append(row)
    return readable, rows


def _answers(
    checkpoint: LoadedCheckpoint, question: Question, given: Distribution, top_k: int, together: Together, number: int
) -> list[Answer]:
    """The answers to one question, one for each mask. Long sums are taken in float64."""
    p = given.probabilities
    # -sum p ln p, where ln p is a logit less its total. Measured from the highest logit, no two large numbers cancel.
    highest = given.logits.max(axis=-1, keepdims=True)
    entropy = given.log_totals - highest[:, 0] - (p * (given.logits - highest)).sum(axis=-1, dtype=np.float64)
    squares = (p * p).sum(axis=-1, dtype=np.float64)
    word_mass = p @ checkpoint.words.starts_word.astype(np.float32)
    on_shared = together.words.project(number, p) if question.words else ()
    answers = []
    for mask_index in range(question.prompt.mask_count):
        logits, log_total = given.logits[mask_index], float(given.log_totals[mask_index])
        lines = rank_pieces(checkpoint, logits, max(top_k, 2), log_total)
        answers.append(
            Answer(
                prompt=question.prompt,
                mask_index=mask_index,
                checkpoint=checkpoint.checkpoint,
                predictions=lines[:top_k],
                entropy=float(entropy[mask_index]),
                sum_p_squared=float(squares[mask_index]),
                top1_margin=float(logits[lines[0].token_id]) - float(logits[lines[1].token_id]),
                word_mass=float(word_mass[mask_index]),
                candidates=tuple(
                    score_candidate(checkpoint, word, mask_index, given, on_shared[mask_index], together)
                    for word in question.words
                ),
            )
        )
    return answers


def rank_pieces(
    checkpoint: LoadedCheckpoint, scores: NDArray[np.float32] | NDArray[np.float64], depth: int, log_total: float = 0.0
) -> tuple[Prediction, ...]:
    """The `depth` most probable pieces of one distribution, shape (vocabulary,); all of them where there are fewer.

    Scores less `log_total` are natural log-probabilities.
    """
    words = checkpoint.words
    return tuple(
        Prediction(
            rank=rank,
            token_id=i,
            piece=words.pieces[i],
            word=words.forms[i],
            starts_word=bool(words.starts_word[i]),
            logprob=float(scores[i]) - log_total,
        )
        for rank, i in enumerate(best(scores, depth), start=1)
    )


def _agreement(a: Answer, b: Answer, given_a: Distribution, given_b: Distribution, words: SharedWords) -> Agreement:
    at = slice(a.mask_index, a.mask_index + 1)
    on_a, on_b = words.project(0, given_a.probabilities[at]), words.project(1, given_b.probabilities[at])
    divergence = float(jensen_shannon_divergence(on_a, on_b)[0])
    coverage = (float(on_a[0, :-1].sum(dtype=np.float64)), float(on_b[0, :-1].sum(dtype=np.float64)))
    return compare_lists(a, b, divergence, coverage)
