"""`python -m storage query`, as a person runs it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from storage.__main__ import main
from storage.log import Log
from tests.logs import new_log
from tests.storage.samples import TRIO, ask

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log with one ask, chosen by the environment."""
    path = tmp_path / "log.duckdb"
    monkeypatch.setenv("MASKBOARD_HISTORY", str(path))
    with new_log(path) as log:
        log.append(ask("=HYPERLINK [MASK]"))
    return path


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "storage", *arguments], capture_output=True, text=True, check=False, cwd=ROOT, timeout=60
    )


def says(done: subprocess.CompletedProcess[str], sentence: str) -> None:
    """Exit code 2, nothing on standard output, one line on standard error."""
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("path")
def test_a_table_is_the_default() -> None:
    done = command("query", "SELECT checkpoint, rank FROM predictions ORDER BY ALL")
    assert (done.returncode, done.stderr) == (0, "")
    assert "albert-mini" in done.stdout
    assert done.stdout.endswith("15 rows\n")


@pytest.mark.usefixtures("path")
def test_json_goes_to_standard_output() -> None:
    done = command("query", "SELECT checkpoint FROM checkpoints", "--format", "json")
    assert [row["checkpoint"] for row in json.loads(done.stdout)] == [by.name for by in TRIO]


def test_a_file_appears_whole(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "predictions.parquet"
    out.write_text("what was here before")
    done = command("query", "FROM predictions", "--format", "parquet", "--out", str(out))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert pq.read_table(out).num_rows == 15
    assert {file.name for file in tmp_path.iterdir()} == {path.name, f"{path.name}.lock", f"{path.name}.snapshots", out.name}


def test_a_file_of_a_statement_that_fails_midway_does_not_appear(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    sql = "SELECT CASE WHEN i < 90000 THEN i ELSE error('too far') END FROM range(100000) t(i)"
    says(command("query", sql, "--format", "csv", "--out", str(out)), "too far")
    assert {file.name for file in tmp_path.iterdir()} == {path.name, f"{path.name}.lock", f"{path.name}.snapshots"}


@pytest.mark.usefixtures("path")
def test_cells_are_safe_unless_raw(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["query", "SELECT prompt, -1 FROM prompts", "--format", "csv"]) == 0
    assert b"'=HYPERLINK [MASK],-1" in capfdbinary.readouterr().out
    assert main(["query", "SELECT prompt, -1 FROM prompts", "--format", "csv", "--raw"]) == 0
    assert b"\n=HYPERLINK [MASK],-1" in capfdbinary.readouterr().out


@pytest.mark.usefixtures("path")
def test_a_cut_is_said() -> None:
    assert command("query", "FROM range(10001)").stdout.endswith("showing 10,000 of 10,001 rows\n")
    done = command("query", "FROM range(9)", "--format", "csv", "--limit", "2")
    assert (done.returncode, done.stdout, done.stderr) == (0, "range\n0\n1\n", "Showing 2 of 9 rows.\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["query", "SELECT * FROM nowhere"], "nowhere does not exist"),
        (["query", "SELEC 1"], "DuckDB cannot read this statement"),
        (["query", "DROP TABLE run"], "DROP statement"),
        (["query", ""], "There is no statement"),
        (["query", "SELECT 1", "--format", "parquet"], "Name a file with --out."),
        (["query", "SELECT 1", "--format", "xml"], "'xml' is not one of"),
        (["query", "SELECT 1", "--limit", "-1"], "--limit"),
        (["query", "SELECT $a"], "The statement wants a value for $a."),
        (["query", "SELECT $a", "--param", "a"], "Write --param name=value."),
        (["query", "SELECT $a", "--param", "a:day=1"], "Types are text, integer, number, date, boolean."),
        (["query", "SELECT $a", "--param", "a:integer=one"], "--param a: 'one' is not a whole number."),
        (["query", "SELECT 1,\n nope"], 'Line 2, column 2: Referenced column "nope" was not found'),
        (["query", "SELECT 1 +"], "Column 10: DuckDB cannot read this statement"),
        (["query", "SELECT 1", "--format", "csv", "--out", "/nowhere/at/all"], "The file /nowhere/at/all cannot be written"),
        (["query"], "Missing argument"),
        (["quary"], "No such command"),
    ],
)
@pytest.mark.usefixtures("path")
def test_a_mistake_is_one_sentence(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert sentence in told.err
    assert told.err.count("\n") == 1


@pytest.mark.usefixtures("path")
def test_parameters_are_values_with_a_type(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    sql = "SELECT $rank + 1 AS next, $text AS text, $day AS day FROM predictions WHERE rank = $rank LIMIT 1"
    values = ["--param", "rank:integer=2", "--param", "text=a=b; DROP TABLE run", "--param", "day:date=2026-03-01"]
    assert main(["query", sql, "--format", "csv", *values]) == 0
    assert capfdbinary.readouterr().out == b"next,text,day\n3,a=b; DROP TABLE run,2026-03-01\n"


@pytest.mark.parametrize("suffix", ["", ".wal", ".lock"])
def test_the_answer_never_replaces_the_log(path: Path, suffix: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = path.read_bytes()
    assert main(["query", "SELECT 1", "--out", f"{path}{suffix}"]) == 2
    assert "would overwrite the log" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_the_copy_of_a_running_dashboard_answers_and_its_age_is_said(path: Path) -> None:
    code = (
        "import sys\nfrom storage.log import Log\nfrom storage.snapshots import Snapshots\n"
        "from tests.storage.samples import ask\n"
        "with Log.open() as log, Snapshots(log.database) as snapshots:\n"
        "    snapshots.current()\n    log.append(ask(number=1))\n    print('held', flush=True)\n    sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        done = command("query", "SELECT count(*) AS runs FROM runs", "--format", "csv")
        assert (done.returncode, done.stdout) == (0, "runs\n1\n")
        assert re.fullmatch(
            rf"The log is in use by process {holder.pid}, so this is its copy of \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC, \d+ s"
            r" old\.\n",
            done.stderr,
        )
        holder.kill()
    assert path.exists()


def test_a_running_dashboard_is_named(path: Path) -> None:
    code = "import sys\nfrom storage.log import Log\nwith Log.open():\n    print('held', flush=True)\n    sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        says(command("query", "SELECT 1"), f"{path} is in use by process {holder.pid}")
        done = command("import", str(ROOT / "storage" / "sample.json"))
        says(done, f"{path} is in use by process {holder.pid}")
        says(
            done,
            "Nothing was imported. If that is the dashboard, stop it with Ctrl-C where it runs, import, and start it again.",
        )
        holder.kill()


def test_a_log_that_is_not_there_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASKBOARD_HISTORY", str(tmp_path / "none.duckdb"))
    says(command("query", "SELECT 1"), "There is no log at")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("path")
def test_a_reader_that_leaves_early_is_no_error() -> None:
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{sys.executable} -m storage query 'FROM range(1000000)' --format csv | head -1"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert (done.stdout, done.stderr) == ("range\n", "")


@pytest.mark.usefixtures("path")
def test_a_reader_that_is_gone_before_an_import_ends_is_no_error() -> None:
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{sys.executable} -m storage import storage/sample.json | true"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stderr == ""
    with Log.open() as log:
        assert log.database.rows("SELECT count(*) FROM run WHERE kind = 'import'") == [(1,)]


@pytest.mark.usefixtures("path")
def test_the_command_loads_neither_models_nor_pages() -> None:
    code = (
        "import sys\nfrom storage.__main__ import main\ncode = main(['query', 'SELECT 1'])\n"
        "heavy = {'torch', 'transformers', 'streamlit', 'altair', 'pandas', 'dashboard', 'pipelines'} & set(sys.modules)\n"
        "assert not heavy, heavy\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_help_names_the_views(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "--help"]) == 0
    assert "predictions" in capsys.readouterr().out


def test_the_ending_of_a_file_says_how_to_write_it(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "runs.csv"
    assert main(["query", "SELECT kind FROM runs", "--out", str(out)]) == 0
    assert out.read_text("utf-8").splitlines()[0] == "kind"
    assert main(["query", "SELECT kind FROM runs", "--out", str(tmp_path / "runs.foo")]) == 2
    assert "does not say how to write the rows" in capsys.readouterr().err


def test_a_parameter_that_is_given_twice_is_refused(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "SELECT $x", "--param", "x=1", "--param", "x=2"]) == 2
    assert "--param x is given twice. Give it once." in capsys.readouterr().err


def test_a_text_where_a_number_belongs_names_the_way_out(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "FROM predictions WHERE rank <= $n", "--param", "n="]) == 2
    assert "choose the type of the parameter" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["backup", "copy.duckdb"], ["verify"], ["repair"], ["export", "log", "--out", "log.zip"]])
def test_a_command_that_needs_the_log_to_itself_says_how_to_get_it(
    command: list[str], path: Path, other_process: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    other_process(path)
    assert main(command) == 2
    said = capsys.readouterr().err
    assert "stop it with Ctrl-C where it runs" in said
    assert "Ask in that program" not in said


def test_a_file_that_is_no_log_is_called_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "q.csv").write_text("x\n", "utf-8")
    assert main(["verify", str(tmp_path / "q.csv")]) == 2
    assert "is no log of Maskboard. Name the file of a log or a backup." in capsys.readouterr().err
