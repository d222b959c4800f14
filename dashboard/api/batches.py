"""Many prompts at once: kept whole before the first is asked, then answered in the server, whoever watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from dashboard import from_log, resources
from dashboard.api.batch_body import JSON_TYPE, KINDS, media_type, prompts_of_list, read_list
from dashboard.api.batch_said import BatchSaid, SubmittedSaid, standing
from dashboard.api.description import refusals
from dashboard.api.fields import Asked, Text
from dashboard.api.json_response import json_response
from dashboard.api.problems import BUSY, NOT_FOUND, NOT_NOW, REFUSED, Problem
from dashboard.api.reach import rooms, the_log
from dashboard.api.received import received
from dashboard.batches import BatchState
from dashboard.run_link import UNKNOWN_RUN, read_run_id
from pipelines import checkpoints
from pipelines.batch import BatchCounts, BatchRequest, count, submit, summarise
from pipelines.batch.report import summary_as_json
from pipelines.prompt_files import Columns, FilePrompt, open_prompts
from pipelines.prompt_files import Problem as LineProblem
from storage.comparison import run_record
from storage.records import RunKind, RunStatus

MOST_PROBLEMS = 100
"""Lines that an answer names; all of them are in the view refused_prompts."""

Prompts = Iterator[FilePrompt | LineProblem]

router = APIRouter(tags=["Batches"])


class BatchAsked(Asked):
    """How a file or a list is asked."""

    name: Text | None = Field(None, max_length=200)
    """What the file is called; its ending says what kind it is, where the media type does not."""
    checkpoint: list[Text] = Field(default_factory=list)
    """A name of the catalogue. May be given several times. Without it, those of the Compare page."""
    top_k: int = Field(5, ge=1, le=1000)
    """How many predictions of each checkpoint."""
    label: Text | None = None
    """A name for this run, at most 200 characters."""
    author: Text | None = None
    """Who asks, at most 200 characters."""
    prompt_column: Text | None = None
    """Of a file: which column is the prompt, where its name does not say so. So the next three."""
    expected_column: Text | None = None
    candidates_column: Text | None = None
    tag_column: Text | None = None

    def columns(self) -> Columns | None:
        """Which column is what; None where nothing is said of it."""
        named = (self.prompt_column, self.expected_column, self.candidates_column, self.tag_column)
        return Columns(*named) if any(each is not None for each in named) else None


_BEGUN = {
    "x-example": {"path": "/batches?name=prompts.csv&label=capitals", "type": "text/csv", "file": "prompts.csv"},
    "requestBody": {
        "required": True,
        "content": {
            JSON_TYPE: {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/PromptGiven"}}},
            **{kind: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS},
        },
    },
}


@router.post(
    "/batches",
    summary="Ask a file or a list of prompts",
    status_code=202,
    response_model=SubmittedSaid,
    responses={
        202: {"description": "Every row is kept and will be answered. Location leads to the batch."},
        **refusals(REFUSED, NOT_NOW, BUSY),
    },
    openapi_extra=_BEGUN,
)
async def begin(asked: Annotated[BatchAsked, Query()], request: Request) -> Response:
    """Takes CSV, TSV, lines of text or JSONL as a file, or a JSON list of prompts, and answers in the background.

    A file has the columns prompt, expected, candidates and tag; probe sets are recognised. A line that cannot be asked becomes
    a refused row with its reason and stops nothing. The server goes on when the client leaves, and after a restart.
    """
    kind = media_type(request)
    if kind == JSON_TYPE:
        given = read_list(await request.body())
        return await rooms(request).batches.run(
            lambda: _begin(asked, request, asked.name or "a list", lambda: nullcontext(prompts_of_list(given)))
        )
    async with received(request) as file:
        name = asked.name or "a file"
        return await rooms(request).batches.run(
            lambda: _begin(asked, request, name, lambda: open_prompts(file, name, asked.columns(), kind=KINDS[kind]))
        )


@router.get(
    "/batches/{run_id}",
    summary="How a batch stands",
    response_model=BatchSaid,
    responses=refusals(NOT_FOUND, body=False),
    openapi_extra={"x-example": {"path": "/batches/$RUN"}},
)
async def batch(run_id: str, request: Request) -> Response:
    """Status, counts and progress. While it runs, ask every second or two."""
    return await rooms(request).looks.run(lambda: json_response(standing(_known(run_id))))


@router.get(
    "/batches/{run_id}/summary",
    summary="What came of a batch",
    response_model=dict[str, Any],
    responses=refusals(NOT_FOUND, BUSY, body=False),
    openapi_extra={"x-example": {"path": "/batches/$RUN/summary"}},
)
async def summary(run_id: str, request: Request) -> Response:
    """The JSON of `python -m pipelines batch --json`: counts, agreement, accuracy where expected words are known, and the ten
    prompts whose lists are farthest apart, all with intervals. Also while it is being answered."""

    def work() -> Response:
        key = _known(run_id).run.run_id
        return json_response(summary_as_json(from_log.answer_of(the_log(), summarise, key)))

    return await rooms(request).analyses.run(work)


@router.post(
    "/batches/{run_id}/cancel",
    summary="Stop a batch",
    openapi_extra={"x-example": {"path": "/batches/$RUN/cancel"}},
    response_model=BatchSaid,
    responses=refusals(NOT_FOUND, NOT_NOW, body=False),
)
async def cancel(run_id: str, request: Request) -> Response:
    """Stops it after the chunk on its way. What is done is kept, and it can be resumed."""

    def work() -> Response:
        found = _open(run_id)
        resources.batches().cancel(found.run.run_id)
        return json_response(standing(_known(run_id)))

    return await rooms(request).looks.run(work)


@router.post(
    "/batches/{run_id}/resume",
    summary="Go on with a batch",
    openapi_extra={"x-example": {"path": "/batches/$RUN/resume"}},
    response_model=BatchSaid,
    responses=refusals(NOT_FOUND, NOT_NOW, body=False),
)
async def resume(run_id: str, request: Request) -> Response:
    """Answers what is left of a batch that was cancelled or failed. One that runs already goes on as it is."""

    def work() -> Response:
        key = _open(run_id).run.run_id
        batches = resources.batches()
        if batches.state(key) is BatchState.STOPPING:
            raise Problem(NOT_NOW, "This batch is being stopped. Resume it in a moment, when it has ended.")
        batches.start(key)
        return json_response(standing(_known(run_id)))

    return await rooms(request).looks.run(work)


def _begin(asked: BatchAsked, request: Request, source: str, opened: Callable[[], AbstractContextManager[Prompts]]) -> Response:
    settings = resources.settings()
    names = tuple(asked.checkpoint) or checkpoints.defaults(settings)
    problems: list[LineProblem] = []
    with opened() as prompts:
        found = submit(
            _noting(prompts, problems),
            BatchRequest(names, source, asked.top_k, asked.label, asked.author),
            resources.library().shelf,
            the_log(),
        )
    resources.batches().start(found.run_id)
    return json_response(
        {
            "run_id": found.run_id,
            "n_rows": found.n_rows,
            "n_refused": found.n_refused,
            "problems": [{"line": each.line, "text": each.text, "reason": each.reason} for each in problems],
        },
        202,
        {"Location": f"{request.scope.get('root_path', '')}/batches/{found.run_id}"},
    )


def _noting(prompts: Prompts, problems: list[LineProblem]) -> Prompts:
    for each in prompts:
        if isinstance(each, LineProblem) and len(problems) < MOST_PROBLEMS:
            problems.append(each)
        yield each


def _known(run_id: str) -> BatchCounts:
    """The batch of that id. Raises `Problem` where there is none."""
    key = read_run_id(run_id)
    database = the_log().database
    run = None if key is None else run_record(database, key)
    if run is None:
        raise Problem(NOT_FOUND, UNKNOWN_RUN)
    if run.kind is not RunKind.BATCH:
        raise Problem(NOT_FOUND, f"This run is no batch but of the kind {run.kind}. It is read at /runs/{run.run_id}.")
    return count(database, run.run_id)


def _open(run_id: str) -> BatchCounts:
    """The same of a batch that has not come to its end. Raises `Problem`."""
    found = _known(run_id)
    if found.run.status is RunStatus.COMPLETE:
        raise Problem(NOT_NOW, "This batch is complete. Send its file anew to have it answered again.")
    return found
