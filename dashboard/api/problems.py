"""What the API says when it cannot: a problem document (RFC 9457) whose detail is a sentence with the way out."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from pipelines.prompts import printable

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem."""

    name: str
    """Ends the address that is its type: a place on the page of documentation."""
    status: HTTPStatus
    title: str
    meaning: str
    """What has happened, and what a program can do about it."""


UNREADABLE = Kind(
    "unreadable", HTTPStatus.BAD_REQUEST, "The request cannot be read", "The body is no JSON, or is nested too deep. Send JSON."
)
TOKEN_WANTED = Kind(
    "token-wanted",
    HTTPStatus.UNAUTHORIZED,
    "A token is wanted",
    "The request has no token, or another one than that of the settings. Send the header `Authorization: Bearer TOKEN`.",
)
OFF = Kind(
    "off",
    HTTPStatus.FORBIDDEN,
    "The API is off",
    "No token is set on the server. Set one as `api_token` or `MASKBOARD_API_TOKEN`, and start the server again.",
)
NOT_FOUND = Kind("not-found", HTTPStatus.NOT_FOUND, "There is nothing here", "No route, run, batch or view has that name.")
WRONG_METHOD = Kind(
    "wrong-method", HTTPStatus.METHOD_NOT_ALLOWED, "Wrong method", "The header `Allow` names the methods of this route."
)
NOT_NOW = Kind(
    "not-now",
    HTTPStatus.CONFLICT,
    "Not in this state",
    "What is asked for does not go with how things are: weights that are not here or have changed, a batch that has ended.",
)
TOO_LARGE = Kind(
    "too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too large", "The body is larger than this route takes. Send it in parts."
)
WRONG_TYPE = Kind(
    "wrong-type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Wrong media type", "`detail` says which `Content-Type` is taken."
)
WRONG_HOST = Kind(
    "wrong-host",
    HTTPStatus.MISDIRECTED_REQUEST,
    "Wrong host",
    "The server is not reached under this name. `server.allowedHosts` in `.streamlit/config.toml` lists its names.",
)
INVALID = Kind(
    "invalid",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "A field cannot be used",
    "`errors` says of each field what is wrong, and where: `pointer` into the body, or `parameter` of the address.",
)
REFUSED = Kind(
    "refused",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "This cannot be carried out",
    "The prompt, statement, filter or file cannot be used as it is. `detail` says what to change.",
)
BUSY = Kind(
    "busy",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Too much is waiting",
    "More requests wait than the server keeps. Send it again after the seconds that `Retry-After` names.",
)
UNAVAILABLE = Kind(
    "unavailable",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Not available now",
    "The log, the settings or the disk keep the server from it. `detail` says which, and what mends it.",
)
NOT_WELL = Kind(
    "not-well", HTTPStatus.SERVICE_UNAVAILABLE, "Something is not well", "`parts` says of each part whether it is, and why not."
)
UNFORESEEN = Kind(
    "unforeseen",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Something went wrong",
    "Nobody foresaw this. What was saved is safe. The server's log holds the details under the number in `instance`.",
)

KINDS = (
    UNREADABLE, TOKEN_WANTED, OFF, NOT_FOUND, WRONG_METHOD, NOT_NOW, TOO_LARGE, WRONG_TYPE, WRONG_HOST, INVALID, REFUSED,
    UNFORESEEN, BUSY, UNAVAILABLE, NOT_WELL,
)  # fmt: skip


class Problem(HTTPException):
    """Ends a request with a problem document."""

    def __init__(
        self, kind: Kind, detail: str, *, headers: Mapping[str, str] | None = None, more: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(int(kind.status), detail, headers)
        self.kind = kind
        self.more = dict(more or {})
        """Further members of the document."""


def document(scope: Scope, problem: Problem) -> Response:
    """The response that says it. `scope` is that of the request."""
    said = {
        "type": f"{scope.get('root_path', '')}/docs#{problem.kind.name}",
        "title": problem.kind.title,
        "status": problem.status_code,
        "detail": printable(problem.detail),
        "instance": f"urn:uuid:{uuid.uuid4()}",
        **problem.more,
    }
    # ASCII: whatever text a request held, half characters among it, can be written.
    body = json.dumps(said, ensure_ascii=True, allow_nan=False).encode("ascii")
    return Response(body, problem.status_code, {"Cache-Control": "no-store", **(problem.headers or {})}, MEDIA_TYPE)
