"""The API as one ASGI app: who comes in, what is counted, the routes, and what is said when something is wrong."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from dashboard import resources
from dashboard.api import analyses, asks, batches, exports, health, metrics, queries
from dashboard.api.description import ABOUT, describe, standing_at
from dashboard.api.documentation import documentation
from dashboard.api.gate import Gate
from dashboard.api.handlers import HANDLERS
from dashboard.api.json_response import json_response
from dashboard.api.last_resort import LastResort
from dashboard.api.limits import BodyLimit, largest_body
from dashboard.api.metrics import Counted, Usage
from dashboard.api.rooms import Rooms
from storage.version import VERSION

TAGS = [
    {"name": "Asking", "description": "One prompt, several checkpoints, every answer kept."},
    {"name": "Batches", "description": "A file or a list of prompts, answered in the background."},
    {"name": "Reading", "description": "Everything that was asked: in SQL, as all rows of a view, or as figures."},
    {"name": "Server", "description": "For whoever watches it."},
]


def create_app() -> FastAPI:
    """A new app. All of a process share the log, the loaded checkpoints and what `dashboard.resources` holds besides."""
    usage = Usage()
    app = FastAPI(
        title="Maskboard",
        version=VERSION,
        description=ABOUT,
        openapi_tags=TAGS,
        # Ours want the token, and fetch nothing from another site.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # An address with a slash too many is one that is not there, and no reason to send a client elsewhere.
        redirect_slashes=False,
        # Nothing leaves the machine, whatever the environment asks of the libraries in it.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False},
        exception_handlers=dict(HANDLERS),
        # The outermost first.
        middleware=[
            Middleware(Counted, usage=usage),
            Middleware(LastResort),
            Middleware(Gate, token=lambda: resources.settings().api_token),
            Middleware(BodyLimit, most=largest_body),
        ],
    )
    app.state.rooms = Rooms()
    app.state.usage = usage
    for part in (asks, batches, queries, exports, analyses, health, metrics):
        app.include_router(part.router)
    described = describe(app)

    async def openapi(request: Request) -> Response:
        return json_response(standing_at(described, request.scope.get("root_path", "")))

    async def docs(request: Request) -> Response:
        root = request.scope.get("root_path", "")
        return documentation(described, f"{request.url.scheme}://{request.headers['host']}{root}")

    app.add_route("/openapi.json", openapi, methods=["GET"], include_in_schema=False)
    app.add_route("/docs", docs, methods=["GET"], include_in_schema=False)
    return app
