"""The main job: one prompt, several checkpoints, every answer kept.

Logging belongs to this use case and not to a page, so that no way of asking can forget it. What the log already knows is
not computed again: an answer is a fact about a prompt, a mask and a checkpoint.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version

from pipelines.answers import fill
from pipelines.distributions import Question
from pipelines.errors import PipelineError
from pipelines.prompts import PromptError, printable, read_candidates, read_prompt
from pipelines.recall import remember
from pipelines.shelf import Shelf
from storage.errors import StorageError
from storage.log import Log
from storage.records import (
    MASK,
    Checkpoint,
    Comparison,
    Expectation,
    Prompt,
    Refused,
    Run,
    RunKind,
    RunStatus,
    word_space,
)
from storage.run_ids import new_run_id

MAX_TOP_K = 1_000
MAX_NAME = 200
"""Characters of a label or an author's name."""


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
    jointly: bool = True
    """Whether several masks are filled together, too."""


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
    check_options(request.checkpoints, request.top_k, label=request.label, author=request.author)
    candidates = read_candidates(request.candidates)
    keep = log if request.record else None
    try:
        prompt = read_prompt(request.text, own_masks=_own_masks(request.checkpoints, shelf))
        expected = _read_expected(request.expected, prompt)
        words = tuple(dict.fromkeys((*candidates, *(each.word for each in expected))))
        question = Question(prompt, words)
        known = [shelf.identify(name) for name in request.checkpoints]
        filled = None if keep is None else remember(question, known, keep, top_k=request.top_k, jointly=request.jointly)
        loaded = [shelf.get(name) for name in request.checkpoints] if filled is None else []
        if filled is None:
            # All of them run where one answer is missing: the divergence of two full distributions cannot be had from one
            # and a stored list.
            filled = fill(loaded, [question], request.top_k, jointly=request.jointly)
        if filled.refused:
            raise PromptError(filled.refused[0].problem)
    except PromptError as error:
        if keep is not None and request.text.strip():
            _keep_refused(request, error, started_at, keep)
        raise
    comparison = Comparison(
        run=_run(request, started_at, words, known, computed=any(not each.reused for each in filled.answers)),
        answers=filled.answers,
        agreements=filled.agreements,
        expectations=expected,
        fillings=filled.fillings,
        saved=keep is not None,
    )
    if keep is None:
        return AskReply(comparison)
    try:
        for each in loaded:
            keep.keep_vocabulary(each.checkpoint.tokenizer_sha256, each.words.sayable)
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


def write_expected(expectations: Sequence[Expectation], mask_count: int) -> str:
    """Expected words as a person would write them: what `read_expected` reads back.

    >>> prompt = Prompt("[MASK] is in [MASK].")
    >>> write_expected([Expectation(prompt, 0, "paris"), Expectation(prompt, 0, "lyon")], prompt.mask_count)
    'paris | lyon;'
    """
    by_mask = [[each.word for each in expectations if each.mask_index == mask] for mask in range(mask_count)]
    return "; ".join(" | ".join(words) for words in by_mask).rstrip(" ") if any(by_mask) else ""


def environment() -> Mapping[str, object]:
    """What computes the answers here, as it is stored with every run."""
    libraries = {name: version(name) for name in ("torch", "transformers", "tokenizers")}
    return {"dtype": "float32", "device": "cpu", "python": platform.python_version(), **libraries}


def check_options(checkpoints: Sequence[str], top_k: int, *, label: str | None, author: str | None) -> None:
    """Whether anything can be asked like this, whatever the prompt. Raises `AskError`."""
    if not 1 <= top_k <= MAX_TOP_K:
        raise AskError(f"top-k is {top_k:,}; ask for 1 to {MAX_TOP_K:,} predictions.")
    if not checkpoints:
        raise AskError("No checkpoint is chosen. Choose at least one.")
    if len(set(checkpoints)) < len(checkpoints):
        raise AskError("A checkpoint is named twice. Name each one once.")
    for what, text in (("label", label), ("author", author)):
        if text is not None and len(text) > MAX_NAME:
            raise AskError(f"The {what} has {len(text):,} characters; at most {MAX_NAME} are kept. Shorten it.")


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
    run = replace(_run(request, started_at), status=RunStatus.FAILED)
    try:
        log.append(Comparison(run=run, refused=(Refused(printable(request.text), str(error)),)))
    except StorageError as unsaved:
        raise PromptError(f"{error} It could not be kept in the history either: {unsaved}") from error


def _run(
    request: AskRequest,
    started_at: datetime,
    words: tuple[str, ...] = (),
    checkpoints: Sequence[Checkpoint] = (),
    *,
    computed: bool = False,
) -> Run:
    options: dict[str, object] = {
        "top_k": request.top_k,
        "checkpoints": list(request.checkpoints),
        "candidates": list(words),
        "word_space": word_space(checkpoints),
    }
    return Run(
        run_id=new_run_id(),
        kind=RunKind.ASK,
        started_at=started_at,
        finished_at=datetime.now(UTC),
        label=request.label or None,
        author=request.author or None,
        options=options,
        # Where everything came from the log, these libraries computed nothing.
        environment=environment() if computed else {},
    )


def _own_masks(names: Sequence[str], shelf: Shelf) -> tuple[str, ...]:
    """How the chosen checkpoints spell the mask themselves."""
    spellings = (shelf.mask_token(name) for name in names)
    return tuple(dict.fromkeys(each for each in spellings if each and each != MASK))
