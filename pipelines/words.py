"""Pieces -> words: what each entry of a vocabulary stands for, and the words that two vocabularies share.

The map is made once per tokenizer by probing it, not by the name of the model: a piece starts a word when decoding it
behind another word puts a space between the two. That one rule reads WordPiece (`cat`, `##ing`), SentencePiece
(`▁cat`, `ing`) and byte-level BPE (`Ġcat`, `ing`) alike.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.errors import PipelineError
from storage.records import MASK

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CONTINUATION_MARK = "##"
"""How a continuation is written as a word form, whatever the tokenizer's own mark: `ing` of ALBERT becomes `##ing`."""

_PLACEHOLDER = re.compile(r"\[unused\d+\]|<unused\d+>")
_PROBES = ("the", "a", "of", "in", "1", "x")


class WordMapError(PipelineError):
    """A tokenizer whose pieces cannot be read as words, so that its answers could not be compared."""


class PieceKind(StrEnum):
    """What a piece can be in a text."""

    WORD = "word"
    """It starts a word."""
    PUNCTUATION = "punctuation"
    """Punctuation or a sign without a word mark: it stands for itself."""
    CONTINUATION = "continuation"
    """It goes on with the word before it."""
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

    def fold(self, word: str) -> str:
        """The word as this tokenizer spells it: case and accents folded where it folds them."""
        normalizer = self.tokenizer.normalizer
        folded = normalizer.normalize_str(word) if normalizer is not None else word
        return folded.strip("▁ ") or word

    def word_ids(self, word: str) -> tuple[int, ...]:
        """The ids that stand for a whole word: ALBERT's `▁cat` for "cat", never the word-internal `cat`. May be empty."""
        return self.ids.get(self.fold(word), ())

    def word_pieces(self, word: str) -> tuple[int, ...]:
        """The ids a word is cut into where it stands behind another word; empty where a part of it cannot be said."""
        before = self.tokenizer.encode(self.anchor, add_special_tokens=False).ids
        ids = self.tokenizer.encode(f"{self.anchor} {word}", add_special_tokens=False).ids
        if ids[: len(before)] != before:
            return ()
        rest = tuple(ids[len(before) :])
        return () if self.unknown_id in rest else rest

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


