"""The integer keys of what a comparison names: looked up in one go, and made where they are missing.

Every function runs inside the writer's transaction. Nothing is remembered between transactions: the log is the only truth,
so a rolled back transaction leaves nothing to take back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import duckdb
import pyarrow as pa

from storage.records import Checkpoint, Prompt
from storage.staging import IdentityKey, stage, storable, text_sha256

Cursor = duckdb.DuckDBPyConnection

_PROMPTS = pa.schema(
    [("prompt_id", pa.int64()), ("text", pa.string()), ("mask_count", pa.int32()), ("text_sha256", pa.string())]
)
_WORDS = pa.schema([("word_id", pa.int64()), ("text", pa.string())])
_PIECES = pa.schema(
    [
        ("number", pa.int64()),
        ("tokenizer_sha256", pa.string()),
        ("token_id", pa.int64()),
        ("piece", pa.string()),
        ("word_id", pa.int64()),
        ("starts_word", pa.bool_()),
    ]
)


PieceDescription = tuple[str, int, str, str, bool]
"""Tokenizer sha256, token id, piece, word, starts_word."""


def new_ids(cursor: Cursor, sequence: str, count: int) -> list[int]:
    """The next `count` numbers of a sequence."""
    return [number for (number,) in cursor.execute("SELECT nextval($1) FROM range($2)", [sequence, count]).fetchall()]


def checkpoint_ids(cursor: Cursor, checkpoints: Iterable[Checkpoint], now: datetime) -> dict[IdentityKey, int]:
    """Keys of the checkpoints, by identity."""
    known: dict[IdentityKey, int] = {
        (name, source, revision, weights, tokenizer): checkpoint_id
        for checkpoint_id, name, source, revision, weights, tokenizer in cursor.execute(
            "SELECT checkpoint_id, name, source, revision, weights_sha256, tokenizer_sha256 FROM checkpoint"
        ).fetchall()
    }
    for checkpoint in checkpoints:
        if checkpoint.identity in known:
            continue
        (known[checkpoint.identity],) = new_ids(cursor, "checkpoint_id_sequence", 1)
        cursor.execute(
            "INSERT INTO checkpoint VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            [
                known[checkpoint.identity],
                checkpoint.name,
                checkpoint.family,
                checkpoint.source,
                checkpoint.revision,
                checkpoint.weights_sha256,
                checkpoint.tokenizer_sha256,
                checkpoint.parameters,
                checkpoint.vocabulary_size,
                now,
            ],
        )
    return known


def prompt_ids(cursor: Cursor, prompts: Iterable[Prompt], now: datetime) -> dict[str, int]:
    """Keys of the prompts, by text."""
    texts = {text_sha256(prompt.text): prompt for prompt in prompts}
    stage(cursor, "staged_prompt", _PROMPTS, [(None, p.text, p.mask_count, digest) for digest, p in texts.items()])
    found = cursor.execute(
        "SELECT prompt.text_sha256, prompt.prompt_id FROM prompt SEMI JOIN staged_prompt USING (text_sha256)"
    ).fetchall()
    keys = {texts[digest].text: prompt_id for digest, prompt_id in found}
    missing = [(prompt, digest) for digest, prompt in texts.items() if prompt.text not in keys]
    if missing:
        ids = new_ids(cursor, "prompt_id_sequence", len(missing))
        rows = [(i, p.text, p.mask_count, digest) for i, (p, digest) in zip(ids, missing, strict=True)]
        stage(cursor, "staged_prompt", _PROMPTS, rows)
        cursor.execute(
            "INSERT INTO prompt (prompt_id, text, mask_count, text_sha256, created_at)"
            " SELECT prompt_id, text, mask_count, text_sha256, $1 FROM staged_prompt",
            [now],
        )
        keys.update({prompt.text: i for i, (prompt, _) in zip(ids, missing, strict=True)})
    return keys


def word_ids(cursor: Cursor, words: Iterable[str]) -> dict[str, int]:
    """Keys of the words, by word."""
    spelled = {word: storable(word) for word in words}
    texts = list(dict.fromkeys(spelled.values()))
    stage(cursor, "staged_word", _WORDS, [(None, text) for text in texts])
    keys: dict[str, int] = dict(
        cursor.execute("SELECT word.text, word.word_id FROM word SEMI JOIN staged_word USING (text)").fetchall()
    )
    missing = [text for text in texts if text not in keys]
    if missing:
        rows = list(zip(new_ids(cursor, "word_id_sequence", len(missing)), missing, strict=True))
        stage(cursor, "staged_word", _WORDS, rows)
        cursor.execute("INSERT INTO word (word_id, text) SELECT word_id, text FROM staged_word")
        keys.update({text: word_id for word_id, text in rows})
    return {word: keys[text] for word, text in spelled.items()}


def piece_ids(
    cursor: Cursor, descriptions: Iterable[PieceDescription], words: Mapping[str, int]
) -> dict[PieceDescription, int]:
    """Keys of the pieces, by description; `words` holds the key of every word among them."""
    numbered = list(descriptions)
    rows = [(n, sha, token, piece, words[word], starts) for n, (sha, token, piece, word, starts) in enumerate(numbered)]
    stage(cursor, "staged_piece", _PIECES, rows)
    ids: dict[int, int] = dict(
        cursor.execute(
            "SELECT number, piece_id FROM staged_piece"
            " JOIN piece USING (tokenizer_sha256, token_id, piece, word_id, starts_word)"
        ).fetchall()
    )
    if len(ids) < len(rows):
        missing = [row for row in rows if row[0] not in ids]
        made = new_ids(cursor, "piece_id_sequence", len(missing))
        stage(cursor, "staged_piece", _PIECES, [(i, *row[1:]) for i, row in zip(made, missing, strict=True)])
        cursor.execute(
            "INSERT INTO piece (piece_id, tokenizer_sha256, token_id, piece, word_id, starts_word)"
            " SELECT number, tokenizer_sha256, token_id, piece, word_id, starts_word FROM staged_piece"
        )
        ids.update(zip((row[0] for row in missing), made, strict=True))
    return {description: ids[n] for n, description in enumerate(numbered)}
