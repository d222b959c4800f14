"""Errors of the layers below -> problems; each layer's sentence is the detail as it stands."""

from __future__ import annotations

from typing import Any

from dashboard.api.problems import BUSY, NOT_NOW, REFUSED, UNAVAILABLE, Kind, Problem
from pipelines.errors import CheckpointError, PipelineError, SettingsProblem, UnknownCheckpoint
from pipelines.fill_mask import LoadError
from pipelines.passes import PassesClosed
from storage.errors import QueryFailed, QueryRefused, StorageError
from storage.visitors import StatementFailed

RETRY_SECONDS = 2
"""After which a busy server is likely to have room again."""

# The first that fits counts, so what is special stands before what it is a kind of.
_KINDS: tuple[tuple[type[Exception], Kind], ...] = (
    (UnknownCheckpoint, REFUSED),
    (CheckpointError, NOT_NOW),
    (LoadError, NOT_NOW),
    (SettingsProblem, UNAVAILABLE),
    (PassesClosed, UNAVAILABLE),
    (PipelineError, REFUSED),
    (QueryRefused, REFUSED),
    (StatementFailed, REFUSED),
    (QueryFailed, BUSY),
)


def as_problem(error: PipelineError | StorageError) -> Problem:
    """The problem that an error of a layer below is. What else storage says is about the log, and no fault of the request."""
    kind = next((kind for known, kind in _KINDS if isinstance(error, known)), UNAVAILABLE)
    more: dict[str, Any] = {}
    if isinstance(error, StatementFailed) and error.line is not None:
        more = {"line": error.line, "column": error.column}
    return Problem(kind, str(error), more=more, headers=_retry(kind))


def busy(what: str) -> Problem:
    """The problem that too much waits already. `what` is a sentence."""
    return Problem(BUSY, f"{what} Send it again in a moment.", headers=_retry(BUSY))


def _retry(kind: Kind) -> dict[str, str]:
    return {"Retry-After": str(RETRY_SECONDS)} if kind is BUSY else {}
