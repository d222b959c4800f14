"""Maskboard in a notebook: the documented example runs as it stands."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from pipelines.board import Board
from pipelines.prompt_files import Columns
from storage.errors import StorageError
from tests.conftest import ROOT


def test_the_documented_example_gives_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = doctest.testfile(str(ROOT / "docs" / "python.md"), module_relative=False, encoding="utf-8")
    assert found.attempted > 10
    assert found.failed == 0


def test_a_file_with_other_columns_is_asked_and_read_back(tmp_path: Path) -> None:
    file = tmp_path / "sätze.csv"
    file.write_text("Satz;Wort\nThe sea is [MASK].;blue\n", "utf-8")
    with Board(tmp_path / "log.duckdb") as board:
        outcome = board.batch(file, checkpoints=["bert-mini"], columns=Columns("Satz", "Wort"), top_k=3)
        assert board.rows(outcome.run_id).num_rows == 3
        (accuracy,) = board.analyze("accuracy")["checkpoints"]
        assert (accuracy["checkpoint"], accuracy["n"]) == ("bert-mini", 1)
        with pytest.raises(StorageError, match="predictions"):
            board.rows(outcome.run_id, "settings")
        with pytest.raises(StorageError, match="There is no view"):
            board.rows(None, "settings")
