"""From records to columns: what the writer hands to DuckDB in one piece, as Arrow.

Row by row DuckDB takes about a thousand inserts a second; as one Arrow table it takes millions of values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from storage.records import Answer, Candidate

IdentityKey = tuple[str, str, str, str, str]
AnswerKey = tuple[str, int, IdentityKey]
"""Text of the prompt, mask index, identity of the checkpoint."""


def stage(cursor: duckdb.DuckDBPyConnection, name: str, schema: pa.Schema, rows: Iterable[tuple[Any, ...]]) -> None:
    """Make rows readable as the table `name`, for this cursor only. Staging again under the same name replaces it."""
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(schema)
    stage_columns(cursor, name, schema, columns)


def stage_columns(cursor: duckdb.DuckDBPyConnection, name: str, schema: pa.Schema, columns: Iterable[Any]) -> None:
    """The same for what is already in columns."""
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    cursor.register(name, pa.table(arrays, schema=schema))


def storable(text: str) -> str:
    r"""A text that UTF-8 can hold: a lone surrogate becomes its escape, `\udc80`.

    Only refused prompts can carry one; they are kept so that a person sees what they gave.
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def text_sha256(text: str) -> str:
    """The key of a prompt, as `Prompt.text_sha256`."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def answer_key(answer: Answer) -> AnswerKey:
    """What makes an answer this one and no other."""
    return (answer.prompt.text, answer.mask_index, answer.checkpoint.identity)


def distinct_answers(answers: Iterable[Answer]) -> dict[AnswerKey, Answer]:
    """Each answer once, however many rows asked for it: the best list, the figures and candidates of all."""
    distinct: dict[AnswerKey, Answer] = {}
    for answer in answers:
        key = answer_key(answer)
        known = distinct.get(key)
        distinct[key] = answer if known is None or known == answer else merge(known, answer)
    return distinct


def worth(answer: Answer) -> tuple[bool, int]:
    """What makes one list of an answer better than another: that its scores are known, then its depth."""
    return (bool(answer.predictions) and answer.predictions[0].logprob is not None, answer.depth)


def merge(first: Answer, second: Answer) -> Answer:
    """Two givings of one answer as one. The figures go together: they come from one distribution."""
    figures = first if first.entropy is not None else second
    candidates: dict[tuple[str, str], Candidate] = {}
    for candidate in (*first.candidates, *second.candidates):
        candidates.setdefault((candidate.word, candidate.word_space), candidate)
    return Answer(
        prompt=first.prompt,
        mask_index=first.mask_index,
        checkpoint=first.checkpoint,
        predictions=first.predictions if worth(first) >= worth(second) else second.predictions,
        entropy=figures.entropy,
        sum_p_squared=figures.sum_p_squared,
        top1_margin=figures.top1_margin,
        word_mass=figures.word_mass,
        candidates=tuple(candidates.values()),
    )
