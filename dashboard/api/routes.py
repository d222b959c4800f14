"""Where the API stands beside the pages. It is made when the first request comes: no page waits for its libraries."""

from __future__ import annotations

import threading

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import get_option

from dashboard.api.gate import Gate, path_below
from dashboard.api.live import LIVE, alive

PLACE = "/api"


class Deferred:
    """An app that is made by the first request, in a thread, so that nothing else waits for it.

    Whether the server runs is asked before anybody uses it, by something with little patience: that is answered without it.
    """

    def __init__(self) -> None:
        self._making = threading.Lock()
        self._made: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._made is None and path_below(scope) == LIVE and scope.get("method") == "GET":
            await Gate(alive(), lambda: None)(scope, receive, send)
            return
        app = await run_in_threadpool(self._make) if self._made is None else self._made
        await app(scope, receive, send)

    def _make(self) -> ASGIApp:
        with self._making:
            if self._made is None:
                from dashboard.api.app import create_app  # half a second for its libraries

                self._made = create_app()
            return self._made


class BesideThePages(BaseRoute):
    """At `/api`, and there beneath `server.baseUrlPath` too, where Streamlit puts its own routes and not those of an app.

    The option is read at each request: an app is made before it is known.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for the API, whatever the rest of its path holds: a `Mount` lets those with a line end go by."""
        if scope["type"] not in ("http", "websocket"):
            return Match.NONE, {}
        root, path = scope.get("root_path", ""), path_below(scope)
        base = str(get_option("server.baseUrlPath") or "").strip("/")
        for place in (PLACE, f"/{base}{PLACE}") if base else (PLACE,):
            if path.startswith(f"{place}/"):
                return Match.FULL, {"endpoint": self._app, "app_root_path": root, "root_path": f"{root}{place}"}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        raise NoMatchFound(name, path_params)


ROUTES = (BesideThePages(Deferred()),)
