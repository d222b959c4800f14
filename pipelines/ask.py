"""The main job: one prompt, several checkpoints, every answer kept.

Logging belongs to this use case and not to a page, so that no way of asking can forget it. What the log already knows is
not computed again: an answer is a fact about a prompt, a mask and a checkpoint.
"""

from __future__ import annotations

import os
import platform
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import combinations

from pipelines.agreement import compare_again, cut_answer
from pipelines.answers import Filled, Question, fill
from pipelines.errors import PipelineError
from pipelines.prompts import PromptError, printable, read_candidates, read_prompt
from pipelines.shelf import Shelf
from storage.errors import StorageError
from storage.log import Log
from storage.records import (
    Agreement,
    Answer,
    AskedAnswer,
    Checkpoint,
    Comparison,
    Expectation,
    Filling,
    Prompt,
    Refused,
    Run,
    RunKind,
    RunStatus,
)

MAX_TOP_K = 1_000


class AskError(PipelineError):
    """A request that cannot be carried out whatever the prompt; the message says what to change."""


@dataclass(frozen=True, slots=True)
class AskRequest:
    """What a person asks."""

    text: str
    checkpoints: tuple[str, ...]
    """Names of the catalogue, in the order in which the answers are wanted."""
    top_k: int = 5
    candidates: tuple[str, ...] = ()
    """Words to score at every mask."""
    expected: tuple[tuple[str, ...], ...] = ()
    """For each mask, from the first, the words held to be right there."""
    label: str | None = None
    author: str | None = None
    record: bool = True
    """False leaves no trace in the log."""


@dataclass(frozen=True, slots=True)
class AskReply:
    """What came of it."""

    comparison: Comparison
    not_saved: str | None = None
    """Why the answers could not be kept although they should have been; they are in `comparison` all the same."""


def ask(request: AskRequest, shelf: Shelf, log: Log | None) -> AskReply:
    """Ask one prompt and keep every answer in one transaction.

    A prompt that cannot be read is kept as refused, with its reason, before the error goes on to the person; an empty one
    is not. Without a log, or with `record=False`, nothing is kept and nothing is looked up.

    Raises `PromptError`, `CandidateError`, `AskError`, `CheckpointError` and the other sentences of this layer.
    """
    started_at = datetime.now(UTC)
    _check(request)
    candidates = read_candidates(request.candidates)
    keep = log if request.record else None
    try:
        prompt = read_prompt(request.text)
        expected = _read_expected(request.expected, prompt)
        words = tuple(dict.fromkeys((*candidates, *(each.word for each in expected))))
        question = Question(prompt, words)
        known = [shelf.identify(name) for name in request.checkpoints]
        filled = None if keep is None else _remembered(question, known, request.top_k, keep)
        if filled is None:
            filled = _computed(question, request, shelf)
        if filled.refused:
            raise PromptError(filled.refused[0].problem)
    except PromptError as error:
        if keep is not None and request.text.strip():
            _keep_refused(request, error, started_at, keep)
        raise
    comparison = Comparison(
        run=_run(request, started_at, words),
        answers=filled.answers,
        agreements=filled.agreements,
        expectations=expected,
        fillings=filled.fillings,
        saved=keep is not None,
    )
    if keep is None:
        return AskReply(comparison)
    try:
        keep.append(comparison)
    except StorageError as error:
        return AskReply(replace(comparison, saved=False), not_saved=str(error))
    return AskReply(comparison)


def read_expected(text: str) -> tuple[tuple[str, ...], ...]:
    """Expected words as people write them: alternatives with `|`, masks with `;`.

    >>> read_expected("paris | Paris; france")
    (('paris', 'Paris'), ('france',))
    """
    if not text.strip():
        return ()
    return tuple(tuple(word.strip() for word in part.split("|") if word.strip()) for part in text.split(";"))


def new_run_id() -> str:
    """A UUID of version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then random, so that ids sort by time."""
    value = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return str(uuid.UUID(int=value))


def environment() -> Mapping[str, object]:
    """What computes the answers here, as it is stored with every run."""
    libraries = {name: version(name) for name in ("torch", "transformers", "tokenizers")}
    return {"dtype": "float32", "device": "cpu", "python": platform.python_version(), **libraries}


