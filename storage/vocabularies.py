"""What each tokenizer can say in one mask, kept once per tokenizer: what shared words and attainable overlaps are told from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pyarrow as pa

from storage.database import Cursor
from storage.keys import new_ids, word_ids
from storage.staging import stage

_WORDS = pa.schema([("word_id", pa.int64()), ("stands_alone", pa.bool_())])


def is_known(cursor: Cursor, tokenizer_sha256: str) -> bool:
    """Whether the vocabulary of a tokenizer is in the log."""
    found = cursor.execute("SELECT 1 FROM tokenizer WHERE tokenizer_sha256 = $1", [tokenizer_sha256]).fetchone()
    return found is not None


def write_vocabulary(cursor: Cursor, tokenizer_sha256: str, words: Mapping[str, bool], now: datetime) -> None:
    """Keep a vocabulary inside the writer's transaction; one that is there stays as it is.

    `words` are the forms of its pieces (a continuation is `##ing`), each with whether it can stand alone.
    """
    if is_known(cursor, tokenizer_sha256):
        return
    keys = word_ids(cursor, words)
    alone: dict[int, bool] = {}
    for word, stands_alone in words.items():
        alone[keys[word]] = alone.get(keys[word], False) or stands_alone
    (tokenizer_id,) = new_ids(cursor, "tokenizer_id_sequence", 1)
    cursor.execute("INSERT INTO tokenizer VALUES ($1, $2, $3, $4)", [tokenizer_id, tokenizer_sha256, len(alone), now])
    stage(cursor, "staged_vocabulary", _WORDS, alone.items())
    cursor.execute(
        "INSERT INTO vocabulary (tokenizer_id, word_id, stands_alone) SELECT $1, word_id, stands_alone FROM staged_vocabulary",
        [tokenizer_id],
    )
