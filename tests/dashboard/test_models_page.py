"""Models says what answers and from where, gets what is missing, and tells the truth about words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import resources
from dashboard.components.download_box import in_words
from pipelines.catalogue import size_in_words
from pipelines.download import DownloadProgress, DownloadState
from pipelines.settings import read_settings
from tests.dashboard.conftest import OpenApp, ask, badges, plain
from tests.pipelines.hub_server import HUB_ID, REVISION, Behaviour, HubServer, tiny_checkpoint, write_folder

WEIGHTS = "cdn:model.safetensors"


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        server.publish(tiny_checkpoint())
        yield server


@pytest.fixture
def with_tiny(hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A catalogue with one more checkpoint, which only the hub of this test has."""
    file = tmp_path / "maskboard.toml"
    file.write_text(f'[checkpoints.tiny]\nhub_id = "{HUB_ID}"\nrevision = "{REVISION}"\nfamily = "bert"\n', "utf-8")
    monkeypatch.setenv("MASKBOARD_SETTINGS", str(file))
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    yield from fresh_settings()


def fresh_settings() -> Iterator[None]:
    """Read the settings again for one test, and once more after it."""
    shared = (resources.downloads, resources.library, resources.settings)
    for each in shared:
        each.clear()
    yield
    for each in shared:
        each.clear()


def press(app: AppTest, label: str) -> AppTest:
    next(each for each in app.button if each.label.startswith(label)).click().run()
    assert not app.exception, app.exception
    return app


def press_of_tiny(app: AppTest, key: str) -> AppTest:
    app.button(key=f"{key}_tiny").click().run()
    assert not app.exception, app.exception
    return app


def finish(app: AppTest) -> AppTest:
    """Wait until the download has ended, and look at the page again."""
    download = resources.downloads().of("tiny")
    assert download is not None
    assert download.wait(60).state is not DownloadState.RUNNING
    resources.look_again()
    app.run()
    assert not app.exception, app.exception
    return app


@pytest.mark.usefixtures("minis")
def test_every_checkpoint_of_the_catalogue_has_a_card(open_app: OpenApp) -> None:
    app = open_app("models")
    names = [str(each.value) for each in app.subheader]
    for name in ("bert-base-uncased", "distilbert-base-uncased", "albert-base-v2", "bert-mini", "distilbert-mini"):
        assert name in names
    assert "not here" in badges(app)
    assert "bundled" in badges(app)
    assert [each.label for each in app.metric][:3] == ["Weights", "Parameters", "Vocabulary"]
    assert any("MASKBOARD_MODELS_DIR" in each.value for each in app.code)


@pytest.mark.usefixtures("minis")
def test_the_median_time_counts_fresh_answers_only(open_app: OpenApp) -> None:
    compare = open_app()
    ask(compare)
    ask(compare)
    app = open_app("models")
    assert [each.label for each in app.metric if each.label.startswith("Time")] == ["Time, n = 1"] * 3


@pytest.mark.usefixtures("minis")
def test_the_truth_about_a_word(open_app: OpenApp) -> None:
    app = open_app("models")
    table = app.dataframe[0].value.set_index("checkpoint")
    assert table.loc["bert-mini", "verdict"] == "yes"
    albert = table.loc["albert-mini"]
    if albert["whole"] == "yes" and albert["target"] != albert["pieces"]:
        assert albert["pieces"] == "▁cat"
        assert albert["verdict"] == "no, it is a piece inside words"


@pytest.mark.usefixtures("minis")
@pytest.mark.parametrize(
    ("word", "sentence"), [("two words", "holds a space"), ("", "is empty"), ("[MASK]", "is a mask itself")]
)
def test_what_is_no_word_is_a_sentence(open_app: OpenApp, word: str, sentence: str) -> None:
    app = open_app("models")
    app.text_input(key="truth_word").set_value(word).run()
    assert not app.exception
    assert sentence in plain(app)


