"""A batch in the log: begun with all its rows, answered chunk by chunk. Each step is one transaction that may be repeated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from storage.database import Cursor, Database
from storage.errors import StorageError
from storage.events import write_expectations
from storage.keys import prompt_ids, word_ids
from storage.log import Log, naive_utc, write_comparison, write_run
from storage.lookup import asked_ids
from storage.pending import Gathered, PendingRow, is_running, settle, write_gathered
from storage.questions import question
from storage.records import Checkpoint, Comparison, Expectation, Prompt, Run, word_space
from storage.staging import stage, text_sha256

_WANTED = pa.schema(
    [
        ("position", pa.int32()),
        ("row_number", pa.int32()),
        ("text_sha256", pa.string()),
        ("mask_count", pa.int32()),
        ("words", pa.list_(pa.string())),
    ]
)
_ASKED_OF = pa.schema([("checkpoint_id", pa.int64()), ("place", pa.int32()), ("depth", pa.int32())])
_TAGS = pa.schema([("prompt_id", pa.int64()), ("text", pa.string())])


class BatchEnded(StorageError):
    """The batch was deleted, or ended by somebody else, while it was being answered."""

    def __init__(self, run_id: str) -> None:
        super().__init__(
            "This batch is not running any more: it was deleted or ended meanwhile.",
            key="run",
            value=run_id,
            remedy="What had been answered before is in the history.",
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What every row of a batch is asked."""

    checkpoints: tuple[Checkpoint, ...]
    top_k: int

    @property
    def word_space(self) -> str:
        """In which candidates are ranked among shared words."""
        return word_space(self.checkpoints)


def begin_batch(database: Database, run: Run, rows: Gathered) -> None:
    """Keep a run with everything that it has to ask, and what of it cannot be asked. Begun already, nothing happens."""

    def work(cursor: Cursor) -> None:
        if cursor.execute("SELECT 1 FROM run WHERE run_id = $1", [run.run_id]).fetchone() is None:
            write_run(cursor, run, replace=False)
            write_gathered(cursor, run.run_id, rows)

    database.write(work)


def answer_from_log(database: Database, run: Run, rows: Sequence[PendingRow], asked: Asked) -> frozenset[int]:
    """Answer what the log knows in full already, and return the positions of those rows. No list is read, only counted.

    Raises BatchEnded.
    """

    def work(cursor: Cursor) -> frozenset[int]:
        _require_running(cursor, run)
        known = asked_ids(cursor, asked.checkpoints)
        if len(known) < len(asked.checkpoints):
            return frozenset()
        started = datetime.now(UTC)
        stage(cursor, "wanted", _WANTED, [(r.position, r.row_number, *_key(r.text), list(r.words)) for r in rows])
        of = [(key, place, min(asked.top_k, each.vocabulary_size)) for place, (each, key) in enumerate(known.items())]
        stage(cursor, "asked_of", _ASKED_OF, of)
        found = cursor.execute(question("batch_known"), {"word_space": asked.word_space}).fetchall()
        if not found:
            return frozenset()
        positions = frozenset(position for (position,) in found)
        here = [row for row in rows if row.position in positions]
        stage(cursor, "whole", pa.schema([("position", pa.int32())]), found)
        latency = (datetime.now(UTC) - started).total_seconds() * 1000 / len(rows)
        cursor.execute(
            question("batch_reuse"), {"run_id": run.run_id, "at": naive_utc(datetime.now(UTC)), "latency_ms": latency}
        )
        _write_beside(cursor, run, here)
        settle(cursor, run.run_id, list(positions))
        return positions

    return database.write(work)


def keep_chunk(log: Log, comparison: Comparison, rows: Sequence[PendingRow]) -> None:
    """Keep the answers to these rows, and what of them was refused, and take the rows from what is left to ask.

    `comparison` is of the running batch, with a row number for each answer. Raises BatchEnded.
    """

    def work(cursor: Cursor) -> None:
        _require_running(cursor, comparison.run)
        write_comparison(cursor, comparison)
        answered = {asked.answer.prompt.text for asked in comparison.answers}
        _write_beside(cursor, comparison.run, [row for row in rows if row.text in answered])
        settle(cursor, comparison.run.run_id, [row.position for row in rows])

    log.database.write(work)


def _require_running(cursor: Cursor, run: Run) -> None:
    if not is_running(cursor, run.run_id):
        raise BatchEnded(run.run_id)


def _key(text: str) -> tuple[str, int]:
    return text_sha256(text), Prompt(text).mask_count


def _write_beside(cursor: Cursor, run: Run, rows: Sequence[PendingRow]) -> None:
    """What a file says beside its prompts: the words held to be right, and tags."""
    now = naive_utc(datetime.now(UTC))
    speaking = [row for row in rows if row.tag or any(row.expected)]
    if not speaking:
        return
    prompts = prompt_ids(cursor, [Prompt(row.text) for row in speaking], now)
    expected = [
        Expectation(Prompt(row.text), mask_index, word)
        for row in speaking
        for mask_index, words in enumerate(row.expected)
        for word in words
    ]
    if expected:
        write_expectations(cursor, expected, prompts, word_ids(cursor, {each.word for each in expected}), now)
    write_prompt_tags(cursor, {(row.text, row.tag): None for row in speaking if row.tag}, prompts, run.author, now)


def write_prompt_tags(
    cursor: Cursor, tags: Iterable[tuple[str, str]], prompts: Mapping[str, int], author: str | None, now: datetime
) -> None:
    """Put tags on prompts, by text and tag; a tag that is there already stays as it is."""
    rows = [(prompts[text], tag) for text, tag in tags]
    if rows:
        stage(cursor, "staged_tag", _TAGS, rows)
        cursor.execute(question("batch_tags"), {"author": author, "now": now})
