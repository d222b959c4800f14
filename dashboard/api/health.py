"""Whether the server is well: it writes into the log and reads it, finds its checkpoints, has room, and runs a statement."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dashboard import from_log, resources
from dashboard.api.description import refusals
from dashboard.api.fields import Said
from dashboard.api.json_response import json_response
from dashboard.api.live import LIVE, alive
from dashboard.api.problems import BUSY, NOT_WELL, Problem
from dashboard.api.reach import rooms, save_what_can_be_saved, the_copies, the_log
from dashboard.wording import count, listed
from pipelines import checkpoints
from pipelines.catalogue import size_in_words
from pipelines.errors import PipelineError
from pipelines.shelf import ShelfState
from storage import history
from storage.database import default_path
from storage.errors import StorageError
from storage.visitors import Limits, Refused, decide, fetch

LEAST_FREE = 200_000_000
"""Bytes on the disk of the log. A checkpoint of the log's WAL and a copy for SQL want room beside it."""
PATIENT = Limits(seconds=15, rows=1)
"""A busy server is not a sick one."""

router = APIRouter(tags=["Server"])


class LiveSaid(Said):
    """That the server runs."""

    ok: bool


class PartSaid(Said):
    """One part of the server."""

    name: str
    ok: bool
    seconds: float
    """How long the look took."""
    sentence: str
    """What was found."""


class HealthSaid(Said):
    """All parts."""

    ok: bool
    parts: list[PartSaid]


@router.get(
    LIVE,
    summary="Whether the server runs",
    response_model=LiveSaid,
    responses=refusals(body=False),
    openapi_extra={"security": []},
)
async def live() -> Response:
    """Wants no token, looks at nothing and says nothing of the inside."""
    return alive()


@router.get(
    "/health",
    summary="Whether every part of it is well",
    response_model=HealthSaid,
    responses=refusals(NOT_WELL, BUSY, body=False),
)
async def health(request: Request) -> Response:
    """Writes into the log and reads from it, looks for the checkpoints and at the disk, and runs a statement.

    503 where one of them is not well: a problem document with the same members ok and parts.
    """
    parts = await rooms(request).health.run(lambda: [_looked_at(name, look) for name, look in LOOKS])
    if all(part["ok"] for part in parts):
        return json_response({"ok": True, "parts": parts})
    said = " ".join(str(part["sentence"]) for part in parts if not part["ok"])
    raise Problem(NOT_WELL, said, more={"ok": False, "parts": parts})


def _looked_at(name: str, look: Callable[[], tuple[bool, str]]) -> dict[str, Any]:
    started = time.monotonic()
    try:
        ok, sentence = look()
    except Problem as problem:
        ok, sentence = False, problem.detail
    except (PipelineError, StorageError) as error:
        ok, sentence = False, str(error)
    except OSError as error:
        ok, sentence = False, f"The system refuses a look: {(error.strerror or str(error)).lower()}."
    return {"name": name, "ok": ok, "seconds": round(time.monotonic() - started, 4), "sentence": sentence}


def _log() -> tuple[bool, str]:
    log = the_log()
    log.database.try_writing(moves=False)
    save_what_can_be_saved()
    runs = from_log.answer_of(log, history.counts).runs
    if waiting := len(resources.unsaved()):
        return False, f"It was written and read; {count(waiting, 'answered prompt')} could not be saved yet and wait."
    return True, f"It was written and read, and holds {count(runs, 'run')}."


def _checkpoints() -> tuple[bool, str]:
    names = checkpoints.defaults(resources.settings())
    if not names:
        return False, "No checkpoint is at hand. The Models page says where they are looked for."
    shelf = resources.shelf_at_hand()
    if shelf is None:
        return True, f"{listed(names)} are at hand. None is in memory: the first ask, or the first page, loads them."
    entries = [shelf.entry(name) for name in names]
    if failed := [each for each in entries if each.state is ShelfState.FAILED]:
        return False, f"{failed[0].name} cannot be loaded: {failed[0].problem}"
    ready = [each.name for each in entries if each.state is ShelfState.READY]
    if len(ready) < len(entries):
        return (
            True,
            f"{listed(names)} are at hand; {len(ready)} of {len(names)} are in memory, and an ask waits for the others.",
        )
    return True, f"{listed(names)} are in memory."


def _disk() -> tuple[bool, str]:
    free = shutil.disk_usage(default_path().resolve().parent).free
    if free < LEAST_FREE:
        return False, f"Only {size_in_words(free)} are free where the log lies. Make room."
    return True, f"{size_in_words(free)} are free where the log lies."


def _statements() -> tuple[bool, str]:
    decision = decide("SELECT count(*) FROM runs")
    if isinstance(decision, Refused):
        return False, f"{decision.reason} {decision.remedy}".strip()
    fetch(decision, the_copies().to_read().path, PATIENT)
    return True, "A statement was run in a process of its own."


LOOKS = (("log", _log), ("checkpoints", _checkpoints), ("disk", _disk), ("statements", _statements))
