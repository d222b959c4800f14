"""Text that a person typed -> a `Prompt`, or an error that says how to mend it.

The spelling of prompts and words is `storage.spelling`'s, since imports are spelled by the same rules; here its refusals become
errors of this layer.
"""

from __future__ import annotations

from pipelines.errors import PipelineError
from storage.records import Prompt
from storage.spelling import (
    MAX_CHARACTERS,
    MAX_MASKS,
    MAX_WORD_CHARACTERS,
    Unspellable,
    printable,
    spell_prompt,
    spell_word,
)

__all__ = [
    "MAX_CANDIDATES",
    "MAX_CANDIDATE_CHARACTERS",
    "MAX_CHARACTERS",
    "MAX_MASKS",
    "CandidateError",
    "PromptError",
    "printable",
    "read_candidate",
    "read_candidates",
    "read_prompt",
]

MAX_CANDIDATE_CHARACTERS = MAX_WORD_CHARACTERS

MAX_CANDIDATES = 50


class PromptError(PipelineError):
    """A text that cannot be asked; the message says what to change."""


class CandidateError(PipelineError):
    """A candidate or expected word that cannot be scored; the message says what to change."""


def read_prompt(text: str, own_masks: tuple[str, ...] = ()) -> Prompt:
    """The prompt a text stands for, as `storage.spelling.spell_prompt` spells it.

    >>> read_prompt("The capital of France is ____.").text
    'The capital of France is [MASK].'

    Raises `PromptError` for an empty text, no mask, more than `MAX_MASKS`, more than `MAX_CHARACTERS`, NUL or other
    control characters, and lone surrogates.
    """
    try:
        return spell_prompt(text, own_masks)
    except Unspellable as error:
        raise PromptError(str(error)) from error


def read_candidate(text: str) -> str:
    """One candidate word as a person meant it, as `storage.spelling.spell_word` spells it.

    Raises `CandidateError` where it is empty, holds white space, a mask or control characters, or is longer than
    `MAX_CANDIDATE_CHARACTERS`. A word that no vocabulary holds is no error: it is scored as a row that says so.
    """
    try:
        return spell_word(text)
    except Unspellable as error:
        raise CandidateError(str(error)) from error


def read_candidates(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The distinct candidates in the order given. Raises `CandidateError`."""
    words = tuple(dict.fromkeys(read_candidate(text) for text in texts))
    if len(words) > MAX_CANDIDATES:
        raise CandidateError(f"{len(words)} candidates are named; at most {MAX_CANDIDATES} are scored. Remove some.")
    return words