@pytest.mark.usefixtures("with_tiny")
def test_a_download_shows_its_size_first_and_then_serves(open_app: OpenApp, hub: HubServer) -> None:
    app = open_app("models")
    press_of_tiny(app, "plan_button")
    size = size_in_words(sum(len(each.content) for each in hub.files.values()))
    assert f"4 files, {size}, from {hub.url}" in plain(app)
    assert not hub.requests(WEIGHTS)
    press_of_tiny(app, "start")
    finish(app)
    assert "tiny" in resources.checkpoints_at_hand()
    assert ":gray-badge[hub]" in badges(app)


@pytest.mark.usefixtures("with_tiny")
def test_a_download_can_be_stopped_and_goes_on(open_app: OpenApp, hub: HubServer) -> None:
    hub.script(WEIGHTS, Behaviour(hold_after=100_000))
    app = open_app("models")
    press_of_tiny(app, "plan_button")
    press_of_tiny(app, "start")
    assert hub.held.wait(30)
    app.run()
    assert app.progress
    press_of_tiny(app, "cancel")
    hub.release.set()
    finish(app)
    assert "Stopped" in badges(app)
    press_of_tiny(app, "go_on")
    finish(app)
    assert "tiny" in resources.checkpoints_at_hand()
    assert hub.requests(WEIGHTS)[-1].range is not None


@pytest.mark.usefixtures("with_tiny")
def test_a_hub_that_does_not_answer_is_a_sentence(open_app: OpenApp, hub: HubServer) -> None:
    hub.always("api", Behaviour(status=404))
    app = press_of_tiny(open_app("models"), "plan_button")
    assert "Not downloaded" in badges(app)
    assert "tiny" in plain(app) or HUB_ID in plain(app)
    assert "Not downloaded" in badges(app.run())  # and it stays until the next try


@pytest.mark.usefixtures("with_tiny")
def test_a_person_may_think_better_of_it(open_app: OpenApp, hub: HubServer) -> None:
    app = press_of_tiny(open_app("models"), "plan_button")
    press_of_tiny(app, "not_now")
    assert hub.url not in plain(app)
    assert resources.downloads().of("tiny") is None


def test_settings_that_cannot_be_read_are_a_sentence_on_every_page(
    open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "maskboard.toml"
    file.write_text("models_dir = 7\n", "utf-8")
    monkeypatch.setenv("MASKBOARD_SETTINGS", str(file))
    for _ in fresh_settings():
        for page in ("compare", "models"):
            assert "models_dir is 7, which cannot be used" in plain(open_app(page))
        open_app("history")
        file.write_text("", "utf-8")
        assert "cannot be used" not in plain(open_app())


@pytest.mark.usefixtures("minis")
def test_a_folder_that_cannot_serve_is_said(open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = tmp_path / "models"
    write_folder(models / "distilbert-base-uncased", tiny_checkpoint("bert"))
    write_folder(models / "albert-base-v2", {"config.json": b"{}"})
    monkeypatch.setenv("MASKBOARD_MODELS_DIR", str(models))
    for _ in fresh_settings():
        app = open_app("models")
        assert badges(app).count("Please note") == 2
        assert str(models / "distilbert-base-uncased") in plain(app)
        assert str(models / "albert-base-v2") in plain(app)
        assert open_app().multiselect(key="chosen").value == ["bert-mini", "distilbert-mini", "albert-mini"]


def test_a_machine_without_any_checkpoint_is_said(open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "read_settings", lambda: replace(read_settings(), bundled_dir=tmp_path / "nothing"))
    for _ in fresh_settings():
        app = open_app()
        assert app.multiselect(key="chosen").value == []
        assert plain(app).count("Restore ") == 3
        assert "No checkpoint is chosen" in plain(ask(app))
        assert badges(open_app("models")).count("not here") == 6


def test_progress_in_words() -> None:
    progress = DownloadProgress("x", DownloadState.RUNNING, "f", 120_000_000, 440_000_000, 5_200_000.0, 61.5, None)
    assert in_words(progress) == "120 MB of 440 MB, 5.2 MB a second, about 1 min left"
    waiting = DownloadProgress("x", DownloadState.WAITING, "", 0, 440_000_000, None, None, None)
    assert in_words(waiting) == "0 bytes of 440 MB, waiting"
