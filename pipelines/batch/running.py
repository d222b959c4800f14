"""Answering a batch: chunk by chunk, each kept before the next begins, so that it may be stopped or killed at any moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice

from pipelines.answers import Filled, fill
from pipelines.ask import environment
from pipelines.batch.errors import BatchLeft, BatchProblem
from pipelines.batch.progress import BatchProgress, OnProgress
from pipelines.batch.request import MEMORY_MB
from pipelines.distributions import Question
from pipelines.errors import PipelineError
from pipelines.fill_mask import LoadedCheckpoint
from pipelines.prompts import CandidateError, PromptError
from pipelines.shelf import Shelf
from storage.batches import Asked, BatchEnded, answer_from_log, keep_chunk
from storage.comparison import run_record
from storage.errors import StorageError
from storage.log import Log
from storage.pending import PendingRow, count_pending, read_pending
from storage.records import Checkpoint, Comparison, Prompt, Refused, Run, RunKind, RunStatus

BLOCK = 2_000
"""Rows that are read, and looked up in the log, at once. Doubles within a block are computed once."""
KEPT_MB = 64
"""Of the log, that DuckDB may keep in memory after a block, until it needs more again."""
FIRST_CHUNK, LARGEST_CHUNK = 16, 512
"""Prompts that are computed and kept at once: few in the beginning, so that a person soon sees it move."""
CHUNK_SECONDS = 1.0
"""A chunk grows until it takes half as long, and shrinks where it takes longer: Cancel and progress wait no longer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a stretch of a batch ended."""

    run_id: str
    status: RunStatus
    """Complete, or cancelled where `stop` was set; then it can be resumed."""
    n_rows: int
    n_done: int
    """In all stretches together."""
    n_here: int
    """In this stretch."""
    n_reused: int
    """Rows of this stretch that the log knew already."""
    seconds: float


@dataclass(slots=True)
class _Stretch:
    """One attempt at a batch."""

    run: Run
    n_rows: int
    n_before: int
    """Rows that earlier stretches have done."""
    on_progress: OnProgress | None
    n_here: int = 0
    n_reused: int = 0
    chunk: int = FIRST_CHUNK
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def tell(self, now: str = "") -> None:
        if self.on_progress is not None:
            done = self.n_before + self.n_here
            self.on_progress(BatchProgress(self.run.run_id, self.n_rows, done, self.n_here, self.n_reused, self.seconds, now))


def carry_out(
    run_id: str,
    *,
    shelf: Shelf,
    log: Log,
    on_progress: OnProgress | None = None,
    stop: threading.Event | None = None,
) -> Outcome:
    """Answer what is left of a batch. To resume one, call it again.

    What the log knows in full is asked again without a model; everything else is computed, in the background of people's
    asks. A prompt that a checkpoint cannot read becomes a refused row. Each chunk is one transaction that takes its rows from
    what is left, so nothing is lost and nothing answered twice, whatever ends the process.

    Raises `BatchProblem` where there is no such batch, it is complete, or its names stand for other weights now; what
    `Shelf.get` raises; and StorageError where the log cannot be written. The run is then failed, with the sentence in its
    option `problem`, or, where even that cannot be written, still said to run.
    """
    run = _begun(run_id, log)
    checkpoints = _as_before(run, shelf)
    n_rows, left = _whole_number(run.options.get("n_rows")), count_pending(log.database, run.run_id)
    stretch = _Stretch(run, n_rows, n_rows - left, on_progress)
    stretch.run = replace(run, status=RunStatus.RUNNING, finished_at=None, options=_without_problem(run))
    log.update_run(stretch.run)
    try:
        with log.database.within(MEMORY_MB):
            status = _answer(stretch, checkpoints, shelf, log, stop or threading.Event())
    except (BatchEnded, BatchLeft):
        raise
    except BaseException as error:
        cancelled = not isinstance(error, Exception)
        with suppress(StorageError):  # the sentence that follows says what is the matter with the log
            _end(stretch, RunStatus.CANCELLED if cancelled else RunStatus.FAILED, log, "" if cancelled else _said(error))
        raise
    _end(stretch, status, log)
    done = stretch.n_before + stretch.n_here
    return Outcome(run.run_id, status, n_rows, done, stretch.n_here, stretch.n_reused, stretch.seconds)


def give_up(run_id: str, log: Log) -> None:
    """Say of a batch that nobody answers, and that is still said to run, that it was cancelled. Raises StorageError."""
    run = run_record(log.database, run_id)
    if run is not None and run.status is RunStatus.RUNNING:
        log.update_run(replace(run, status=RunStatus.CANCELLED, finished_at=datetime.now(UTC)))


def _begun(run_id: str, log: Log) -> Run:
    run = run_record(log.database, run_id)
    if run is None or run.kind is not RunKind.BATCH:
        raise BatchProblem(f"There is no batch {run_id[:40]} in the history. Open History and look for it.")
    if run.status is RunStatus.COMPLETE:
        raise BatchProblem("This batch is complete. Ask its file anew to have it answered again.")
    return run


def _as_before(run: Run, shelf: Shelf) -> tuple[Checkpoint, ...]:
    """The weights that the batch was begun with. Half of it answered by others would be compared with itself."""
    kept = run.options.get("identities")
    identities = kept if isinstance(kept, dict) else {}
    found = tuple(shelf.identify(str(name)) for name in identities)
    if not found:
        raise BatchProblem("This run does not say which checkpoints it asks, so it cannot be resumed. Ask its file anew.")
    for each in found:
        if list(each.identity) != list(identities[each.name]):
            raise BatchProblem(
                f"{each.name} stands for other weights now than when this batch was begun. Put the former ones back and resume "
                "it, or ask the file anew."
            )
    return found


def _answer(stretch: _Stretch, checkpoints: tuple[Checkpoint, ...], shelf: Shelf, log: Log, stop: threading.Event) -> RunStatus:
    top_k = _whole_number(stretch.run.options.get("top_k")) or 5
    loaded: list[LoadedCheckpoint] = []
    stretch.tell()
    while rows := read_pending(log.database, stretch.run.run_id, BLOCK):
        if stop.is_set():
            return RunStatus.CANCELLED
        known = answer_from_log(log.database, stretch.run, rows, Asked(checkpoints, top_k))
        if known:
            stretch.n_reused += len(known)
            stretch.n_here += len(known)
            stretch.tell(rows[-1].text)
        fresh = [row for row in rows if row.position not in known]
        if fresh and not loaded:
            loaded = _loaded(stretch, checkpoints, shelf, log)
        groups = iter(_doubles_together(fresh))
        while several := list(islice(groups, stretch.chunk)):
            if stop.is_set():
                return RunStatus.CANCELLED
            _answer_chunk(stretch, several, loaded, top_k, log)
        log.database.trim(KEPT_MB)
    return RunStatus.COMPLETE


def _loaded(stretch: _Stretch, checkpoints: Sequence[Checkpoint], shelf: Shelf, log: Log) -> list[LoadedCheckpoint]:
    loaded = [shelf.get(each.name) for each in checkpoints]
    for each, known in zip(loaded, checkpoints, strict=True):
        if each.checkpoint != known:
            raise BatchProblem(f"The files of {known.name} changed while they were read. Resume the batch.")
        log.keep_vocabulary(known.tokenizer_sha256, each.words.sayable)
    stretch.run = replace(stretch.run, environment=environment())
    log.update_run(stretch.run)
    stretch.started = stretch.started if stretch.n_here else time.monotonic()
    return loaded


def _doubles_together(rows: Sequence[PendingRow]) -> list[list[PendingRow]]:
    """The rows in groups that ask the same of the same prompt."""
    groups: dict[tuple[str, tuple[str, ...]], list[PendingRow]] = {}
    for row in rows:
        groups.setdefault((row.text, row.words), []).append(row)
    return list(groups.values())


def _answer_chunk(
    stretch: _Stretch, groups: Sequence[Sequence[PendingRow]], loaded: Sequence[LoadedCheckpoint], top_k: int, log: Log
) -> None:
    started = time.monotonic()
    rows = [row for group in groups for row in group]
    stretch.tell(groups[0][0].text)
    questions = [Question(Prompt(group[0].text), group[0].words, number) for number, group in enumerate(groups)]
    filled = _filled(loaded, questions, top_k)
    answers = [
        replace(asked, row_number=row.row_number, reused=copy > 0)
        for asked in filled.answers
        for copy, row in enumerate(groups[asked.row_number])
    ]
    refused = [Refused(row.text, each.problem, row.row_number) for each in filled.refused for row in groups[each.row_number]]
    keep_chunk(log, Comparison(stretch.run, tuple(answers), filled.agreements, refused=tuple(refused)), rows)
    stretch.n_here += len(rows)
    stretch.chunk = _next_chunk(stretch.chunk, time.monotonic() - started)
    stretch.tell(rows[-1].text)


def _filled(loaded: Sequence[LoadedCheckpoint], questions: Sequence[Question], top_k: int) -> Filled:
    """What the checkpoints say; a question that stops the others is found by halving, and refused with its reason."""
    try:
        return fill(loaded, questions, top_k, background=True)
    except (PromptError, CandidateError) as error:
        if len(questions) == 1:
            (question,) = questions
            return Filled((), (), (Refused(question.prompt.text, str(error), question.row_number),))
    middle = len(questions) // 2
    first, second = (_filled(loaded, part, top_k) for part in (questions[:middle], questions[middle:]))
    return Filled(first.answers + second.answers, first.agreements + second.agreements, first.refused + second.refused)


def _next_chunk(size: int, seconds: float) -> int:
    if seconds > CHUNK_SECONDS:
        return max(FIRST_CHUNK, size // 2)
    return min(LARGEST_CHUNK, size * 2) if seconds < CHUNK_SECONDS / 2 else size


def _end(stretch: _Stretch, status: RunStatus, log: Log, problem: str = "") -> None:
    options = _without_problem(stretch.run) | ({"problem": problem} if problem else {})
    log.update_run(replace(stretch.run, status=status, finished_at=datetime.now(UTC), options=options))


def _said(error: BaseException) -> str:
    if isinstance(error, PipelineError | StorageError):
        return str(error)
    return "It failed for a reason that nobody foresaw. Resume it; what was answered before is kept."


def _without_problem(run: Run) -> dict[str, object]:
    return {name: value for name, value in run.options.items() if name != "problem"}


def _whole_number(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
