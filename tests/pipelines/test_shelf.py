"""Checkpoints come into memory once, in the background, and say how far they are."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.errors import PipelineError
from pipelines.settings import read_settings
from pipelines.shelf import Shelf, ShelfState
from tests.conftest import ROOT
from tests.pipelines.conftest import MINIS


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """A shelf on a folder of models that the test may change."""
    monkeypatch.setenv("MASKBOARD_MODELS_DIR", str(tmp_path / "models"))
    shutil.copytree(ROOT / "pipelines" / "bundled" / "albert-mini", tmp_path / "models" / "albert-mini")
    shelf = Shelf(read_settings())
    yield shelf
    shelf.close()


def test_a_checkpoint_is_loaded_once_for_all_who_ask(own: Shelf) -> None:
    assert own.entry("albert-mini").state is ShelfState.AWAY
    own.prepare("albert-mini")
    assert own.entry("albert-mini").state in (ShelfState.LOADING, ShelfState.READY)
    with ThreadPoolExecutor(8) as sessions:
        loaded = list(sessions.map(own.get, ["albert-mini"] * 8))
    assert len({id(each) for each in loaded}) == 1
    entry = own.entry("albert-mini")
    assert entry.state is ShelfState.READY
    assert entry.seconds is not None
    assert own.entry("albert-mini").seconds == entry.seconds


def test_the_end_of_loading_is_told_once_for_several() -> None:
    ends: list[int] = []
    shelf = Shelf(read_settings(), on_loaded=lambda: ends.append(1))
    shelf.prepare(*MINIS)
    for name in (*MINIS, *MINIS):
        shelf.get(name)
    shelf.close()
    assert ends == [1]


def test_exchanged_weights_are_another_checkpoint(own: Shelf, tmp_path: Path) -> None:
    before = own.get("albert-mini")
    folder = tmp_path / "models" / "albert-mini"
    config = folder / "tokenizer.json"
    config.write_text(config.read_text("utf-8") + " ", "utf-8")
    after = own.get("albert-mini")
    assert after is not before
    assert after.checkpoint.weights_sha256 == before.checkpoint.weights_sha256
    assert after.checkpoint.tokenizer_sha256 != before.checkpoint.tokenizer_sha256


def test_a_failure_is_told_and_tried_again(own: Shelf, tmp_path: Path) -> None:
    folder = tmp_path / "models" / "albert-mini"
    good = (folder / "tokenizer.json").read_text("utf-8")
    (folder / "tokenizer.json").write_text("{}", "utf-8")
    own.prepare("albert-mini")
    with pytest.raises(PipelineError):
        own.get("albert-mini")
    (folder / "tokenizer.json").write_text(good, "utf-8")
    assert own.get("albert-mini").checkpoint.name == "albert-mini"


def test_preparing_an_unknown_name_is_told_to_who_asks_for_it(own: Shelf) -> None:
    own.prepare("bart")
    assert own.entry("bart").state is ShelfState.AWAY
    with pytest.raises(PipelineError, match="bart"):
        own.get("bart")


def test_nothing_heavy_is_imported_until_a_checkpoint_is_loaded() -> None:
    program = (
        "import sys, pipelines.ask, pipelines.answers, pipelines.shelf, pipelines.reply, pipelines.__main__, storage.__main__\n"
        "heavy = {'torch', 'transformers', 'streamlit', 'altair', 'scipy', 'tokenizers'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
