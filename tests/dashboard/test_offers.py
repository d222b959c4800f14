"""Prepared files: each under an address that nobody can guess, gone after an hour, or when they take too much room."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Match
from streamlit import config

from dashboard import downloads_route, offers
from dashboard.downloads_route import GONE, ROUTES, send
from dashboard.offers import MOST_BYTES, SECONDS, SHARE, TOKEN, Offers, most_bytes
from tests.loops import carried_out


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mine(clock: Clock) -> Iterator[Offers]:
    own = Offers(clock)
    yield own
    own.close_all()


def put(mine: Offers, content: str = "a,b\n") -> tuple[str, Path]:
    """A finished offer with a file `rows.csv`: its token and the file."""
    offer = mine.open()
    file = offer.folder / "rows.csv"
    file.write_text(content)
    assert mine.keep(offer)
    return offer.token, file


def test_a_file_is_found_by_its_token_for_an_hour(mine: Offers, clock: Clock) -> None:
    token, file = put(mine)
    assert TOKEN.fullmatch(token)
    assert mine.find(token, "rows.csv") == file
    clock.now = SECONDS - 1
    assert mine.find(token, "rows.csv") == file
    clock.now = SECONDS
    assert mine.find(token, "rows.csv") is None
    assert not file.exists()
    assert not file.parent.exists()


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../rows.csv", "other.csv", "/etc/passwd", "rows.csv\0", ".hidden", "a" * 5000]
)
def test_no_other_name_leads_to_a_file(name: str, mine: Offers) -> None:
    token, _ = put(mine)
    (mine.folder / token / ".hidden").write_text("x")
    assert mine.find(token, name) is None


def test_a_foreign_token_leads_nowhere(mine: Offers) -> None:
    token, _ = put(mine)
    assert mine.find(token[:-1] + ("A" if token[-1] != "A" else "B"), "rows.csv") is None
    other = Offers()
    assert other.find(token, "rows.csv") is None
    other.close_all()
    mine.close(token)
    assert mine.find(token, "rows.csv") is None


def test_tokens_differ_and_the_folder_is_private(mine: Offers) -> None:
    tokens = [put(mine)[0] for _ in range(5)]
    assert len(set(tokens)) == 5
    assert mine.folder.stat().st_mode & 0o777 == 0o700


def test_the_oldest_go_when_all_take_too_much_room(clock: Clock) -> None:
    mine = Offers(clock, most=lambda _, held: 25)
    tokens = [put(mine, "x" * 10)[0] for _ in range(4)]
    assert [mine.find(token, "rows.csv") is not None for token in tokens] == [False, False, True, True]
    huge, _ = put(mine, "x" * 100)
    assert mine.find(huge, "rows.csv") is not None, "the one that a person has just waited for stays"
    assert [mine.find(token, "rows.csv") for token in tokens] == [None] * 4
    mine.close_all()


def test_what_is_being_written_is_never_in_the_way(clock: Clock) -> None:
    mine = Offers(clock, most=lambda _, held: 0)
    slow = mine.open()
    (slow.folder / "rows.csv").write_text("x")
    assert mine.find(slow.token, "rows.csv") is None, "a file that is not whole is not given out"
    for _ in range(30):
        put(mine)
    clock.now = 2 * SECONDS
    mine.sweep()
    assert slow.folder.is_dir()
    assert not slow.stop.is_set()
    assert mine.keep(slow)
    assert mine.find(slow.token, "rows.csv") is not None
    clock.now = 3 * SECONDS - 1
    assert mine.find(slow.token, "rows.csv") is not None, "the hour begins when it is whole"
    mine.close_all()


def test_many_small_files_stay(mine: Offers) -> None:
    tokens = [put(mine)[0] for _ in range(50)]
    assert all(mine.find(token, "rows.csv") for token in tokens)


def test_files_take_a_tenth_of_the_room_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, held, most in ((10**12, 0, MOST_BYTES), (900, 100, 1000 // SHARE), (0, 0, 0)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: type("Usage", (), {"free": free}))
        assert most_bytes(tmp_path, held) == most


def test_a_deletion_takes_all_away_and_stops_what_is_written(mine: Offers) -> None:
    token, file = put(mine)
    writing = mine.open()
    mine.forget()
    assert mine.find(token, "rows.csv") is None
    assert not file.exists()
    assert writing.stop.is_set()
    assert not mine.keep(writing)
    assert put(mine)[1].exists(), "the next export finds its place"


def test_a_folder_that_somebody_removed_is_made_again(mine: Offers) -> None:
    shutil.rmtree(mine.folder)
    token, file = put(mine)
    assert mine.find(token, "rows.csv") == file
    assert mine.folder.stat().st_mode & 0o777 == 0o700


def test_two_that_ask_first_get_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    both, made = threading.Barrier(2), []

    class Slow(Offers):
        def __init__(self) -> None:
            made.append(self)
            both.wait(0.5) if len(made) == 2 else None
            super().__init__()

    monkeypatch.setattr(offers, "Offers", Slow)
    monkeypatch.setattr(offers, "_made", [])
    ready = threading.Barrier(8)

    def ask() -> Offers:
        ready.wait()
        return offers.offers()

    with ThreadPoolExecutor(8) as pool:
        found = {id(each.result()) for each in [pool.submit(ask) for _ in range(8)]}
    assert len(found) == len(made) == 1
    offers.close()


@pytest.mark.parametrize(("base", "link"), [("", "/downloads/"), ("tools/maskboard", "/tools/maskboard/downloads/")])
def test_a_link_leads_to_the_route_beneath_every_base(
    base: str, link: str, mine: Offers, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = config.get_option
    monkeypatch.setattr("streamlit.get_option", lambda name: base if name == "server.baseUrlPath" else real(name))
    offer = mine.open()
    address = offer.link("rows.csv")
    assert address == f"{link}{offer.token}/rows.csv"
    scope = {"type": "http", "method": "GET", "path": address, "headers": [], "root_path": ""}
    found = [
        given for route in Starlette(routes=ROUTES).routes for match, given in [route.matches(scope)] if match is Match.FULL
    ]
    assert (found[0]["path_params"]["token"], found[0]["path_params"]["name"]) == (offer.token, "rows.csv")


def test_the_end_of_the_process_takes_everything_away(mine: Offers) -> None:
    put(mine)
    mine.close_all()
    assert not mine.folder.exists()


def test_what_a_killed_process_left_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead = tmp_path / f"{offers.PREFIX}4194999-abc"  # above the largest process id of Linux
    other = tmp_path / "somebody-elses"
    alive = tmp_path / f"{offers.PREFIX}1-abc"
    for folder in (dead, other, alive):
        folder.mkdir()
        (folder / "file").write_text("x")
    Offers().close_all()
    assert [dead.exists(), other.exists(), alive.exists()] == [False, True, True]


def answer(mine: Offers, monkeypatch: pytest.MonkeyPatch, token: str, name: str) -> Response:
    monkeypatch.setattr(downloads_route, "offers", lambda: mine)
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": f"/downloads/{token}/{name}",
        "headers": [],
        "query_string": b"",
        "path_params": {"token": token, "name": name},
    }
    return carried_out(send(Request(scope)))


def test_a_file_is_sent_to_be_kept_and_never_shown(mine: Offers, monkeypatch: pytest.MonkeyPatch) -> None:
    token, file = put(mine, "<script>")
    sent = answer(mine, monkeypatch, token, "rows.csv")
    assert isinstance(sent, FileResponse)
    assert (sent.status_code, str(sent.path)) == (200, str(file))
    assert sent.headers["content-disposition"] == 'attachment; filename="rows.csv"'
    assert sent.headers["content-type"] == "application/octet-stream"
    assert (sent.headers["cache-control"], sent.headers["x-content-type-options"]) == ("no-store", "nosniff")


@pytest.mark.parametrize(("token", "name"), [("x" * 43, "rows.csv"), ("..", "rows.csv"), ("", ""), ("mine", "../../secret")])
def test_anything_else_is_a_plain_sentence(token: str, name: str, mine: Offers, monkeypatch: pytest.MonkeyPatch) -> None:
    known, _ = put(mine)
    sent = answer(mine, monkeypatch, known if token == "mine" else token, name)
    assert (sent.status_code, bytes(sent.body).decode()) == (404, GONE)
    assert sent.headers["content-type"] == "text/plain; charset=utf-8"
