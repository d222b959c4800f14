"""Filled sentences -> the prompt that they fill: the fill-mask pipeline of transformers returns them and not the prompt."""

from __future__ import annotations

import re
from collections.abc import Sequence

from storage.records import MASK

Filled = tuple[str, str]
"""A piece as it was decoded, and the sentence with that piece in place of the mask."""

_CONTROL = re.compile(r"^\s*(?:\[CLS\]|<s>)\s*|\s*(?:\[SEP\]|</s>)\s*$")
_MASKS = re.compile(r"\[MASK\]|<mask>")
_UNSPACED = re.compile(r"(?<=[^\W_]|\])\[MASK\]")


def holds_a_mask(sentence: str) -> bool:
    """Whether a filled sentence has further masks: with several masks the pipeline fills one at a time."""
    return _MASKS.search(sentence) is not None


def rebuild(lists: Sequence[Sequence[Filled]]) -> str | None:
    """The prompt of one or more masks, from the sentences that each mask's list holds; None where it cannot be told.

    It is what the tokenizer made of the prompt: an uncased one has lower case.

    >>> rebuild([[("paris", "it is paris."), ("rome", "it is rome.")]])
    'it is [MASK].'
    """
    rebuilt = {_rebuild_one(pairs, number, len(lists)) for number, pairs in enumerate(lists)}
    return rebuilt.pop() if len(rebuilt) == 1 else None


def _rebuild_one(pairs: Sequence[Filled], number: int, masks: int) -> str | None:
    known = [(piece.strip().removeprefix("##").lstrip("▁Ġ"), _cleaned(sentence)) for piece, sentence in pairs]
    known = [(piece, sentence) for piece, sentence in known if piece]
    if not known:
        return None
    piece, sentence = known[0]
    found = set()
    for place in re.finditer(re.escape(piece), sentence):
        before, after = sentence[: place.start()], sentence[place.end() :]
        fits = before.count(MASK) == number and after.count(MASK) == masks - 1 - number
        if fits and (longest := _longest_before(before.rstrip(), after, known)) is not None:
            found.add(longest + MASK + after)
    # ALBERT's tokenizer writes no space before a mask.
    return _UNSPACED.sub(f" {MASK}", found.pop()) if len(found) == 1 else None


def _longest_before(before: str, after: str, known: Sequence[Filled]) -> str | None:
    """What stands before the mask in all sentences, with the space that pieces which continue a word leave out."""
    beginnings = []
    for piece, sentence in known:
        beginning = sentence.removesuffix(after)
        if not sentence.endswith(after) or not beginning.endswith(piece):
            return None
        beginning = beginning.removesuffix(piece)
        if beginning.rstrip() != before:
            return None
        beginnings.append(beginning)
    return max(beginnings, key=len)


def _cleaned(sentence: str) -> str:
    return _MASKS.sub(MASK, _CONTROL.sub("", sentence))
