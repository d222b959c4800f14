"""How a batch stands, in JSON: what the log has of it, and what the server does with it now."""

from __future__ import annotations

from typing import Any

from dashboard import resources
from dashboard.api.fields import Said
from dashboard.batches import BatchState
from pipelines.batch import BatchCounts
from pipelines.batch.report import counts_as_json
from storage.records import RunStatus


class LineSaid(Said):
    """A line from which nothing can be asked."""

    line: int
    """From 1; of a list, the place in it."""
    text: str
    """How it begins."""
    reason: str
    """A sentence: what is wrong, and what to do."""


class SubmittedSaid(Said):
    """A batch that is kept and will be answered."""

    run_id: str
    n_rows: int
    """Prompts to answer."""
    n_refused: int
    """Lines that cannot be asked."""
    problems: list[LineSaid]
    """The first 100 of these."""


class ProgressSaid(Said):
    """How far the server is with it."""

    n_done: int
    """Rows answered or refused, in all stretches together."""
    n_here: int
    """Of these, since it was begun or resumed last."""
    n_reused: int
    """Of these, known to the log, so that no model ran."""
    seconds: float
    """Since it was begun or resumed last."""
    rows_per_second: float | None
    seconds_left: float | None
    now: str
    """What is being answered."""


class BatchSaid(Said):
    """How a batch stands."""

    run_id: str
    status: RunStatus
    """As the log has it: running also while it waits for another one."""
    state: BatchState | None
    """What the server does with it now; null where it has ended, was stopped, or waits to be resumed."""
    progress: ProgressSaid | None
    """Null where this server has not answered any of it."""
    source: str | None
    label: str | None
    author: str | None
    checkpoints: list[str] | None
    top_k: int | None
    started_at: str
    finished_at: str | None
    problem: str | None
    """Why it failed."""
    n_rows: int
    """Prompts to answer."""
    n_pending: int
    """Of these, not asked yet."""
    n_answered: int
    n_prompts: int
    """Distinct prompts among them."""
    n_answers: int
    """Distinct answers: one for each mask and checkpoint."""
    n_reused: int
    """Rows that needed no model."""
    n_refused: int
    """Lines that could not be asked, and prompts that a checkpoint cannot read."""
    n_expected: int
    """Distinct prompts whose expected words are known."""


def standing(found: BatchCounts) -> dict[str, Any]:
    """The JSON of `BatchSaid`."""
    batches, key = resources.batches(), found.run.run_id
    progress = batches.progress(key)
    said = counts_as_json(found)
    return said | {
        "problem": said["problem"] or batches.problem(key),
        "state": batches.state(key),
        "progress": None
        if progress is None
        else {
            "n_done": progress.n_done,
            "n_here": progress.n_here,
            "n_reused": progress.n_reused,
            "seconds": progress.seconds,
            "rows_per_second": progress.rate,
            "seconds_left": progress.seconds_left,
            "now": progress.now,
        },
    }
