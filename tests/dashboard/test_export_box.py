"""Exports on a page: prepared in the background, fetched by a link that nobody can guess, gone after an hour."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from streamlit.testing.v1 import AppTest

from dashboard import downloads_route, offers
from dashboard.downloads_route import GONE, send
from dashboard.offers import MOST, SECONDS, TOKEN, Offers
from dashboard.preparations import Preparation, PreparationState
from storage.exports import of_query, of_view
from storage.log import Log
from storage.output import Format
from storage.snapshots import Snapshot, Snapshots
from tests.dashboard.conftest import badges, plain
from tests.storage.conftest import mount as mount
from tests.storage.samples import ask


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
    """An offer with a file `rows.csv`: its token and the file."""
    offer = mine.open()
    file = offer.folder / "rows.csv"
    file.write_text(content)
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


def test_the_oldest_goes_when_there_are_too_many(mine: Offers) -> None:
    tokens = [put(mine)[0] for _ in range(MOST + 2)]
    assert [mine.find(token, "rows.csv") is not None for token in tokens] == [False, False] + [True] * MOST


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
    return asyncio.run(send(Request(scope)))


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


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    """A copy of a log with one ask."""
    with Log.open(tmp_path / "log.duckdb") as log:
        log.append(ask())
        return Snapshots(log.database).current()


def prepared(source: object, mine: Offers, snapshot: Snapshot, form: Format = Format.CSV) -> Preparation:
    assert source is not None
    preparation = Preparation(source, form, mine, lambda: snapshot)  # type: ignore[arg-type]
    preparation.start()
    assert preparation.wait(120)
    return preparation


def test_a_prepared_file_is_named_by_what_is_inside(mine: Offers, snapshot: Snapshot) -> None:
    preparation = prepared(of_view("predictions"), mine, snapshot)
    assert preparation.state is PreparationState.DONE
    found = preparation.prepared
    assert found is not None
    assert found.name.startswith("maskboard-predictions-all-15-rows-20")
    assert preparation.rows == found.manifest.rows == 15
    _, _, token, name = found.link.split("/")
    file = mine.find(token, name)
    assert file is not None
    assert len(list(csv.reader(io.StringIO(file.read_text("utf-8-sig"))))) == 16
    _, _, same, beside = found.manifest_link.split("/")
    manifest = mine.find(same, beside)
    assert manifest is not None
    assert (same, json.loads(manifest.read_bytes())["rows"]) == (token, 15)
    assert preparation.is_kept
    preparation.forget()
    assert not preparation.is_kept


def test_a_preparation_that_fails_says_why_and_leaves_nothing(mine: Offers, snapshot: Snapshot) -> None:
    preparation = prepared(of_query("SELECT error('no such luck')"), mine, snapshot)
    assert preparation.state is PreparationState.FAILED
    assert "no such luck" in preparation.problem
    assert list(mine.folder.iterdir()) == []


def test_a_preparation_can_be_stopped(mine: Offers, snapshot: Snapshot) -> None:
    begun = threading.Event()

    def take() -> Snapshot:
        begun.wait(60)
        return snapshot

    preparation = Preparation(of_query("FROM range(5000000)"), Format.CSV, mine, take)
    preparation.start()
    preparation.cancel()
    begun.set()
    assert preparation.wait(120)
    assert preparation.state is PreparationState.CANCELLED
    assert list(mine.folder.iterdir()) == []


def test_a_full_disk_is_said_without_a_path(
    snapshot: Snapshot, mount: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = mount("size=64k")
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    full = Offers()
    preparation = Preparation(
        of_query("SELECT repeat('x', 1000) || i AS t FROM range(1000) AS r(i)"), Format.CSV, full, lambda: snapshot
    )
    preparation.start()
    assert preparation.wait(120)
    assert preparation.state is PreparationState.FAILED
    assert preparation.problem == (
        "The file could not be written where the dashboard runs: no space left on device. Make room there, or export less."
    )
    assert list(full.folder.iterdir()) == []
    full.close_all()


def page() -> None:
    from dashboard.components.export_box import show_export
    from storage.exports import of_view

    show_export(of_view("runs"), "runs")


def test_the_box_prepares_and_links() -> None:
    with Log.open() as log:
        log.append(ask())
    app = AppTest.from_function(page, default_timeout=120).run()
    assert not app.exception
    assert app.get("link_button") == []
    app.button(key="export_prepare_runs").click().run()
    assert app.session_state["export_prepared_runs"].wait(120)
    assert not app.run().exception
    assert "1 row, " in plain(app)
    links = [each.proto.url for each in app.get("link_button")]
    assert len(links) == 2
    assert all(link.startswith("/downloads/") for link in links)
    assert links[1] == f"{links[0]}.manifest.json"
    assert offers.offers().find(*links[0].split("/")[2:]) is not None
    app.segmented_control(key="export_format_runs").set_value(Format.JSON).run()
    assert app.get("link_button") == []
    assert "Not exported" not in badges(app)
