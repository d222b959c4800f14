"""A body that may be large: put aside on the disk as it comes, so that its size never stands in memory."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

from starlette.requests import Request

from dashboard.api.problems import UNAVAILABLE, Problem

PIECE = 1024 * 1024
"""Bytes that are gathered before they are written."""


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[IO[bytes]]:
    """The whole body as a file without a name, which is gone afterwards. Raises `Problem` where there is no room for it.

    A client that goes away midway leaves nothing behind: `ClientDisconnect`.
    """
    with tempfile.TemporaryFile() as file:
        pieces = bytearray()
        async for piece in request.stream():
            pieces += piece
            if len(pieces) >= PIECE:
                await _write(file, pieces)
        await _write(file, pieces)
        yield file


async def _write(file: IO[bytes], pieces: bytearray) -> None:
    try:
        await asyncio.to_thread(file.write, bytes(pieces))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Problem(
            UNAVAILABLE, f"The file cannot be put aside: {reason}. Make room for temporary files on the server."
        ) from error
    pieces.clear()
