"""What waits to be saved: one that the log refuses keeps nobody else's back, and the banner says so."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard import resources
from dashboard.unsaved import Unsaved, save_what_waits
from storage import history
from storage.errors import DiskFull, StorageError
from storage.log import Log
from storage.records import Comparison
from tests.dashboard.conftest import OpenApp, badges, plain, runs_in_log, sound
from tests.dashboard.test_log_banner import no_room
from tests.storage.samples import ask

REFUSED = "A prompt with a lone surrogate is no text and was not saved. Type it again."
UNFORESEEN = "It failed for a reason that nobody foresaw."


def no_text() -> Comparison:
    """A comparison that no log takes: half of a character stands in its prompt."""
    return ask("\ud83d is a [MASK].", number=1)


def of_no_kind() -> Comparison:
    """A comparison that nobody foresees: its run has no kind."""
    asked = ask("Of no kind [MASK].", number=2)
    return replace(asked, run=replace(asked.run, kind=None))  # type: ignore[arg-type]


def test_what_the_log_refuses_keeps_nothing_back(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    waiting = Unsaved()
    for comparison in (no_text(), of_no_kind(), ask(number=3), ask(number=4)):
        waiting.add(comparison)
    with Log.open(tmp_path / "log.duckdb") as log, caplog.at_level(logging.ERROR):
        assert waiting.save(log) == 2
        assert history.counts(log.database).runs == 2
        assert waiting.refused() == (REFUSED, UNFORESEEN)
        assert len(waiting) == 2
        assert [each.message for each in caplog.records] == [
            f"The run {each.run.run_id} could not be saved and goes on waiting." for each in (no_text(), of_no_kind())
        ]
        assert waiting.has_saved(ask(number=4).run.run_id)
        for comparison, reason in ((no_text(), REFUSED), (of_no_kind(), UNFORESEEN)):
            with pytest.raises(StorageError, match=reason):
                waiting.save(log, comparison.run.run_id)


def test_what_was_refused_is_tried_again_once_the_log_has_moved(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = Unsaved()
    waiting.add(no_text())
    with Log.open(tmp_path / "log.duckdb") as log:
        for _ in range(3):
            save_what_waits(waiting, log)
        assert len(caplog.records) == 1, "a page does not try again what must fail again"
        log.append(ask(number=9))
        save_what_waits(waiting, log)
        assert len(caplog.records) == 2
        monkeypatch.setattr(Log, "append", lambda *_: None)
        assert waiting.save(log, no_text().run.run_id) == 1
        assert (len(waiting), waiting.refused()) == (0, ())


def test_where_the_log_takes_nothing_the_rest_waits_too(tmp_path: Path) -> None:
    waiting = Unsaved()
    for number in range(3):
        waiting.add(ask(number=number))
    with Log.open(tmp_path / "log.duckdb") as log:
        with no_room(log.path), pytest.raises(DiskFull):
            waiting.save(log)
        assert (len(waiting), waiting.refused()) == (3, ())
        assert waiting.save(log) == 3


def test_the_banner_says_how_many_wait_and_why(open_app: OpenApp) -> None:
    app = open_app("models")
    waiting = resources.unsaved()
    for comparison in (no_text(), ask(number=3), of_no_kind()):
        waiting.add(comparison)
    sound(app.run())
    assert runs_in_log() == 1
    assert "Some answers could not be saved" in badges(app)
    assert f"1 answered prompt waits on the server and could not be saved: {REFUSED}" in plain(app)
    assert f"1 answered prompt waits on the server and could not be saved: {UNFORESEEN}" in plain(app)
    sound(app.button(key="try_saving").click().run())
    assert len(waiting) == 2
    assert "Some answers could not be saved" in badges(app)
