"""Asking one prompt, and reading what was answered: the use case and the JSON of `python -m pipelines ask --json`."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from dashboard import from_log, resources
from dashboard.answering import answer
from dashboard.api.answers import ComparisonSaid
from dashboard.api.description import refusals
from dashboard.api.fields import Body, Expected, Text
from dashboard.api.json_response import json_response
from dashboard.api.problems import BUSY, NOT_FOUND, NOT_NOW, REFUSED, UNAVAILABLE, Problem
from dashboard.api.reach import rooms, save_what_can_be_saved, the_log
from dashboard.figures import Way
from dashboard.run_link import UNKNOWN_RUN, read_run_id
from pipelines import checkpoints
from pipelines.ask import AskRequest
from pipelines.reply import comparison_as_json
from storage import history

router = APIRouter(tags=["Asking"])


class AskBody(Body):
    """One prompt."""

    text: Text
    """A sentence with one or more `[MASK]`."""
    checkpoints: list[Text] | None = None
    """Names of the catalogue, in the order in which the answers are wanted. Without it, those of the Compare page."""
    top_k: int = 5
    """How many predictions of each checkpoint, 1 to 1,000."""
    candidates: list[Text] = Field(default_factory=list)
    """Words to score at every mask, at most 50."""
    expected: Expected = ()
    """The words held to be right: a list for each mask, one list for the only mask, or a text such as `paris|Paris; france`."""
    label: Text | None = None
    """A name for this run, at most 200 characters."""
    author: Text | None = None
    """Who asks, at most 200 characters."""
    record: bool = True
    """Whether prompt and answers are kept in the log. Only what is kept can be answered from there the next time."""


class AskedSaid(ComparisonSaid):
    """One prompt and its answers."""

    not_saved: str | None = None
    """Only there where the answers could not be kept: why. They wait in the server, and are saved once that is possible."""


@router.post(
    "/asks",
    summary="Ask one prompt of several checkpoints",
    status_code=201,
    response_model=AskedSaid,
    responses={
        200: {"model": AskedSaid, "description": "Answered, and not kept: record is false, or not_saved says why."},
        201: {"description": "Answered and kept. Location leads to the run."},
        **refusals(REFUSED, NOT_NOW, BUSY),
    },
    openapi_extra={"x-example": {"body": {"text": "The capital of France is [MASK].", "top_k": 3, "candidates": ["paris"]}}},
)
async def ask(body: AskBody, request: Request) -> Response:
    """Answers as the Compare page does, and keeps every answer in one transaction before it comes back.

    What the log knows is answered from there, without running a model. Several masks are filled each on its own. A checkpoint
    that is not in memory yet is loaded first, which takes seconds.
    """

    def work() -> Response:
        save_what_can_be_saved()
        settings = resources.settings()
        asked = AskRequest(
            text=body.text,
            checkpoints=checkpoints.defaults(settings) if body.checkpoints is None else tuple(body.checkpoints),
            top_k=body.top_k,
            candidates=tuple(body.candidates),
            expected=body.expected,
            label=body.label,
            author=body.author,
            record=body.record,
            jointly=False,  # the JSON holds each mask on its own
        )
        answered = answer(asked, resources.library().shelf, resources.open_log(), Way.HTTP)
        said = comparison_as_json(answered.comparison)
        if answered.not_saved is not None:
            return json_response(said | {"not_saved": answered.not_saved})
        if not answered.comparison.saved:
            return json_response(said)
        place = f"{request.scope.get('root_path', '')}/runs/{said['run_id']}"
        return json_response(said, 201, {"Location": place})

    return await rooms(request).asks.run(work)


@router.get(
    "/runs/{run_id}",
    summary="Read what was asked and answered before",
    response_model=ComparisonSaid,
    responses=refusals(NOT_FOUND, NOT_NOW, UNAVAILABLE, body=False),
    openapi_extra={"x-example": {"path": "/runs/$RUN"}},
)
async def run(run_id: str, request: Request) -> Response:
    """The same JSON as the ask gave. Of a run with several prompts, such as a batch, the rows come from /exports."""

    def work() -> Response:
        key = read_run_id(run_id)
        summary = None if key is None else history.run_summary(the_log().database, key)
        if key is None or summary is None:
            raise Problem(NOT_FOUND, UNKNOWN_RUN)
        if summary.prompt_count > 1:
            raise Problem(
                NOT_NOW,
                f"This run asked {summary.prompt_count:,} prompts, which are too many for this form. Its rows come from "
                f"/exports/answers?run={key} and /exports/predictions?run={key}.",
            )
        found = from_log.comparison(the_log(), key)
        if found is None:  # deleted a moment ago
            raise Problem(NOT_FOUND, UNKNOWN_RUN)
        return json_response(comparison_as_json(found))

    return await rooms(request).looks.run(work)
