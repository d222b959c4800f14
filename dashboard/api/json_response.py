"""JSON as it leaves the API."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.responses import Response


def json_response(said: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`said` as JSON in UTF-8. It is nobody's to keep but the client's."""
    body = json.dumps(said, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return Response(body, status, {"Cache-Control": "no-store", **(headers or {})}, "application/json")
