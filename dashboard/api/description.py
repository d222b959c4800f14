"""The API as OpenAPI describes it: what FastAPI knows of the routes, with the problems and the token said once for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import ConfigDict

from dashboard.api.batch_body import PromptGiven
from dashboard.api.fields import Said
from dashboard.api.problems import (
    INVALID,
    MEDIA_TYPE,
    OFF,
    TOKEN_WANTED,
    TOO_LARGE,
    UNAVAILABLE,
    UNFORESEEN,
    UNREADABLE,
    WRONG_HOST,
    WRONG_TYPE,
    Kind,
)

Json = dict[str, Any]

_EVERYWHERE = (TOKEN_WANTED, OFF, WRONG_HOST, INVALID, UNFORESEEN, UNAVAILABLE)
_WITH_A_BODY = (UNREADABLE, TOO_LARGE, WRONG_TYPE)
ABOUT = (
    "Ask masked language models, and everything that was asked before, from a program. Every route but `/live` wants the token "
    "of the server's settings."
)


class FieldProblem(Said):
    """What is wrong with one field."""

    detail: str
    pointer: str | None = None
    """Where in the body (RFC 6901), such as /checkpoints/0."""
    parameter: str | None = None
    """Which parameter of the address."""


class ProblemSaid(Said):
    """A problem document (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    """The kind of problem: a place on the page of documentation."""
    title: str
    status: int
    detail: str
    """A sentence that says what happened, and the way out."""
    instance: str
    """Of this one problem and no other. The server's log has it, where nobody foresaw the problem."""
    errors: list[FieldProblem] | None = None
    """Only of the kind invalid."""
    line: int | None = None
    """Only of a statement: where in it the mistake is, from 1. So the column."""
    column: int | None = None


def refusals(*kinds: Kind, body: bool = True, everywhere: bool = True) -> dict[int | str, Json]:
    """The responses of a route that are no success: its own kinds of problem, and those that any route may have."""
    by_status: defaultdict[int, list[Kind]] = defaultdict(list)
    for kind in (*kinds, *(_EVERYWHERE if everywhere else ()), *(_WITH_A_BODY if body else ())):
        if kind not in by_status[int(kind.status)]:
            by_status[int(kind.status)].append(kind)
    return {
        status: {
            "description": "; or ".join(kind.title.lower() if at else kind.title for at, kind in enumerate(found)) + ".",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, found in sorted(by_status.items())
    }


def describe(app: FastAPI) -> Json:
    """The OpenAPI document of the API, without the address at which it stands."""
    said: Json = get_openapi(title=app.title, version=app.version, routes=app.routes, description=app.description)
    said["tags"] = app.openapi_tags
    parts: Json = said.setdefault("components", {})
    schemas: Json = parts.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own form of a problem, which nobody gets here
        schemas.pop(unused, None)
    problem = ProblemSaid.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {})
    schemas["Problem"] = problem | {"title": "Problem"}
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    schemas["PromptGiven"] = PromptGiven.model_json_schema()
    said["security"] = [{"token": []}]
    return said


def standing_at(described: Mapping[str, Any], root_path: str) -> Json:
    """The document as a client needs it who found the API at that place."""
    return {**described, "servers": [{"url": root_path or "/"}]}
