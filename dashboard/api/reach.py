"""What the routes reach: the log, the checkpoints and the rooms that the whole process shares."""

from __future__ import annotations

from typing import cast

from starlette.requests import Request

from dashboard import resources
from dashboard.api.problems import UNAVAILABLE, Problem
from dashboard.api.rooms import Rooms
from dashboard.copies import Copies
from dashboard.unsaved import save_what_waits
from storage.log import Log


def rooms(request: Request) -> Rooms:
    """Where work that blocks is done."""
    return cast("Rooms", request.app.state.rooms)


def the_log() -> Log:
    """The open log. Blocks where it is opened first. Raises `Problem` where there is none just now."""
    opened = resources.open_log()
    if opened.log is None:
        raise Problem(UNAVAILABLE, opened.problem or "The history cannot be read.")
    return opened.log


def the_copies() -> Copies:
    """The copies of it that people's SQL reads. Raises as `the_log`."""
    opened = resources.open_log()
    if opened.copies is None:
        raise Problem(UNAVAILABLE, opened.problem or "The history cannot be read.")
    return opened.copies


def save_what_can_be_saved() -> None:
    """What waits is saved by the pages as they are drawn, and here, where no page may be open."""
    opened, waiting = resources.open_log(), resources.unsaved()
    if opened.log is not None and len(waiting) and opened.log.database.trouble is None:
        save_what_waits(waiting, opened.log)