def _check(request: AskRequest) -> None:
    if not 1 <= request.top_k <= MAX_TOP_K:
        raise AskError(f"top-k is {request.top_k:,}; ask for 1 to {MAX_TOP_K:,} predictions.")
    if not request.checkpoints:
        raise AskError("No checkpoint is chosen. Choose at least one.")
    if len(set(request.checkpoints)) < len(request.checkpoints):
        raise AskError("A checkpoint is named twice. Name each one once.")


def _read_expected(expected: Sequence[Sequence[str]], prompt: Prompt) -> tuple[Expectation, ...]:
    if len(expected) > prompt.mask_count:
        raise AskError(
            f"Expected words are given for {len(expected)} masks, but the prompt has {prompt.mask_count}. "
            "Separate masks with ; and alternatives for one mask with |."
        )
    return tuple(
        Expectation(prompt, mask_index, word)
        for mask_index, alternatives in enumerate(expected)
        for word in read_candidates(tuple(alternatives))
    )


def _keep_refused(request: AskRequest, error: PromptError, started_at: datetime, log: Log) -> None:
    run = replace(_run(request, started_at, ()), status=RunStatus.FAILED)
    try:
        log.append(Comparison(run=run, refused=(Refused(printable(request.text), str(error)),)))
    except StorageError as unsaved:
        raise PromptError(f"{error} It could not be kept in the history either: {unsaved}") from error


def _run(request: AskRequest, started_at: datetime, words: tuple[str, ...]) -> Run:
    return Run(
        run_id=new_run_id(),
        kind=RunKind.ASK,
        started_at=started_at,
        finished_at=datetime.now(UTC),
        label=request.label or None,
        author=request.author or None,
        options={"top_k": request.top_k, "checkpoints": list(request.checkpoints), "candidates": list(words)},
        environment=environment(),
    )


def _remembered(question: Question, checkpoints: Sequence[Checkpoint], top_k: int, log: Log) -> Filled | None:
    """Everything that was asked, from the log; None where any part of it is not there in full."""
    started = time.perf_counter()
    prompt = question.prompt
    stored = log.find_answers([prompt], checkpoints)
    kept = log.find_agreements([prompt], checkpoints)
    answers: list[Answer] = []
    agreements: list[Agreement] = []
    for mask_index in range(prompt.mask_count):
        found = [stored.get((prompt.text, mask_index, each.identity)) for each in checkpoints]
        here = [
            cut_answer(each, top_k, question.words)
            for each in found
            if each is not None and _is_whole(each, top_k, question.words)
        ]
        if len(here) < len(checkpoints):
            return None
        answers += here
        for a, b in combinations(here, 2):
            agreement = kept.get((prompt.text, mask_index, a.checkpoint.identity, b.checkpoint.identity))
            if agreement is None or agreement.jsd_shared is None:
                return None
            agreements.append(compare_again(agreement, a, b))
    fillings: tuple[Filling, ...] = ()
    if prompt.mask_count > 1:
        filled = log.find_fillings([prompt], checkpoints)
        if len(filled) < len(checkpoints):
            return None
        fillings = tuple(filling for each in checkpoints for filling in filled[prompt.text, each.identity])
    elapsed = (time.perf_counter() - started) * 1000
    return Filled(tuple(AskedAnswer(each, elapsed, reused=True) for each in answers), tuple(agreements), (), fillings)


def _is_whole(answer: Answer, top_k: int, words: Sequence[str]) -> bool:
    """Whether a stored answer holds all that is asked. Imports know no full distribution, and so are not enough."""
    deep_enough = answer.depth >= min(top_k, answer.checkpoint.vocabulary_size)
    return answer.entropy is not None and deep_enough and set(words) <= {each.word for each in answer.candidates}


def _computed(question: Question, request: AskRequest, shelf: Shelf) -> Filled:
    """A fresh answer of every checkpoint. All of them run where one is missing: the divergence of two full distributions
    cannot be had from one and a stored list."""
    loaded = [shelf.get(name) for name in request.checkpoints]
    return fill(loaded, [question], request.top_k, jointly=True)
