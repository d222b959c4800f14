"""The real app on a real log in a temporary folder, with the bundled checkpoints loaded once for all tests of this layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import streamlit as st
from altair.utils.schemapi import SchemaBase
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from dashboard import resources
from pipelines.settings import BUNDLED_DIR
from storage import history, samples
from storage.database import default_path
from storage.errors import StorageError
from storage.log import Log
from tests.conftest import ROOT
from tests.logs import put_log

MINIS = ("bert-mini", "distilbert-mini", "albert-mini")
SEED = "MLM and NSP is the [MASK] task of BERT."

OpenApp = Callable[..., AppTest]


@pytest.fixture(autouse=True, scope="session")
def packages_read_once() -> Iterator[None]:
    """Each app reads the description of every installed package to find its components; while tests run, they stay the same."""
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        yield


@pytest.fixture(autouse=True)
def fresh_places() -> Iterator[None]:
    """Each test has a history of its own; the settings and the loaded checkpoints are kept, they take seconds to make."""
    yield
    resources._log.clear()
    resources.unsaved.clear()
    st.cache_data.clear()


@pytest.fixture
def minis() -> tuple[str, ...]:
    """The bundled checkpoints, in the order in which they answer."""
    missing = [name for name in MINIS if not (BUNDLED_DIR / name / "model.safetensors").is_file()]
    if missing:
        pytest.skip(f"needs the bundled checkpoints; {', '.join(missing)} are not there")
    return MINIS


@pytest.fixture
def open_app() -> OpenApp:
    """Open a page of the app, as a browser opens an address; with the sample of a new log only where a test is about it."""

    def open_page(page: str = "compare", /, *, sample: bool = False, **parameters: str) -> AppTest:
        if not sample:
            without_sample()
        app = AppTest.from_file(str(ROOT / "dashboard" / "main.py"), default_timeout=120)
        for name, value in parameters.items():
            app.query_params[name] = value
        if page != "compare":  # found by its name, which is that of its address
            app.switch_page(f"app_pages/{page}.py")
        return sound(app.run())

    return open_page


def emptied(log: Log) -> None:
    """What a person does who removes the sample."""
    samples.add(log.database)
    samples.remove(log.database)


def own_log() -> Log:
    """The log of this test, open; a new one is as it is after a person has removed the sample."""
    path = default_path()
    if not path.exists():
        put_log(path, emptied)
    return Log.open(path)


def without_sample() -> None:
    """The log of this test as it is after a person has removed the sample; one that cannot be opened stays as it is."""
    with suppress(StorageError, OSError), own_log() as log:
        samples.remove(log.database)


def sound(app: AppTest) -> AppTest:
    """The same page, if nothing on it went wrong that nobody foresaw."""
    assert not app.exception, app.exception
    assert "Something went wrong" not in badges(app), "an unforeseen error; its trace is in the log above"
    return app


def ask(app: AppTest, text: str | None = None, **boxes: str) -> AppTest:
    """Type into the boxes and press Ask."""
    if text is not None:
        app.text_area(key="prompt").set_value(text)
    for key, value in boxes.items():
        app.text_input(key=key).set_value(value)
    return sound(app.button(key="ask_button").click().run())


def plain(app: AppTest) -> str:
    """Everything on the page that is shown as plain text or code."""
    return "\n".join([*(str(each.value) for each in app.text), *(str(each.value) for each in app.code)])


def markup(app: AppTest) -> str:
    """Everything on the page that the browser reads as Markdown, labels and help texts included."""
    parts = [str(each.value) for kind in (app.markdown, app.caption, app.title, app.subheader) for each in kind]
    for kind in ("button", "text_input", "text_area", "multiselect", "number_input", "toggle", "metric", "page_link", "tab"):
        for each in app.get(kind):
            parts += [str(getattr(each, "label", "")), str(getattr(each, "help", ""))]
    return "\n".join(parts)


def badges(app: AppTest) -> str:
    """The badges, which are Markdown of our own."""
    return "\n".join(str(each.value) for each in app.markdown)


def runs_in_log() -> int:
    """How many runs the log of this test holds."""
    with Log.open() as log:
        return history.recent_runs(log.database).n


@pytest.fixture
def channels_of_their_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a channel that is a text or a dict Altair looks through all its classes, which takes half as long as a chart."""

    def looked_up(cls: type[SchemaBase], dct: dict[str, Any], validate: bool = True) -> SchemaBase:
        raise AssertionError(f"{cls.__name__} of {dct}")

    monkeypatch.setattr(SchemaBase, "from_dict", classmethod(looked_up))
