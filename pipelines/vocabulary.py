"""A tokenizer -> its vocabulary read as words, by probing it and not by the name of the model.

A piece starts a word when decoding it behind another word puts a space between the two. That one rule reads WordPiece
(`cat`, `##ing`), SentencePiece (`▁cat`, `ing`) and byte-level BPE (`Ġcat`, `ing`) alike.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.errors import PipelineError
from pipelines.words import PieceKind, WordMap

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CONTINUATION_MARK = "##"
"""How a continuation is written as a word form, whatever the tokenizer's own mark: `ing` of ALBERT becomes `##ing`."""

_PLACEHOLDER = re.compile(r"\[unused\d+\]|<unused\d+>")
_PROBES = ("the", "a", "of", "in", "1", "x")


class WordMapError(PipelineError):
    """A tokenizer whose pieces cannot be read as words, so that its answers could not be compared."""


def read_tokenizer(folder: Path) -> WordMap:
    """The word map of a checkpoint folder that holds a `tokenizer.json`; needs neither torch nor the weights.

    Raises `WordMapError` where the file is absent, broken, or of a kind whose pieces cannot be read as words.
    """
    from tokenizers import Tokenizer

    file = folder / "tokenizer.json"
    try:
        tokenizer = _as_configured(Tokenizer.from_file(str(file)), folder)
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
    before = tokenizer.decode([anchor_id])
    # Ids beyond the tokenizer are placeholders of the model's last layer; the decoder must not see them.
    decoded = tokenizer.decode_batch(
        [[anchor_id] if i in special else [anchor_id, i] for i in range(size)], skip_special_tokens=False
    )
    forms, kinds = [], []
    for i, (piece, text) in enumerate(zip(pieces, decoded, strict=True)):
        form, kind = (piece.strip(), PieceKind.SPECIAL) if i in special else _read_piece(piece, text.removeprefix(before))
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
    if behind_anchor and not text:
        return piece, PieceKind.SPACE
    if not text or "\ufffd" in text:
        # Bytes that are only a part of a character.
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
        if len(ids) == 1 and ids[0] != unknown and tokenizer.decode(ids).strip() == word:
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
    if (named := read_mask_token(folder)) is not None:
        return named
    for token in tokenizer.get_added_tokens_decoder().values():
        if token.special and "mask" in token.content.lower():
            return str(token.content)
    raise WordMapError(f"The tokenizer in {folder} names no mask, so it cannot fill one. Use a masked language model.")


def read_mask_token(folder: Path) -> str | None:
    """The mask as the checkpoint in a folder spells it, or None where its configuration does not say."""
    entry = _configuration(folder).get("mask_token")
    named = entry.get("content") if isinstance(entry, dict) else entry
    return named if isinstance(named, str) else None


def _as_configured(tokenizer: Tokenizer, folder: Path) -> Tokenizer:
    """With the folding that tokenizer_config.json asks for: transformers obeys it over what tokenizer.json says."""
    from tokenizers import Tokenizer as Backend

    lower = _configuration(folder).get("do_lower_case")
    description = json.loads(tokenizer.to_str())
    normalizer = description.get("normalizer") or {}
    if normalizer.get("type") != "BertNormalizer" or not isinstance(lower, bool) or normalizer["lowercase"] == lower:
        return tokenizer
    normalizer["lowercase"] = lower
    return Backend.from_str(json.dumps(description))


def _configuration(folder: Path) -> dict[str, Any]:
    file = folder / "tokenizer_config.json"
    read: Any = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return read if isinstance(read, dict) else {}
