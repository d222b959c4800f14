"""Exports on a page: prepared in the background, of what the page shows, stopped at once, and said where they cannot be."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import offers, resources
from dashboard.offers import WHY_GONE, Offers
from dashboard.preparations import Preparation, PreparationState
from storage.exports import of_query, of_view
from storage.log import Log
from storage.output import Format
from storage.snapshots import Snapshot, Snapshots
from tests.dashboard.conftest import badges, own_log, plain
from tests.storage.samples import ask


@pytest.fixture
def mine() -> Iterator[Offers]:
    own = Offers()
    yield own
    own.close_all()


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


ENDLESS = "SELECT sum(a.range * b.range) AS n FROM range(10000000) AS a, range(10000000) AS b"
"""No row comes for hours."""


def begun(mine: Offers, snapshot: Snapshot) -> Preparation:
    """An export that has its copy and waits for the first row."""
    taken = threading.Event()

    def take() -> Snapshot:
        taken.set()
        return snapshot

    preparation = Preparation(of_query(ENDLESS), Format.CSV, mine, take)
    preparation.start()
    assert taken.wait(60)
    return preparation


def test_it_is_stopped_before_rows_come(mine: Offers, snapshot: Snapshot) -> None:
    preparation = begun(mine, snapshot)
    preparation.cancel()
    assert preparation.wait(60), "the limit of a download is five minutes"
    assert (preparation.state, preparation.problem) == (PreparationState.CANCELLED, "")
    assert list(mine.folder.iterdir()) == []


def test_what_was_deleted_meanwhile_is_not_given_out(mine: Offers, snapshot: Snapshot) -> None:
    preparation = begun(mine, snapshot)
    mine.forget()
    assert preparation.wait(60)
    assert preparation.state is PreparationState.FAILED
    assert preparation.problem == "Something was deleted from the history meanwhile. Prepare the file again."
    assert not preparation.is_kept


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
    with own_log() as log:
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


def app_of(script: Callable[[], None]) -> AppTest:
    """The page after its file was prepared."""
    app = AppTest.from_function(script, default_timeout=120).run()
    app.button(key="export_prepare_runs").click().run()
    assert app.session_state["export_prepared_runs"].wait(120)
    return app.run()


def test_a_file_of_before_is_said_to_be_of_before() -> None:
    with own_log() as log:
        log.append(ask())
        app = app_of(page)
        assert "Not the newest" not in badges(app)
        log.append(ask("The sea is [MASK].", number=1))
        assert "Not the newest" in badges(app.run())
        assert "Prepare it again for what is new." in plain(app)
        app.button(key="export_anew_runs").click().run()
        assert app.session_state["export_prepared_runs"].wait(120)
        assert "Not the newest" not in badges(app.run())
        assert "2 rows, " in plain(app)


def test_a_file_that_is_gone_is_said_to_be_gone() -> None:
    with own_log() as log:
        log.append(ask())
    app = app_of(page)
    offers.forget()
    assert "No longer there" in badges(app.run())
    assert WHY_GONE in plain(app)
    assert app.get("link_button") == []


def page_of_a_copy() -> None:
    import streamlit as st

    from dashboard.components.export_box import show_export
    from storage.exports import of_view

    show_export(of_view("runs"), "runs", st.session_state["copy"])


def test_what_is_shown_is_exported_and_nothing_newer() -> None:
    with own_log() as log:
        log.append(ask())
        copies = resources.open_log().copies
        assert copies is not None
        app = AppTest.from_function(page_of_a_copy, default_timeout=120)
        app.session_state["copy"] = copies.to_read(fresh=True)
        log.append(ask("The sea is [MASK].", number=1))
        app.run().button(key="export_prepare_runs").click().run()
        assert app.session_state["export_prepared_runs"].wait(120)
        assert "1 row, " in plain(app.run())
        app.session_state["copy"] = copies.to_read(fresh=True)
        assert app.run().get("link_button") == [], "of another copy than the page shows"
        copies.forget()
        app.button(key="export_prepare_runs").click().run()
        assert app.session_state["export_prepared_runs"].wait(120)
        assert "Run the statement again, and export what it finds then." in plain(app.run())


def test_no_place_for_files_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(offers, "_made", [])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    app = AppTest.from_function(page, default_timeout=120).run()
    app.button(key="export_prepare_runs").click().run()
    assert not app.exception
    assert "Not exported" in badges(app)
    assert "There is no place for files where the dashboard runs: no such file or directory." in plain(app)
