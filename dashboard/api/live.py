"""That the server runs: the one answer that wants no token and waits for no library."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

LIVE = "/live"


def alive() -> Response:
    """It looks at nothing and says nothing of the inside."""
    return JSONResponse({"ok": True}, headers={"Cache-Control": "no-store"})
