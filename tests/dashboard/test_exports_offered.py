"""Every row that a page stands for can be taken away from it: of the filters, and of a run."""

from __future__ import annotations

import pytest

from dashboard import offers, resources
from dashboard.components import delete_box
from dashboard.export_rows import rows_of_run, rows_of_selection
from storage import samples as sample
from storage import visitors
from storage.database import Database, default_path
from storage.errors import DiskFull, QueryFailed
from storage.selection import Selection
from tests.dashboard.conftest import OpenApp, badges, own_log, plain, sound
from tests.storage import samples
from tests.storage.samples import run_id

PAGES = ("distributions", "vocabulary", "diversity", "disagreements", "accuracy")


@pytest.fixture(autouse=True)
def history() -> None:
    with own_log() as log:
        for number, text in enumerate(("The sky is [MASK].", "The sea is [MASK].")):
            log.append(samples.ask(text, number=number))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_history_exports_what_its_filters_select(open_app: OpenApp, page: str) -> None:
    app = open_app(page, text="sky", checkpoints="bert-mini")
    box = app.selectbox(key="export_rows_selection")
    assert box.options == ["Answers", "Predictions", "Candidates", "Agreements", "Prompts", "Asks"]
    sound(box.set_value("Predictions").run())
    sound(app.button(key="export_prepare_selection").click().run())
    preparation = app.session_state["export_prepared_selection"]
    assert preparation.wait(120)
    assert preparation.prepared.manifest.rows == 5
    assert preparation.prepared.manifest.filters == {"checkpoints": "bert-mini", "text": "sky"}
    assert "5 rows, " in plain(sound(app.run()))


def test_a_run_exports_its_rows_and_no_other(open_app: OpenApp) -> None:
    app = open_app("history", run=run_id(0))
    app.selectbox(key=f"export_rows_{run_id(0)}").set_value("Answers").run()
    sound(app.button(key=f"export_prepare_{run_id(0)}").click().run())
    preparation = app.session_state[f"export_prepared_{run_id(0)}"]
    assert preparation.wait(120)
    assert preparation.prepared.manifest.rows == 3
    assert preparation.prepared.manifest.filters == {"run": run_id(0)}


def test_each_kind_of_row_is_said_in_words() -> None:
    assert [each.source.view for each in rows_of_selection(Selection())] == [
        "answers", "predictions", "candidates", "agreements", "prompts", "asks"
    ]  # fmt: skip
    assert [each.source.view for each in rows_of_run(run_id(0), refused=True)][-1] == "refused_prompts"
    assert len({each.meaning for each in rows_of_run(run_id(0), refused=True)}) == 7


def test_what_is_deleted_leaves_no_prepared_file(open_app: OpenApp) -> None:
    offer = offers.offers().open()
    (offer.folder / "rows.csv").write_text("x")
    assert offers.offers().keep(offer)
    app = open_app("history", run=run_id(0))
    for key in (f"delete_{run_id(0)}", "delete_once", "delete_twice"):
        app = sound(app.button(key=key).click().run())
    assert "Deleted" in badges(app)
    assert not offer.folder.exists()


def test_the_sample_goes_in_one_transaction_or_not_at_all(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    with own_log() as log:
        log.append(sample.comparison())
    app = open_app("history", sample=True, run=sample.RUN_ID)
    for key in (f"delete_{sample.RUN_ID}", "delete_once"):
        app = sound(app.button(key=key).click().run())
    opened = resources.open_log()
    assert opened.log is not None
    database, written = opened.log.database, []

    def full_at_the_second(self: Database, work: object, real: object = Database.write) -> object:
        written.append(work)
        if len(written) > 1:
            raise DiskFull(self.path)
        return real(self, work)  # type: ignore[operator]

    monkeypatch.setattr(Database, "write", full_at_the_second)
    app = sound(app.button(key="delete_twice").click().run())
    assert len(written) == 1
    assert not sample.is_there(database)
    assert "Gone are 1 run" in plain(app)


def test_nothing_is_said_to_be_gone_that_is_not(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app("history", run=run_id(0))
    for key in (f"delete_{run_id(0)}", "delete_once"):
        app = sound(app.button(key=key).click().run())

    def full(database: Database, target: object) -> None:
        raise DiskFull(database.path)

    monkeypatch.setattr("storage.removal.remove", full)
    app = sound(app.button(key="delete_twice").click().run())
    assert "Nothing was deleted" in badges(app)
    assert delete_box._REMOVED not in app.session_state


def test_a_worker_that_cannot_start_is_a_sentence(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise QueryFailed("No process could be started.", remedy="Try again.")

    monkeypatch.setattr(visitors, "warm", fails)
    app = open_app("sql")
    app.session_state["sql_save"] = True
    app.run().text_input(key="sql_name").set_value("A name").run()
    monkeypatch.setattr("dashboard.components.sql_saved.decide", fails)
    sound(app.button(key="sql_save_button").click().run())
    assert "Not saved" in badges(app)
    assert "No process could be started. Try again." in plain(app)


def test_what_a_link_says_too_much_is_said(open_app: OpenApp) -> None:
    app = open_app("sql", sql="SELECT length($n) AS n", p_n="x" * 1001)
    assert "Not everything in this link was read" in badges(app)
    assert "The value of $n has 1,001 characters" in plain(app)


@pytest.mark.parametrize("page", ["history", "sql", "accuracy"])
def test_a_reason_is_said_once(open_app: OpenApp, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resources._log.clear()
    default_path().write_bytes(b"no log at all, but a file of that name")
    app = open_app(page, sample=True)
    assert "The history cannot be read" in badges(app)
    assert "The reason stands above." in plain(app)
    assert plain(app).count(resources.open_log().problem or "") == 1
