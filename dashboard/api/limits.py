"""How many bytes a request may bring, counted as they come: what is too large is turned away and never stands in memory."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.gate import path_below
from dashboard.api.problems import TOO_LARGE, Problem, document

LARGEST_BODY = 1_000_000
"""Bytes of a JSON body. A prompt has at most 20,000 characters and a statement 10,000 bytes."""
LARGEST_LIST = 10_000_000
"""Bytes of a JSON list of prompts, which is read in memory; longer ones are sent as a file of JSON lines."""
LARGEST_FILE = 1_000_000_000
"""Bytes of a file of prompts, which is put aside on the disk. A million prompts are a tenth of it."""


def largest_body(path: str, headers: Headers) -> int:
    """Bytes that the route at a path takes of this kind of body."""
    if path != "/batches":
        return LARGEST_BODY
    is_list = headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
    return LARGEST_LIST if is_list else LARGEST_FILE


class BodyLimit:
    """Turns a request away as soon as it is known to be too large."""

    def __init__(self, app: ASGIApp, most: Callable[[str, Headers], int]) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        most = self._most(path_below(scope), headers)
        problem = Problem(
            TOO_LARGE, f"The body has more than {most:,} bytes, which is what this route takes. Send less at once."
        )
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > most:
            await document(scope, problem)(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise problem
            return message

        await self._app(scope, counted, send)
