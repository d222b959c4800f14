"""The one HTTP route beside the pages: sends a prepared file piece by piece, so that its size never stands in memory.

A button of Streamlit would hold every byte of every download until the session ends.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from streamlit.starlette import App

from dashboard import offers as shared
from dashboard.offers import TOKEN, WHY_GONE, offers

GONE = f"This file is no longer there, or never was. {WHY_GONE} Prepare it again on its page.\n"
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


async def send(request: Request) -> Response:
    """The file that the address names, as a file to keep; 404 with a sentence for everything else."""
    token, name = request.path_params["token"], request.path_params["name"]
    try:
        file = offers().find(token, name) if TOKEN.fullmatch(token) else None
    except OSError:  # there is not even a folder for files
        file = None
    if file is None:
        return PlainTextResponse(GONE, 404, headers=_HEADERS)
    # Identity: packing on the way would lose the length, and with it the browser's progress and its resuming.
    return FileResponse(
        file, media_type="application/octet-stream", filename=file.name, headers=_HEADERS | {"Content-Encoding": "identity"}
    )


@asynccontextmanager
async def sweeping(_: App) -> AsyncIterator[None]:
    """While the server runs; then the prepared files are removed, however it was told to stop."""
    yield
    shared.close()


# Streamlit puts its own routes beneath `server.baseUrlPath`, and leaves those of an app at the root: here they stand at both.
ROUTES = tuple(
    Route(f"{base}/downloads/{{token}}/{{name}}", send, methods=["GET"], include_in_schema=False)
    for base in ("", "/{base:path}")
)
