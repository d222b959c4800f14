"""docs/check.md is what the command does: its suite, its output, its Python, every key and every option."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from pipelines.__main__ import app, main
from pipelines.check.cases import CASE_KEYS, ROW_KEYS
from pipelines.check.checking import check_suite
from pipelines.check.expectations import Measure
from pipelines.check.suite import read_suite
from pipelines.shelf import Shelf
from tests.conftest import ROOT

DOCUMENT = (ROOT / "docs" / "check.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"```(yaml|text|csv|python)\n(.*?)```", DOCUMENT, re.DOTALL))


def test_the_suite_is_the_one_that_can_be_copied() -> None:
    assert BLOCKS["yaml"] == (ROOT / "docs" / "check" / "suite.yaml").read_text("utf-8")


def test_the_documented_suite_gives_the_documented_output(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", ["python -m pipelines", "check", "docs/check/suite.yaml"])
    assert main() == 1
    assert capsys.readouterr().out == BLOCKS["text"]


def test_the_documented_python_runs(monkeypatch: pytest.MonkeyPatch, shelf: Shelf) -> None:
    monkeypatch.chdir(ROOT)
    # The checkpoints that are in memory already.
    monkeypatch.setattr("pipelines.shelf.Shelf", lambda settings: shelf)
    found: dict[str, Any] = {}
    exec(compile(BLOCKS["python"], "docs/check.md", "exec"), found)  # noqa: S102 - the project's own document
    assert found["failed"] == ["a matter of fact"]


def test_the_documented_table_is_a_suite_that_holds(tmp_path: Path, shelf: Shelf) -> None:
    path = tmp_path / "suite.csv"
    path.write_text(BLOCKS["csv"], "utf-8")
    report = check_suite(read_suite(path), shelf, checkpoints=["bert-mini"])
    assert (report.held, len(report.verdicts)) == (True, 2)


@pytest.mark.parametrize("key", sorted({*CASE_KEYS, *ROW_KEYS, *Measure}))
def test_every_key_is_documented(key: str) -> None:
    assert re.search(rf"`[^`\n]*\b{re.escape(key)}\b[^`\n]*`", DOCUMENT)


def test_every_option_is_documented() -> None:
    command = typer.main.get_command(app).commands["check"]  # type: ignore[attr-defined]
    options = [name for parameter in command.params for name in parameter.opts if name.startswith("--")]
    assert len(options) > 5
    for name in options:
        assert f"`{name}" in DOCUMENT, name
