"""The figures of the views over the whole history: the use cases and the JSON of `python -m pipelines analyze --json`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from dashboard import from_log
from dashboard.api.description import refusals
from dashboard.api.filters import CountingFilters
from dashboard.api.json_response import json_response
from dashboard.api.problems import BUSY, NOT_FOUND, REFUSED
from dashboard.api.reach import rooms, the_log
from pipelines.analysis.command import DEPTH
from pipelines.analysis.disagreements import Order
from pipelines.analysis.notes import notes
from pipelines.analysis.report import Paging, View, view_as_json
from storage.database import Database
from storage.selection import Selection

router = APIRouter(tags=["Reading"])


class AnalysisAsked(CountingFilters):
    """Of which part of the history, and how much of it."""

    depth: int = Field(DEPTH, ge=1, le=1000)
    """How many words of each list count."""
    order: Order = "rbo"
    """Of the disagreements, which come first."""
    limit: int = Field(50, ge=1, le=10_000)
    """How many disagreements are listed."""
    offset: int = Field(0, ge=0, le=2**31)
    """How many disagreements are passed over."""


@router.get(
    "/analyses/{view}",
    summary="The figures of a view over the whole history",
    response_model=dict[str, Any],
    responses=refusals(NOT_FOUND, REFUSED, BUSY, body=False),
    openapi_extra={"x-example": {"path": "/analyses/overlap?since=2026-01-01&depth=5"}},
)
async def analysis(view: View, asked: Annotated[AnalysisAsked, Query()], request: Request) -> Response:
    """The same figures as on the page of that view, with intervals and tests; docs/metrics.md defines them.

    notes says in sentences what the figures do not: a filter that matches nothing, a checkpoint that had to be left out.
    """

    def work() -> Response:
        paging = Paging(asked.order, asked.limit, asked.offset)
        log = the_log()
        return json_response(from_log.answer_of(log, figures, view, asked.selection(), asked.depth, paging))

    return await rooms(request).analyses.run(work)


def figures(database: Database, view: View, selection: Selection, depth: int, paging: Paging) -> dict[str, Any]:
    """The figures of one view, and what should be known of them. A question for `from_log.answer_of`."""
    said = view_as_json(view, database, selection, depth, paging)
    return said | {"notes": list(notes(database, selection, [view]))}
