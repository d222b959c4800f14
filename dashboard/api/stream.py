"""Bytes that a thread writes and a client reads, a few pieces at a time: whoever is slower makes the other wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import IO, cast

from starlette.requests import ClientDisconnect, Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

PIECE = 128 * 1024
"""Bytes that are sent at once."""
AHEAD = 4
"""Pieces that may wait for the client."""
LOOK_SECONDS = 0.5
"""Between two looks at whether the client is still there, while nothing has come yet."""


class ClientGone(Exception):
    """Ends the writing from within: nobody reads any more."""


class Stream:
    """A file open for writing in one thread, read in the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.stop = threading.Event()
        """Set where the client has gone."""
        self._loop = loop
        self._pieces: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()
        self._room = threading.Semaphore(AHEAD)
        self._buffer = bytearray()

    def write(self, piece: bytes | memoryview) -> int:
        """Called by the writer. Waits where the client is slow. Raises `ClientGone`."""
        self._buffer += piece
        while len(self._buffer) >= PIECE:
            self._send(bytes(self._buffer[:PIECE]))
            del self._buffer[:PIECE]
        return memoryview(piece).nbytes

    def flush(self) -> None:
        """A piece is sent when it is full, or the last."""

    def fill(self, work: Callable[[IO[bytes]], object]) -> None:
        """Write what `work` writes, and send how that ended. To be run in a thread of its own."""
        try:
            work(cast("IO[bytes]", self))
            if self._buffer:
                self._send(bytes(self._buffer))
            self._say(None)
        except Exception as error:  # noqa: BLE001 - whatever it is, the reader raises it
            self._say(error)

    async def first(self, request: Request) -> bytes:
        """The first piece, empty where there is none. Raises what the writer raised before it, or `ClientGone`."""
        waiting = asyncio.ensure_future(self._pieces.get())
        try:
            while not (await asyncio.wait({waiting}, timeout=LOOK_SECONDS))[0]:
                if await request.is_disconnected():
                    raise ClientGone
        except BaseException:
            self.stop.set()
            waiting.cancel()
            raise
        piece = waiting.result()
        if isinstance(piece, Exception):
            raise piece
        if piece is None:
            self._pieces.put_nowait(None)
        return piece or b""

    async def rest(self, first: bytes) -> AsyncIterator[bytes]:
        """All pieces. Raises what the writer raised."""
        piece: bytes | Exception | None = first
        while piece is not None:
            if isinstance(piece, Exception):
                raise piece
            self._room.release()
            yield piece
            piece = await self._pieces.get()

    def _send(self, piece: bytes) -> None:
        while not self._room.acquire(timeout=LOOK_SECONDS):
            if self.stop.is_set():
                break
        if self.stop.is_set():
            raise ClientGone
        self._say(piece)

    def _say(self, piece: bytes | Exception | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._pieces.put_nowait, piece)


class StreamedResponse(StreamingResponse):
    """Sends a stream, and stops its writer however the sending ends. That a client goes away midway is nobody's error."""

    def __init__(self, stream: Stream, first: bytes, headers: Mapping[str, str], media_type: str) -> None:
        super().__init__(stream.rest(first), headers=headers, media_type=media_type)
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with suppress(ClientDisconnect):
                await super().__call__(scope, receive, send)
        finally:
            self._stream.stop.set()
