"""The only writer. One run, or one chunk of a batch, is one transaction, and every append may be repeated safely."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from storage import lookup
from storage.answers import write_answers
from storage.database import Cursor, Database
from storage.drift import Drift, write_drifts
from storage.errors import StorageError
from storage.events import write_agreements, write_asks, write_expectations, write_refused
from storage.fillings import FillingKey, find_fillings, write_fillings
from storage.keys import checkpoint_ids, prompt_ids, word_ids
from storage.records import Agreement, Answer, Checkpoint, Comparison, Filling, Prompt, Run, RunStatus
from storage.staging import AnswerKey, distinct_answers, storable
from storage.vocabularies import is_known, write_vocabulary

AgreementKey = lookup.AgreementKey


class Log:
    """Every prompt asked and every answer given, in one file. Many threads may share one log."""

    def __init__(self, database: Database) -> None:
        self.database = database
        """For the functions of `storage.history`; everything that writes goes through this class."""

    @classmethod
    def open(cls, path: Path | None = None) -> Self:
        """Open the log at `path` (by default that of `storage.database.default_path`), or raise a StorageError."""
        return cls(Database.open(path))

    def close(self) -> None:
        """Free the file for other processes. Everything appended is already on disk."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def path(self) -> Path:
        return self.database.path

    @property
    def version(self) -> int:
        """Moves with every append: the key under which what was read may be cached."""
        return self.database.version

    def append(self, comparison: Comparison, drifts: Sequence[Drift] = ()) -> None:
        """Keep a comparison: when this returns, it survives a kill at any moment.

        The same run again adds nothing; another chunk of the same run adds its rows. An answer is kept once however often it
        is asked for: a deeper one replaces its predictions, a shallower one leaves them, computed figures fill missing ones,
        new candidates are added. A running run takes its end from the comparison; a run that has ended stays as it is.
        A comparison that a person asked not to log (`saved` is False) is not written. `drifts` are what a replay found, kept in
        the same transaction.
        """
        if not comparison.saved:
            return
        try:
            self.database.write(lambda cursor: write_comparison(cursor, comparison, drifts))
        except UnicodeEncodeError as error:
            raise StorageError(
                "A prompt with a lone surrogate is no text and was not saved.",
                key="prompt",
                value=storable(str(error.object)),
                remedy="Type it again.",
            ) from error

    def update_run(self, run: Run) -> None:
        """Say how far a run has come: status, end, label, author, options and environment are replaced."""
        self.database.write(lambda cursor: write_run(cursor, run, replace=True))

    def keep_vocabulary(self, tokenizer_sha256: str, words: Callable[[], Mapping[str, bool]]) -> None:
        """Keep what a tokenizer can say in one mask: each form with whether it can stand alone. Known already, nothing happens.

        The full vocabulary and not the words seen so far: it says which words two checkpoints could both have said. `words` is
        called where it is wanted.
        """
        if self.database.read(lambda cursor: is_known(cursor, tokenizer_sha256)):
            return
        now, sayable = naive_utc(datetime.now(UTC)), words()
        self.database.write(lambda cursor: write_vocabulary(cursor, tokenizer_sha256, sayable, now))

    def find_answers(self, prompts: Sequence[Prompt], checkpoints: Sequence[Checkpoint]) -> dict[AnswerKey, Answer]:
        """What is already known: by text of the prompt, mask index and identity of the checkpoint, with all candidates."""
        return self.database.read(lambda cursor: lookup.find_answers(cursor, prompts, checkpoints))

    def find_agreements(self, prompts: Sequence[Prompt], checkpoints: Sequence[Checkpoint]) -> dict[AgreementKey, Agreement]:
        """Known agreements, by text, mask index and the two identities in the order in which `checkpoints` names them."""
        return self.database.read(lambda cursor: lookup.find_agreements(cursor, prompts, checkpoints))

    def find_fillings(
        self, prompts: Sequence[Prompt], checkpoints: Sequence[Checkpoint]
    ) -> dict[FillingKey, tuple[Filling, ...]]:
        """Known joint fillings of prompts with several masks, by text and identity of the checkpoint."""
        return self.database.read(lambda cursor: find_fillings(cursor, prompts, checkpoints))


def naive_utc(moment: datetime) -> datetime:
    """As the log keeps a time: UTC without its zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def write_comparison(cursor: Cursor, comparison: Comparison, drifts: Sequence[Drift] = ()) -> None:
    """What `Log.append` does, inside a transaction of the writer."""
    now = naive_utc(datetime.now(UTC))
    write_run(cursor, comparison.run, replace=False)
    answers = distinct_answers(asked.answer for asked in comparison.answers)
    pairs = comparison.agreements
    checkpoints = checkpoint_ids(
        cursor,
        [
            *(answer.checkpoint for answer in answers.values()),
            *(checkpoint for pair in pairs for checkpoint in (pair.checkpoint_a, pair.checkpoint_b)),
            *(filling.checkpoint for filling in comparison.fillings),
        ],
        now,
    )
    prompts = prompt_ids(
        cursor,
        [
            *(answer.prompt for answer in answers.values()),
            *(pair.prompt for pair in pairs),
            *(filling.prompt for filling in comparison.fillings),
            *(expectation.prompt for expectation in comparison.expectations),
        ],
        now,
    )
    words = word_ids(
        cursor,
        {
            *(prediction.word for answer in answers.values() for prediction in answer.predictions),
            *(candidate.word for answer in answers.values() for candidate in answer.candidates),
            *(expectation.word for expectation in comparison.expectations),
        },
    )
    answer_ids = write_answers(cursor, answers, checkpoints, prompts, words, now)
    write_asks(cursor, comparison, answer_ids, _asked_at(comparison.run, now))
    write_agreements(cursor, pairs, checkpoints, prompts)
    write_expectations(cursor, comparison.expectations, prompts, words, now)
    write_fillings(cursor, comparison.fillings, checkpoints, prompts, now)
    write_refused(cursor, comparison)
    write_drifts(cursor, comparison.run.run_id, drifts)


def _asked_at(run: Run, now: datetime) -> datetime:
    """A chunk of a running batch was asked now; a run that is over, perhaps long ago, was asked when it was."""
    return now if run.status is RunStatus.RUNNING else naive_utc(run.finished_at or run.started_at)


def write_run(cursor: Cursor, run: Run, *, replace: bool) -> None:
    """Keep a run, inside a transaction. One that has ended stays as it is, unless it is to be replaced."""
    known = cursor.execute("SELECT status FROM run WHERE run_id = $1", [run.run_id]).fetchone()
    row = {
        "run_id": run.run_id,
        "kind": run.kind.value,
        "label": None if run.label is None else storable(run.label),
        "author": None if run.author is None else storable(run.author),
        "started_at": naive_utc(run.started_at),
        "finished_at": None if run.finished_at is None else naive_utc(run.finished_at),
        "status": run.status.value,
        "options": _json(run.options),
        "environment": _json(run.environment),
    }
    if known is None:
        cursor.execute(
            "INSERT INTO run VALUES ($run_id, $kind, $label, $author, $started_at, $finished_at, $status, $options,"
            " $environment)",
            row,
        )
    elif replace or (known[0] == RunStatus.RUNNING and run.status is not RunStatus.RUNNING):
        cursor.execute(
            "UPDATE run SET kind = $kind, label = $label, author = $author, started_at = $started_at,"
            " finished_at = $finished_at, status = $status, options = $options, environment = $environment"
            " WHERE run_id = $run_id",
            row,
        )


def _json(facts: Mapping[str, object]) -> str:
    return storable(json.dumps(dict(facts), ensure_ascii=False, default=str))