@dataclass(frozen=True, slots=True)
class SharedWords:
    """The words that every one of several vocabularies can say, and where each piece of each vocabulary falls."""

    number: Mapping[str, int] = field(repr=False)
    """Word -> its bucket, in the order of the alphabet. The bucket behind the last word, `len(number)`, is OTHER."""
    bucket_of: tuple[NDArray[np.int64], ...] = field(repr=False)
    """For each vocabulary an array of shape (vocabulary,): the number of the word a piece stands for, or OTHER."""

    def project(self, vocabulary: int, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities over pieces -> over the shared words and OTHER: (masks, vocabulary) -> (masks, words + 1)."""
        buckets = self.bucket_of[vocabulary]
        size = len(self.number) + 1
        return np.stack([np.bincount(buckets, weights=row, minlength=size) for row in probabilities])


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
    return SharedWords(number=number, bucket_of=buckets)


def read_tokenizer(folder: Path) -> WordMap:
    """The word map of a checkpoint folder that holds a `tokenizer.json`; needs neither torch nor the weights.

    Raises `WordMapError` where the file is absent, broken, or of a kind whose pieces cannot be read as words.
    """
    from tokenizers import Tokenizer

    file = folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:
        raise WordMapError(f"The tokenizer {file} cannot be read ({error}). Copy the checkpoint's folder again.") from error
    return read_words(tokenizer, _mask_token(folder, tokenizer))


def read_words(tokenizer: Tokenizer, mask_token: str, vocabulary_size: int | None = None) -> WordMap:
    """Probe a tokenizer. `vocabulary_size` is the model's, where its last layer is wider than the tokenizer.

    Raises `WordMapError` where no piece of it starts a word.
    """
    tokenizer = _plain_decoder(tokenizer)
    size = max(vocabulary_size or 0, tokenizer.get_vocab_size(with_added_tokens=True))
    pieces = tuple(tokenizer.id_to_token(i) or f"[unused{i}]" for i in range(size))
    special = {i for i, token in tokenizer.get_added_tokens_decoder().items() if token.special}
    special |= {i for i, piece in enumerate(pieces) if _PLACEHOLDER.fullmatch(piece)}
    anchor, anchor_id = _anchor(tokenizer)
    # Ids beyond the tokenizer are placeholders of the model's last layer; the decoder must not see them.
    decoded = tokenizer.decode_batch(
        [[anchor_id] if i in special else [anchor_id, i] for i in range(size)], skip_special_tokens=False
    )
    forms, kinds = [], []
    for i, (piece, text) in enumerate(zip(pieces, decoded, strict=True)):
        form, kind = (piece.strip(), PieceKind.SPECIAL) if i in special else _read_piece(piece, text.removeprefix(anchor))
        forms.append(form)
        kinds.append(kind)
    starts_word = np.array([kind in (PieceKind.WORD, PieceKind.PUNCTUATION) for kind in kinds], dtype=np.float64)
    ids: dict[str, list[int]] = {}
    for i in np.flatnonzero(starts_word).tolist():
        ids.setdefault(forms[i], []).append(i)
    if not ids or PieceKind.WORD not in kinds:
        raise WordMapError(
            "No piece of this tokenizer starts a word, so its answers cannot be compared word by word. Use a checkpoint "
            "with a WordPiece, SentencePiece or byte-level BPE tokenizer."
        )
    return WordMap(
        tokenizer=tokenizer,
        pieces=pieces,
        forms=tuple(forms),
        kinds=tuple(kinds),
        starts_word=starts_word,
        ids={form: tuple(members) for form, members in ids.items()},
        anchor=anchor,
        mask_token=mask_token,
        unknown_id=_unknown_id(tokenizer),
    )


def is_punctuation(text: str) -> bool:
    """Whether a text is made of punctuation and signs only."""
    return bool(text) and all(unicodedata.category(character)[0] in "PS" for character in text)


def _read_piece(piece: str, behind_anchor: str) -> tuple[str, PieceKind]:
    text = behind_anchor.strip()
    if not text or "\ufffd" in text:
        # A lone space mark, or bytes that are only a part of a character.
        return f"{CONTINUATION_MARK}{piece}", PieceKind.CONTINUATION
    if behind_anchor[0].isspace():
        return text, PieceKind.WORD
    if is_punctuation(text):
        return text, PieceKind.PUNCTUATION
    return f"{CONTINUATION_MARK}{text}", PieceKind.CONTINUATION


def _plain_decoder(tokenizer: Tokenizer) -> Tokenizer:
    """A copy whose decoder only joins: WordPiece's clean-up would hide the space in front of punctuation."""
    from tokenizers import Tokenizer as Backend

    description = json.loads(tokenizer.to_str())
    description["truncation"] = description["padding"] = None
    if (description.get("decoder") or {}).get("type") == "WordPiece":
        description["decoder"]["cleanup"] = False
    return Backend.from_str(json.dumps(description))


def _anchor(tokenizer: Tokenizer) -> tuple[str, int]:
    """A short word that is one piece and decodes to itself."""
    unknown = _unknown_id(tokenizer)
    for word in _PROBES:
        ids = tokenizer.encode(word, add_special_tokens=False).ids
        if len(ids) == 1 and ids[0] != unknown and tokenizer.decode(ids) == word:
            return word, ids[0]
    raise WordMapError(
        "This tokenizer cuts even the shortest English words apart, so its pieces cannot be read as words. Use a "
        "checkpoint with a vocabulary of words and word pieces."
    )


def _unknown_id(tokenizer: Tokenizer) -> int | None:
    model = json.loads(tokenizer.to_str())["model"]
    if (position := model.get("unk_id")) is not None:
        return int(position)
    return tokenizer.token_to_id(model["unk_token"]) if model.get("unk_token") else None


def _mask_token(folder: Path, tokenizer: Tokenizer) -> str:
    config = folder / "tokenizer_config.json"
    if config.is_file():
        entry = json.loads(config.read_text("utf-8")).get("mask_token")
        named = entry.get("content") if isinstance(entry, dict) else entry
        if isinstance(named, str):
            return named
    for token in tokenizer.get_added_tokens_decoder().values():
        if token.special and "mask" in token.content.lower():
            return str(token.content)
    raise WordMapError(f"The tokenizer in {folder} names no mask, so it cannot fill one. Use a masked language model.")
