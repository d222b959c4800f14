"""What the banner says above every page, and the ways out that it offers."""

from __future__ import annotations

import errno
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dashboard import resources
from storage.database import Database
from storage.errors import DiskFull
from storage.log import Log
from storage.wal import size_of, wal_path
from tests.dashboard.conftest import OpenApp, ask, badges, plain, runs_in_log, sound
from tests.storage.damage import flip, write_and_die

PAGES = ("compare", "history", "models", "distributions", "vocabulary", "diversity", "disagreements", "accuracy", "sql")
DAMAGED = "The history is damaged, and nothing is being saved"
FULL = "The disk is full, and nothing is being saved"


def has_trouble(log: Log) -> bool:
    return log.database.trouble is not None


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A log of three asks, the last of which is damaged in the WAL."""
    path = tmp_path / "history.duckdb"
    ends = write_and_die(path, 3)
    flip(wal_path(path), ends[1] + 40)
    return path


@contextmanager
def no_room(log: Path) -> Iterator[None]:
    """No file of this process may grow beyond what the WAL has now, which is how a full disk looks to a write."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_of(wal_path(log)) + 100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_healthy_log_has_no_banner(open_app: OpenApp) -> None:
    app = open_app("models")
    assert "nothing is being saved" not in badges(app)
    assert "What works:" not in plain(app)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_above_a_damaged_log(damaged: Path, open_app: OpenApp, page: str) -> None:
    app = open_app(page, sample=True)
    assert DAMAGED in badges(app)
    assert "What works: asking on Compare, and Models." in plain(app)
    assert "cannot be read at byte" in plain(app)
    assert app.button(key="repair").label == "Repair"


def test_the_repair_is_asked_twice_and_done_in_place(damaged: Path, open_app: OpenApp, minis: tuple[str, ...]) -> None:
    before = wal_path(damaged).read_bytes()
    app = ask(open_app(sample=True))
    assert len(app.metric) == 12, "people are answered all the while"
    assert "Not saved" in badges(app)
    app.button(key="repair").click().run()
    assert wal_path(damaged).read_bytes() == before, "asking what it would do does nothing"
    sound(app.button(key="repair_not").click().run())
    assert not [each for each in app.button if each.key == "repair_now"]
    app.button(key="repair").click().run()
    sound(app.button(key="repair_now").click().run())
    assert "The history was repaired" in badges(app)
    assert "The log opens again and holds 2 runs." in plain(app)
    assert "Not brought back: 1 commit saved" in plain(app)
    assert DAMAGED not in badges(app)
    (kept,) = damaged.parent.glob("history.duckdb.damaged-*.wal")
    assert kept.read_bytes() == before
    # What was answered meanwhile is saved as soon as it can be, and the page says so.
    assert runs_in_log() == 3
    sound(app.run())
    assert "Saved: 1 prompt, 3 answers." in [each.value for each in app.caption]
    sound(app.button(key="repair_read").click().run())
    assert "The history was repaired" not in badges(app)


def test_a_repair_that_cannot_be_done_says_why(damaged: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app("models", sample=True)
    app.button(key="repair").click().run()
    folder = damaged.parent / "bin"
    folder.mkdir()
    (folder / "cp").write_text("#!/bin/sh\necho 'cp: error writing: No space left on device' >&2\nexit 1\n")
    (folder / "cp").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    sound(app.button(key="repair_now").click().run())
    assert "could not be copied" in plain(app)
    assert "the disk is full" in plain(app)
    assert DAMAGED in badges(app)


def test_somebody_else_may_have_repaired_it(damaged: Path, open_app: OpenApp) -> None:
    app = open_app("models", sample=True)
    app.button(key="repair").click().run()
    assert resources.repair_log() is not None
    sound(app.button(key="repair_now").click().run())
    assert "somebody has repaired it" in plain(app)
    assert len(list(damaged.parent.glob("history.duckdb.damaged-*.wal"))) == 1


def test_a_full_disk_loses_no_answer_and_needs_no_restart(open_app: OpenApp, minis: tuple[str, ...]) -> None:
    app = open_app()
    opened = resources.open_log()
    assert opened.log is not None
    with no_room(opened.log.path):
        ask(app, "The capital of France is [MASK].")
        assert len(app.metric) == 12
        assert "is full" in plain(app)
        assert "Not saved" in badges(app)
        sound(app.button(key="save_now").click().run())
        assert "Still not saved" in badges(app)
        assert FULL in badges(app)
        assert "What works: asking on Compare, History and the pages over it." in plain(app)
        assert "1 answered prompt waits on the server and will be saved." in plain(app)
        sound(app.button(key="try_saving").click().run())
        assert "Tried again:" in plain(app)
        assert has_trouble(opened.log)
    sound(app.button(key="save_now").click().run())
    assert runs_in_log() == 1
    assert "Saved: 1 prompt, 3 answers." in [each.value for each in app.caption]
    assert not has_trouble(opened.log)
    assert FULL not in badges(sound(app.run()))


def test_what_waits_is_saved_by_whoever_comes_first(open_app: OpenApp, minis: tuple[str, ...]) -> None:
    first = open_app()
    opened = resources.open_log()
    assert opened.log is not None
    with no_room(opened.log.path):
        ask(first, "The capital of France is [MASK].")
    assert runs_in_log() == 0
    second = open_app("models", sample=True)
    assert FULL in badges(second)
    sound(second.button(key="try_saving").click().run())
    assert FULL not in badges(second)
    assert runs_in_log() == 1
    assert len(resources.unsaved()) == 0
    assert "Saved: 1 prompt, 3 answers." in [each.value for each in sound(first.run()).caption]


def test_trouble_is_set_by_a_failed_write_and_cleared_by_the_next(tmp_path: Path) -> None:
    with Log.open(tmp_path / "log.duckdb") as log:
        assert not has_trouble(log)
        with no_room(log.path), pytest.raises(DiskFull):
            log.database.write(
                lambda cursor: cursor.execute("INSERT INTO word SELECT i, repeat('x', 90) || i FROM range(9000) t(i)")
            )
        trouble = log.database.trouble
        assert trouble is not None
        assert trouble.may_be_read
        assert "is full" in str(trouble.error)
        assert log.database.rows("SELECT count(*) FROM word") == [(0,)]
        log.database.try_writing()
        assert not has_trouble(log)


def test_a_damaged_file_is_no_case_for_the_repair(tmp_path: Path, open_app: OpenApp) -> None:
    path = tmp_path / "history.duckdb"
    Database.open(path).close()
    flip(path, 12_300)
    app = open_app("models", sample=True)
    assert "Nothing is being saved" in badges(app)
    assert "python -m storage restore" in plain(app)
    assert not [each for each in app.button if each.key == "repair"]


def test_whatever_the_system_says_to_a_repair_is_a_sentence(
    damaged: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    app = open_app("models", sample=True)
    app.button(key="repair").click().run()
    monkeypatch.setattr(resources, "repair", refuse)
    sound(app.button(key="repair_now").click().run())
    assert "The history could not be repaired: input/output error. Mend that and try again." in plain(app)
    assert DAMAGED in badges(app)
