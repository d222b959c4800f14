"""Large bodies in and out: piece by piece, and whoever goes away stops nothing but his own."""

from __future__ import annotations

import asyncio
import io
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from dashboard.api import received, stream
from dashboard.api.stream import AHEAD, PIECE, ClientGone, Stream, StreamedResponse
from storage.errors import StorageError
from tests.loops import carried_out

SCOPE = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}


def request(*messages: Message) -> Request:
    """One whose client sends these and then goes away."""
    coming: Iterator[Message] = iter([*messages, {"type": "http.disconnect"}])

    async def receive() -> Message:
        return next(coming, {"type": "http.disconnect"})

    return Request(SCOPE, receive)


def staying() -> Request:
    """One whose client stays."""

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    return Request(SCOPE, receive)


async def written(work: Callable[[IO[bytes]], object]) -> Stream:
    """A stream that a thread is writing into."""
    found = Stream(asyncio.get_running_loop())
    threading.Thread(target=found.fill, args=(work,), daemon=True).start()
    return found


def test_every_byte_comes_in_its_order() -> None:
    said = bytes(range(256)) * 5_000

    def work(out: IO[bytes]) -> None:
        for start in range(0, len(said), 1_000):
            out.write(said[start : start + 1_000])
            out.flush()

    async def read() -> list[bytes]:
        found = await written(work)
        return [piece async for piece in found.rest(await found.first(staying()))]

    pieces = carried_out(read())
    assert b"".join(pieces) == said
    assert {len(piece) for piece in pieces[:-1]} == {PIECE}


def test_nothing_is_a_stream_too() -> None:
    async def read() -> list[bytes]:
        found = await written(lambda out: None)
        return [piece async for piece in found.rest(await found.first(staying()))]

    assert b"".join(carried_out(read())) == b""


def test_the_writer_is_only_so_far_ahead_of_its_reader() -> None:
    begun = 0

    def work(out: IO[bytes]) -> None:
        nonlocal begun
        for number in range(50):
            begun = number
            out.write(bytes(PIECE))

    async def read() -> int:
        found = await written(work)
        taken, most = 0, 0
        async for _ in found.rest(await found.first(staying())):
            taken += 1
            most = max(most, begun - taken)
        return most

    assert carried_out(read()) <= AHEAD + 1


def test_what_fails_before_the_first_piece_is_raised_before_anything_is_sent() -> None:
    def work(out: IO[bytes]) -> None:
        out.write(b"some rows")
        raise StorageError("The copy is gone.")

    async def read() -> None:
        await (await written(work)).first(staying())

    with pytest.raises(StorageError, match="The copy is gone"):
        carried_out(read())


def test_what_fails_midway_is_raised_and_never_ends_like_a_whole() -> None:
    def work(out: IO[bytes]) -> None:
        out.write(bytes(PIECE))
        raise StorageError("The copy is gone.")

    async def read() -> None:
        found = await written(work)
        async for _ in found.rest(await found.first(staying())):
            pass

    with pytest.raises(StorageError, match="The copy is gone"):
        carried_out(read())


def test_a_client_that_goes_before_the_first_piece_stops_the_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LOOK_SECONDS", 0.01)
    released = threading.Event()

    async def read() -> bool:
        found = Stream(asyncio.get_running_loop())

        def work(out: IO[bytes]) -> None:
            if found.stop.wait(60):
                released.set()

        threading.Thread(target=found.fill, args=(work,), daemon=True).start()
        with pytest.raises(ClientGone):
            await found.first(request())
        return await asyncio.to_thread(released.wait, 60)

    assert carried_out(read())


def test_a_client_that_goes_midway_stops_the_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LOOK_SECONDS", 0.01)
    why: list[BaseException] = []
    over = threading.Event()

    def endless(out: IO[bytes]) -> None:
        try:
            while True:
                out.write(bytes(PIECE))
        except ClientGone as error:
            why.append(error)
            over.set()
            raise

    async def send(message: Message) -> None:
        if message.get("body"):
            raise OSError("the connection is closed")

    async def read() -> bool:
        found = await written(endless)
        first = await found.first(staying())
        scope = {**SCOPE, "asgi": {"spec_version": "2.4"}}
        await StreamedResponse(found, first, {}, "text/csv")(scope, staying().receive, send)
        return await asyncio.to_thread(over.wait, 60)

    assert carried_out(read())
    assert why


def test_a_large_body_is_put_aside_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    class Noting(io.FileIO):
        def write(self, piece: Any) -> int:  # noqa: ANN401 - as the class above has it
            sizes.append(len(piece))
            return super().write(piece) or 0

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda: Noting(tmp_path / "aside", "w+b"))
    pieces: list[Message] = [{"type": "http.request", "body": bytes([n % 256]) * 65_536, "more_body": True} for n in range(100)]

    async def read() -> bytes:
        async with received.received(request(*pieces, {"type": "http.request", "body": b"end"})) as file:
            file.seek(0)
            return file.read()

    found = carried_out(read())
    assert found == b"".join(piece["body"] for piece in pieces) + b"end"
    assert max(sizes) <= received.PIECE + 65_536


def test_a_client_that_goes_while_it_sends_leaves_nothing_behind() -> None:
    async def read() -> None:
        async with received.received(request({"type": "http.request", "body": b"half", "more_body": True})):
            raise AssertionError("half of a file was taken for the whole")

    with pytest.raises(ClientDisconnect):
        carried_out(read())
