"""Who may come in: the right host name, and the token on every route but one. Everything else stands behind it.

The token is compared in constant time and is in no log, no error and no address.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from dashboard.api.live import LIVE
from dashboard.api.problems import OFF, TOKEN_WANTED, UNAVAILABLE, WRONG_HOST, Problem, document
from pipelines.errors import SettingsProblem

if TYPE_CHECKING:
    from pydantic import SecretStr

PAGES = frozenset({"/docs", "/openapi.json"})
"""What a browser may open, which asks for the token as a password. They change nothing: a browser sends a password along with
whatever another site has it ask for."""

HOW_TO_SWITCH_ON = (
    "The HTTP API is off, because no token is set. Set api_token in maskboard.toml, or MASKBOARD_API_TOKEN in the environment "
    "of the server, to at least 16 letters and digits, and start the server again."
)
_BEARER = 'Bearer realm="Maskboard"'
_BASIC = 'Basic realm="Maskboard: any name, and the token as the password", charset="UTF-8"'


class Gate:
    """Stands before the API and answers whoever may not come in."""

    def __init__(self, app: ASGIApp, token: Callable[[], SecretStr | None]) -> None:
        self._app = app
        self._token = token
        """The token of the settings, None where there is none. May raise `SettingsProblem`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1000})
            return
        try:
            self._let_in(path_below(scope), Headers(scope=scope))
        except Problem as problem:
            await document(scope, problem)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _let_in(self, path: str, headers: Headers) -> None:
        """Streamlit asks the host name of its own connections only. Without that, a page of another site whose name is made to
        lead here (DNS rebinding) could ask like a page of this server."""
        if not is_host_allowed(headers.get("host")):
            raise Problem(WRONG_HOST, "This server is not reached under that host name. Use one of server.allowedHosts.")
        if path == LIVE:
            return
        try:
            token = self._token()
        except SettingsProblem as error:
            # The sentence names files of the server, and whoever asks here has shown no token.
            raise Problem(
                UNAVAILABLE, "The settings of this server cannot be used, so nobody is let in. Its pages say what to mend."
            ) from error
        if token is None:
            raise Problem(OFF, HOW_TO_SWITCH_ON)
        if not _matches(_shown(headers, browser=path in PAGES), token):
            challenge = f"{_BASIC}, {_BEARER}" if path in PAGES else _BEARER
            raise Problem(
                TOKEN_WANTED,
                "Send the token of the server's settings in the header Authorization: Bearer TOKEN, and never in the address.",
                headers={"WWW-Authenticate": challenge},
            )


def path_below(scope: Scope) -> str:
    """The path of a request below the place of the API, such as `/asks`."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if path.startswith(root) else path


def _shown(headers: Headers, *, browser: bool) -> str:
    """The token that a request shows, or an empty text."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    value = value.strip()
    if scheme.lower() == "bearer":
        return value
    if browser and scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode("utf-8").partition(":")[2]
        except (binascii.Error, ValueError):
            return ""
    return ""


def _matches(shown: str, token: SecretStr) -> bool:
    return secrets.compare_digest(shown.encode("utf-8", "replace"), token.get_secret_value().encode("ascii"))
