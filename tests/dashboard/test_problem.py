"""An error that nobody foresaw is a sentence with a number; the trace is in the server's log and nowhere else."""

from __future__ import annotations

import logging
import re

import pytest

from dashboard.components import comparison_view
from tests.dashboard.conftest import MINIS, OpenApp, plain


@pytest.mark.usefixtures("minis")
def test_an_unforeseen_error_is_a_sentence(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("a secret path: /home/somebody")

    monkeypatch.setattr(comparison_view, "agreement_in_words", fail)
    app = open_app()
    with caplog.at_level(logging.ERROR):
        app.button(key="ask_button").click().run()
    assert not app.exception
    number = re.search(r"report number ([0-9a-f]{8})", plain(app))
    assert number is not None
    assert "somebody" not in plain(app)
    assert f"unforeseen error {number[1]}" in caplog.text
    assert "somebody" in caplog.text
    assert app.multiselect(key="chosen").value == list(MINIS)
