"""One ask, whoever makes it, a page or a program: answered, kept or waiting to be kept, and counted."""

from __future__ import annotations

import time
from dataclasses import dataclass

from dashboard import resources
from dashboard.figures import End, Way
from dashboard.resources import OpenLog
from pipelines.ask import AskReply, AskRequest, ask
from pipelines.errors import PipelineError
from pipelines.shelf import Shelf
from storage.errors import StorageError
from storage.records import Comparison


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of it."""

    comparison: Comparison
    not_saved: str | None = None
    """Why it was not kept although it should have been. It waits in this process and is saved once it can be."""


def answer(request: AskRequest, shelf: Shelf, opened: OpenLog, way: Way) -> Answered:
    """Ask. A log that cannot be read or written keeps nobody from an answer. Raises `PipelineError`."""
    started = time.monotonic()
    figures = resources.figures()
    try:
        reply, trouble = _ask(request, shelf, opened)
    except PipelineError:
        figures.refused(way)
        raise
    saved = reply.comparison.saved
    end = End.SAVED if saved else End.WAITING if request.record else End.NOT_WANTED
    if end is End.WAITING:
        resources.unsaved().add(reply.comparison)
    figures.answered(way, end, reply.comparison, time.monotonic() - started)
    return Answered(reply.comparison, (reply.not_saved or trouble) if end is End.WAITING else None)


def _ask(request: AskRequest, shelf: Shelf, opened: OpenLog) -> tuple[AskReply, str | None]:
    """The reply, and what is the matter with the log."""
    try:
        return ask(request, shelf, opened.log), opened.problem
    except StorageError as error:
        return ask(request, shelf, None), str(error)
