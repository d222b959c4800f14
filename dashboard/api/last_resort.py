"""What nobody foresaw: a number for whoever asked, and the trace under that number for the server's log alone."""

from __future__ import annotations

import logging
import uuid

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.problems import UNFORESEEN, Problem, document

logger = logging.getLogger(__name__)


class LastResort:
    """Around everything else. An answer that has begun is broken off, so that nobody takes a part of it for the whole."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            number = uuid.uuid4()
            logger.error("an unforeseen error of the API, %s", number, exc_info=error)
            # Without a last piece, the server closes the connection, and the client sees that something is missing.
            if not begun:
                problem = Problem(
                    UNFORESEEN,
                    f"Nobody foresaw this. What was saved is safe. If it happens again, report number {number}, under which "
                    "the server's log holds the details.",
                    more={"instance": f"urn:uuid:{number}"},
                )
                await document(scope, problem)(scope, receive, send)
