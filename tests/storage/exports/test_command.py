"""`python -m storage export`, and `import` of what it wrote, as a person runs them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from storage.__main__ import main
from storage.log import Log
from storage.snapshots import Snapshots
from tests.conftest import ROOT
from tests.logs import new_log
from tests.storage.archive.histories import everything
from tests.storage.samples import ask


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log with one ask, chosen by the environment."""
    path = tmp_path / "log" / "log.duckdb"
    monkeypatch.setenv("MASKBOARD_HISTORY", str(path))
    with new_log(path) as log:
        log.append(ask("=HYPERLINK [MASK]"))
    return path


@pytest.mark.usefixtures("path")
def test_all_rows_of_a_view(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "p.csv"
    assert main(["export", "predictions", "--where", "rank = 1 AND checkpoint <> 'bert-mini'", "--out", str(out)]) == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"), newline="")))
    assert [(row["checkpoint"], row["prompt"]) for row in rows] == [
        ("distilbert-mini", "'=HYPERLINK [MASK]"), ("albert-mini", "'=HYPERLINK [MASK]"),
    ]  # fmt: skip
    assert capsys.readouterr().out == f"Wrote 2 rows to {out}. What they are stands in p.csv.manifest.json.\n"
    assert json.loads((tmp_path / "p.csv.manifest.json").read_bytes())["filters"]["where"].startswith("rank = 1")


@pytest.mark.usefixtures("path")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["export", "predictions"], "Missing option '--out'"),
        (["export", "--out", "x.csv"], "Missing argument"),
        (["export", "nothing", "--out", "x.csv"], "There is no view 'nothing'. The views are agreements, annotations"),
        (["export", "runs", "--out", "x.xlsx"], "End it on .csv, .json, .parquet"),
        (["export", "runs", "--out", "x.csv", "--format", "table"], "A table is for a screen"),
        (["export", "runs", "--out", "/nowhere/x.csv"], "The file /nowhere/x.csv cannot be written: no such file or directory"),
        (["export", "runs", "--where", "label =", "--out", "x.csv"], "DuckDB cannot read this statement"),
        (["export", "runs", "--where", "label LIKE ]", "--out", "x.csv"], "Column 12: "),
        (["export", "runs", "--where", " label = 'a'\n AND nope = 1 ", "--out", "x.csv"], "Line 2, column 6: "),
        (["export", "runs", "--where", "nope = 1", "--out", "x.csv"], "Column 1: Referenced column"),
        (["export", "runs", "--where", "1=1; DROP TABLE run", "--out", "x.csv"], "statements"),
        (["export", "log", "--out", "x.csv"], "The whole log is written as a ZIP"),
        (["export", "log", "--where", "1=1", "--out", "x.zip"], "has no --where"),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert [file for file in tmp_path.iterdir() if file.name.startswith("x") or file.name.endswith(".part")] == []


@pytest.mark.parametrize("suffix", ["", ".wal", ".lock"])
@pytest.mark.parametrize("what", ["runs", "log"])
def test_the_log_is_never_replaced(what: str, suffix: str, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = path.read_bytes()
    form = [] if what == "log" else ["--format", "csv"]
    assert main(["export", what, *form, "--out", f"{path}{suffix}"]) == 2
    assert path.read_bytes() == before
    assert "overwrite the log" in (said := capsys.readouterr().err) or "written as a ZIP" in said


def test_a_log_that_is_not_there_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASKBOARD_HISTORY", str(tmp_path / "none.duckdb"))
    for what, name in (("runs", "x.csv"), ("log", "x.zip")):
        assert main(["export", what, "--out", str(tmp_path / name)]) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_whole_log_goes_and_comes(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "all.zip"
    assert main(["export", "log", "--out", str(out)]) == 0
    assert "1 run with 15 predictions" in capsys.readouterr().out
    with Log.open(path) as log:
        original = everything(log)
    monkeypatch.setenv("MASKBOARD_HISTORY", str(tmp_path / "new" / "log.duckdb"))
    assert main(["import", str(out)]) == 0
    assert capsys.readouterr().out == "The log gained 1 run, 1 prompt, 3 answers and 15 predictions.\n"
    with Log.open(tmp_path / "new" / "log.duckdb") as log:
        assert everything(log) == original
    assert main(["import", str(out)]) == 0
    assert "1 of its runs was here already" in capsys.readouterr().out
    assert main(["import", str(out), "--label", "x"]) == 2
    assert "Leave the options out" in capsys.readouterr().err


@pytest.mark.parametrize(("what", "name"), [("runs", "runs.csv"), ("log", "log.zip")])
def test_while_the_dashboard_runs(what: str, name: str, path: Path, tmp_path: Path) -> None:
    """A view comes from its newest copy, whose age is said; the whole log waits for its end."""
    with Log.open(path) as log, Snapshots(log.database) as snapshots:
        snapshots.current()
        done = subprocess.run(
            [sys.executable, "-m", "storage", "export", what, "--out", str(tmp_path / name)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if what == "log":
        assert (done.returncode, done.stdout) == (2, "")
        assert "Nothing was exported. If that is the dashboard, stop it" in done.stderr
        assert not (tmp_path / name).exists()
    else:
        assert done.returncode == 0, done.stderr
        assert "old" in done.stderr
        assert done.stdout.startswith("Wrote 1 row to ")
