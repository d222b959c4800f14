"""Whatever ends a request early -> its problem document: our problems, the layers' errors, and what FastAPI refuses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from dashboard.api.errors import as_problem
from dashboard.api.problems import (
    INVALID,
    NOT_FOUND,
    REFUSED,
    UNREADABLE,
    WRONG_METHOD,
    WRONG_TYPE,
    Problem,
    document,
)
from pipelines.errors import PipelineError
from storage.errors import StorageError

MOST_ERRORS = 20
"""Fields of a request that are told; a body may have a thousand wrong ones."""

Handler = Callable[[Request, Any], Awaitable[Response]]


async def _problem(request: Request, error: Problem) -> Response:
    return document(request.scope, error)


async def _layer(request: Request, error: PipelineError | StorageError) -> Response:
    return document(request.scope, as_problem(error))


async def _http(request: Request, error: HTTPException) -> Response:
    """What Starlette and FastAPI refuse by themselves."""
    docs = f"{request.scope.get('root_path', '')}/docs"
    match error.status_code:
        case 404:
            problem = Problem(NOT_FOUND, f"There is no route of that name. {docs} lists them.")
        case 405:
            problem = Problem(WRONG_METHOD, f"This route takes {_allowed(error)}. {docs} says more.", headers=error.headers)
        case 400:
            problem = Problem(
                UNREADABLE, "The body cannot be read as JSON: a number in it is too long, or it is nested too deep."
            )
        case _:
            problem = Problem(REFUSED, str(error.detail), headers=error.headers)
            problem.status_code = error.status_code
    return document(request.scope, problem)


async def _gone(_: Request, __: ClientDisconnect) -> Response:
    return Response(status_code=204)  # to nobody


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    return document(request.scope, _as_problem(request, error.errors()))


HANDLERS: Mapping[Any, Handler] = MappingProxyType(
    {
        Problem: _problem,
        PipelineError: _layer,
        StorageError: _layer,
        HTTPException: _http,
        RequestValidationError: _invalid,
        ClientDisconnect: _gone,
    }
)


def _as_problem(request: Request, errors: Any) -> Problem:  # noqa: ANN401 - as FastAPI hands them over
    first = errors[0]
    if any(error["loc"][0] == "path" for error in errors):
        name = next(error["loc"][1] for error in errors if error["loc"][0] == "path")
        said = next(error["msg"] for error in errors if error["loc"][0] == "path")
        return Problem(NOT_FOUND, f"There is no {name} of that name. {_sentence(said)}")
    if first["type"] == "json_invalid":
        return Problem(UNREADABLE, f"The body is no JSON: {first['ctx']['error']} at character {first['loc'][1] + 1}.")
    if tuple(first["loc"]) == ("body",) and not _is_json(request):
        return Problem(WRONG_TYPE, "Send the body as JSON, with the header Content-Type: application/json.")
    fields = [_field(error) for error in errors[:MOST_ERRORS]]
    said = " ".join(f"{each.get('parameter') or each.get('pointer') or 'body'}: {each['detail']}" for each in fields[:3])
    more = f" And {len(errors) - 3} more, see errors." if len(errors) > 3 else ""
    return Problem(INVALID, f"{said}{more}", more={"errors": fields})


def _field(error: Mapping[str, Any]) -> dict[str, str]:
    """Never what was sent: it may be anything, of any size, and may hold a secret."""
    where, *path = error["loc"]
    detail = _sentence(error["msg"])
    if where != "body":
        return {"detail": detail, "parameter": str(path[0]) if path else ""}
    steps = [str(step).replace("~", "~0").replace("/", "~1")[:100] for step in path]
    return {"detail": detail, "pointer": "".join(f"/{step}" for step in steps)}


def _sentence(said: str) -> str:
    said = said.removeprefix("Value error, ")
    return f"{said[:1].upper()}{said[1:]}" + ("" if said.endswith(".") else ".")


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _allowed(error: HTTPException) -> str:
    return (error.headers or {}).get("Allow", "another method") if error.headers else "another method"
