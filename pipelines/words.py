"""Pieces -> words: what each entry of a vocabulary stands for, and the words that several vocabularies share.

`pipelines.vocabulary` makes the map by probing a tokenizer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from storage.records import MASK

if TYPE_CHECKING:
    from tokenizers import Tokenizer


Float = TypeVar("Float", np.float32, np.float64)


class PieceKind(StrEnum):
    """What a piece can be in a text."""

    WORD = "word"
    """It starts a word."""
    PUNCTUATION = "punctuation"
    """Punctuation or a sign without a word mark: it stands for itself."""
    CONTINUATION = "continuation"
    """It goes on with the word before it."""
    SPACE = "space"
    """A space mark of its own: the next piece begins a word."""
    SPECIAL = "special"
    """A control piece or a placeholder that no text contains."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a text as a tokenizer cut it."""

    text: str
    kind: PieceKind
    known: bool = True
    """False where the tokenizer wrote its unknown piece instead."""


@dataclass(frozen=True, slots=True, eq=False)
class WordMap:
    """The vocabulary of one tokenizer, read as words. All sequences are indexed by token id; equal only to itself."""

    tokenizer: Tokenizer = field(repr=False)
    pieces: tuple[str, ...] = field(repr=False)
    forms: tuple[str, ...] = field(repr=False)
    """The word each piece stands for; a continuation is written `##ing`."""
    kinds: tuple[PieceKind, ...] = field(repr=False)
    starts_word: NDArray[np.float64] = field(repr=False)
    """Shape (vocabulary,): 1 for words and punctuation, the pieces that can stand alone, else 0."""
    ids: Mapping[str, tuple[int, ...]] = field(repr=False)
    """Word form -> the ids that stand for it; only forms that can stand alone."""
    anchor: str
    """The word behind which pieces were probed."""
    mask_token: str
    unknown_id: int | None

    def count(self, kind: PieceKind) -> int:
        """How many pieces are of one kind."""
        return self.kinds.count(kind)

    def sayable(self) -> Mapping[str, bool]:
        """Every form that one piece can put into a text, a continuation as `##ing`, with whether it can stand alone."""
        said: dict[str, bool] = {}
        for form, kind in zip(self.forms, self.kinds, strict=True):
            if kind is not PieceKind.SPECIAL and form:
                said[form] = said.get(form, False) or kind in (PieceKind.WORD, PieceKind.PUNCTUATION)
        return said

    def says(self, form: str) -> bool:
        """Whether one piece can put this form into a text; a continuation is written `##ing`."""
        return form in self.ids or form in self.forms

    def fold(self, word: str) -> str:
        """The word as this tokenizer spells it: case and accents folded where it folds them."""
        normalizer = self.tokenizer.normalizer
        folded = (normalizer.normalize_str(word) if normalizer is not None else word).strip()
        # Some normalizers put the word mark in front; a mark that the person typed stays.
        return (folded if "▁" in word else folded.strip("▁")) or word

    def word_ids(self, word: str) -> tuple[int, ...]:
        """The ids that stand for a whole word: ALBERT's `▁cat` for "cat", never the word-internal `cat`. May be empty."""
        return self.ids.get(self.fold(word), ())

    def word_pieces(self, word: str) -> tuple[int, ...]:
        """The ids a word is cut into where it stands behind another word; empty where a part of it cannot be said.

        A control piece such as `[SEP]` is no part of any word.
        """
        before = self.tokenizer.encode(self.anchor, add_special_tokens=False).ids
        ids = self.tokenizer.encode(f"{self.anchor} {word}", add_special_tokens=False).ids
        if ids[: len(before)] != before:
            return ()
        rest = tuple(ids[len(before) :])
        sayable = self.unknown_id not in rest and all(self.kinds[i] is not PieceKind.SPECIAL for i in rest)
        return rest if sayable else ()

    def cut(self, text: str) -> tuple[Piece, ...]:
        """How the tokenizer cuts a prompt in the canonical spelling, without the control pieces around it."""
        encoding = self.tokenizer.encode(text.replace(MASK, self.mask_token), add_special_tokens=False)
        return tuple(Piece(self.pieces[i].strip(), self.kinds[i], i != self.unknown_id) for i in encoding.ids)

    def pipeline_target(self, word: str) -> str:
        """The piece that the fill-mask pipeline's `targets=` would score: the raw entry, else the first piece of the cut.

        In ALBERT the raw entry `cat` is word-internal, so the pipeline answers another question than the one asked.
        """
        if (token_id := self.tokenizer.token_to_id(word)) is not None:
            return self.pieces[token_id]
        ids = self.tokenizer.encode(word, add_special_tokens=False).ids
        return self.pieces[ids[0]] if ids else ""


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Pieces of one vocabulary that stand for shared words, at most one of each word."""

    words: NDArray[np.int64] = field(repr=False)
    ids: NDArray[np.int64] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class SharedWords:
    """The words that every one of several vocabularies can say, and where each piece of each vocabulary falls."""

    number: Mapping[str, int] = field(repr=False)
    """Word -> its bucket, in the order of the alphabet. The bucket behind the last word, `len(number)`, is OTHER."""
    bucket_of: tuple[NDArray[np.int64], ...] = field(repr=False)
    """For each vocabulary an array of shape (vocabulary,): the number of the word a piece stands for, or OTHER."""
    others: tuple[NDArray[np.int64], ...] = field(repr=False)
    """For each vocabulary the pieces that fall into OTHER."""

    pieces_of: tuple[tuple[Pieces, ...], ...] = field(repr=False)
    """For each vocabulary the first piece of every word, then the second one of those that have two, and so on."""

    def project(self, vocabulary: int, probabilities: NDArray[Float]) -> NDArray[Float]:
        """Probabilities over pieces -> over the shared words and OTHER: (masks, vocabulary) -> (masks, words + 1)."""
        (first, *further), others = self.pieces_of[vocabulary], self.others[vocabulary]
        projected = np.empty((len(probabilities), len(self.number) + 1), dtype=probabilities.dtype)
        for row, given in zip(projected, probabilities, strict=True):
            row[:-1] = given[first.ids]
            for more in further:
                row[more.words] += given[more.ids]
            row[-1] = given[others].sum(dtype=np.float64)
        return projected


@lru_cache(maxsize=64)
def share_words(*maps: WordMap) -> SharedWords:
    """The shared word space of one or more vocabularies. Remembered: it takes 10 ms for two of 30,000 pieces."""
    common = set.intersection(*(set(each.ids) for each in maps))
    number = {word: position for position, word in enumerate(sorted(common))}
    other = len(number)
    buckets = tuple(
        np.array(
            [number.get(form, other) if alone else other for form, alone in zip(each.forms, each.starts_word, strict=True)],
            dtype=np.int64,
        )
        for each in maps
    )
    return SharedWords(
        number=number,
        bucket_of=buckets,
        pieces_of=tuple(_pieces(each, other) for each in buckets),
        others=tuple(np.flatnonzero(each == other) for each in buckets),
    )


def _pieces(buckets: NDArray[np.int64], other: int) -> tuple[Pieces, ...]:
    """The pieces of the shared words, no word twice in one item, so that each can be added at once."""
    ids = np.flatnonzero(buckets != other)
    ids = ids[np.argsort(buckets[ids], kind="stable")]
    words = buckets[ids]
    _, starts, counts = np.unique(words, return_index=True, return_counts=True)
    place = np.arange(len(ids)) - np.repeat(starts, counts)
    return tuple(Pieces(words[place == turn], ids[place == turn]) for turn in range(max(counts, default=1)))
