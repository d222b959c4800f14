"""Comparisons made up for the tests: plausible in shape, decided by their arguments alone."""

from __future__ import annotations

import hashlib
import itertools
import math
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage.records import (
    Agreement,
    Answer,
    AskedAnswer,
    Candidate,
    Checkpoint,
    Comparison,
    FilledSlot,
    Filling,
    FillingOrder,
    Prediction,
    Prompt,
    Run,
    RunKind,
    RunStatus,
    word_space,
)

START = datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def checkpoint(name: str, *, weights: str = "first", tokenizer: str | None = None) -> Checkpoint:
    """A checkpoint whose hashes follow from its words."""
    family = name.split("-")[0]
    weights_sha256 = digest(name + weights)
    return Checkpoint(
        name=name,
        family=family,
        source="bundled",
        revision=weights_sha256,
        weights_sha256=weights_sha256,
        tokenizer_sha256=digest(tokenizer or family),
        parameters=4_400_000,
        vocabulary_size=8192,
    )


BERT = checkpoint("bert-mini")
DISTILBERT = checkpoint("distilbert-mini")
ALBERT = checkpoint("albert-mini")
TRIO = (BERT, DISTILBERT, ALBERT)


def run_id(number: int = 0) -> str:
    """A version 7 UUID: milliseconds, then something that differs."""
    milliseconds = int(START.timestamp() * 1000) + number
    tail = int(digest(str(number))[:18], 16)
    value = milliseconds << 80 | 7 << 76 | (tail >> 62 & 0xFFF) << 64 | 2 << 62 | tail & (1 << 62) - 1
    return str(uuid.UUID(int=value))


def prediction(tokenizer_sha256: str, token_id: int, rank: int) -> Prediction:
    """The same token of the same tokenizer is always the same piece."""
    starts_word = token_id % 5 != 0
    word = f"word{token_id}" if starts_word else f"##ing{token_id}"
    piece = f"\u2581word{token_id}" if tokenizer_sha256 == ALBERT.tokenizer_sha256 and starts_word else word
    return Prediction(rank, token_id, piece, word, starts_word, -2.5 - 0.25 * rank - token_id / 100_000)


def answer(
    text: str,
    by: Checkpoint,
    *,
    depth: int = 5,
    mask_index: int = 0,
    computed: bool = True,
    candidates: Iterable[str] = (),
    seed: int = 0,
) -> Answer:
    """What a checkpoint says: deeper is the same list, longer."""
    first = int(digest(f"{text} {by.name} {mask_index} {seed}")[:6], 16)
    tokens = [(first + 37 * rank) % 8000 for rank in range(1, depth + 1)]
    return Answer(
        prompt=Prompt(text),
        mask_index=mask_index,
        checkpoint=by,
        predictions=tuple(prediction(by.tokenizer_sha256, token, rank) for rank, token in enumerate(tokens, start=1)),
        entropy=2.5 + first % 7 / 10 if computed else None,
        sum_p_squared=0.125 if computed else None,
        top1_margin=0.25 if computed else None,
        word_mass=0.875 if computed else None,
        candidates=tuple(candidate(word) for word in candidates),
    )


def candidate(word: str) -> Candidate:
    """A word of one piece, unless it is long."""
    if len(word) > 6:
        return Candidate(word, (word[:6], "##" + word[6:]), True, -7.5, None, None)
    return Candidate(word, (word,), True, -math.pi, 12, 9)


def agreement(text: str, a: Checkpoint, b: Checkpoint, *, depth: int = 5, mask_index: int = 0) -> Agreement:
    """How alike two checkpoints are; the coverages differ, so that exchanging them shows."""
    return Agreement(
        prompt=Prompt(text),
        mask_index=mask_index,
        checkpoint_a=a,
        checkpoint_b=b,
        depth=depth,
        overlap=0.2 * (depth % 5 + 1),
        jaccard=0.25,
        rbo=0.5,
        jsd_shared=0.0625,
        coverage_a=0.9 if a.name < b.name else 0.7,
        coverage_b=0.7 if a.name < b.name else 0.9,
        top1_same=False,
    )


def fillings(text: str, by: Checkpoint) -> list[Filling]:
    """A way in each order to fill all masks together, and a second one of the beam; none for a single mask."""
    masks = range(text.count("[MASK]"))
    if len(masks) < 2:
        return []
    orders = [(order, 1) for order in FillingOrder] + [(FillingOrder.BEAM, 2)]
    return [
        Filling(
            Prompt(text),
            by,
            order,
            rank,
            tuple(FilledSlot(mask, 7 + mask, f"word{mask}", f"word{mask}", -0.5 * rank - mask) for mask in reversed(masks)),
        )
        for order, rank in orders
    ]


def run(number: int = 0, options: Mapping[str, object] | None = None) -> Run:
    started_at = START + timedelta(seconds=number)
    return Run(
        run_id=run_id(number),
        kind=RunKind.ASK,
        started_at=started_at,
        finished_at=started_at + timedelta(milliseconds=40),
        status=RunStatus.COMPLETE,
        options={"top_k": 5, "candidates": []} if options is None else options,
        environment={"dtype": "float32", "torch": "2.13.0"},
    )


def ask(
    text: str = "The capital of France is [MASK].",
    *,
    number: int = 0,
    checkpoints: Sequence[Checkpoint] = TRIO,
    depth: int = 5,
    candidates: Sequence[str] = (),
) -> Comparison:
    """One ask of one prompt, with all its masks and every pair compared."""
    masks = range(text.count("[MASK]"))
    answers = [
        AskedAnswer(answer(text, by, depth=depth, mask_index=mask, candidates=candidates), 12.5 + mask, reused=False)
        for mask in masks
        for by in checkpoints
    ]
    pairs = [
        agreement(text, a, b, depth=depth, mask_index=mask) for mask in masks for a, b in itertools.combinations(checkpoints, 2)
    ]
    asked = run(number, {"top_k": depth, "candidates": list(candidates)})
    together = [filling for by in checkpoints for filling in fillings(text, by)]
    return Comparison(run=asked, answers=tuple(answers), agreements=tuple(pairs), fillings=tuple(together))


def scored(comparison: Comparison, word: str) -> Comparison:
    """The same with a candidate in the word space of the three."""
    each = Candidate(word, (word,), True, -3.0, 4, 4, word_space(TRIO))
    answers = tuple(replace(a, answer=replace(a.answer, candidates=(each,))) for a in comparison.answers)
    return replace(comparison, answers=answers)


def batch(texts: Sequence[str], *, number: int = 0, depth: int = 20, checkpoints: Sequence[Checkpoint] = TRIO) -> Comparison:
    """A chunk of a running batch: one row per text."""
    answers = tuple(
        AskedAnswer(answer(text, by, depth=depth), 3.5, reused=False, row_number=row)
        for row, text in enumerate(texts, start=1)
        for by in checkpoints
    )
    running = replace(run(number, {"top_k": depth}), kind=RunKind.BATCH, status=RunStatus.RUNNING, finished_at=None)
    return Comparison(run=running, answers=answers)
