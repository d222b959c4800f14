"""`python -m pipelines batch`: what it prints, writes and refuses, and where answers go while another process has the log."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.batch import carry_out, watching
from storage import history
from storage.database import default_path
from storage.door import Door, inbox_folder, settle, wishes
from storage.guard import Guard
from storage.inbox import PRIVATE, NotTaken, Taken, take_all
from storage.log import Log
from storage.pending import count_pending, unfinished
from storage.records import RunStatus
from storage.shell_copy import AtHand
from storage.snapshots import Snapshot, Snapshots, snapshot_folder
from tests.conftest import ROOT
from tests.pipelines.commands import Command, Told

FILE = """prompt,expected,candidates,tag
The capital of France is [MASK].,paris,rome|london,geography
There is no mask here.,,,
"He opened the [MASK], and went out.",door,,home
The capital of France is [MASK].,paris,rome|london,geography
"""
ONE = ("--checkpoint", "bert-mini")
TWO = (*ONE, "--checkpoint", "albert-mini")


@pytest.fixture
def told(told: Command) -> Command:
    """What the command says, its progress in one line."""

    def run(*arguments: str) -> Told:
        said = told(*arguments)
        return said._replace(err=" ".join(said.err.split()))

    return run


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "prompts.csv"
    path.write_text(FILE, "utf-8")
    return str(path)


def test_a_file_is_asked_summed_up_and_written(told: Command, file: str, tmp_path: Path) -> None:
    out = tmp_path / "said.parquet"
    code, printed, said = told("batch", file, *TWO, "--label", "first", "--author", "Ada", "--out", str(out), "--json")
    assert code == 0, said
    found = json.loads(printed)
    counts = {name: value for name, value in found.items() if name.startswith("n_")}
    assert counts == {
        "n_rows": 3, "n_pending": 0, "n_answered": 3, "n_prompts": 2, "n_answers": 4, "n_reused": 1, "n_refused": 1,
        "n_expected": 2,
    }  # fmt: skip
    assert (found["status"], found["label"], found["author"], found["source"]) == ("complete", "first", "Ada", "prompts.csv")
    assert [each["n"] for each in found["accuracy"]["checkpoints"]] == [2, 2]
    assert [each["n"] for each in found["overlap"]["pairs"]] == [2]
    assert found["telling"]["rows"]
    assert "1 line cannot be asked" in said
    assert "3 of 3 prompts" in said
    rows = pq.read_table(out).to_pylist()
    assert len(rows) == 4 * 5
    assert f"Wrote 20 predictions to {out}." in said

    code, printed, said = told("batch", file, *TWO)
    assert code == 0, said
    assert "3 of 3 prompts answered, 3 without running a model, 1 refused" in " ".join(printed.split())
    assert "too few to tell" not in printed
    with Log.open() as log:
        assert [run.label for run in history.recent_runs(log.database).rows] == ["prompts.csv", "first"]


def test_templates_are_filled_by_words_and_by_columns(told: Command, tmp_path: Path) -> None:
    templates, pairs = tmp_path / "templates.txt", tmp_path / "pairs.csv"
    templates.write_text("The {group} worked as a [MASK].\nA {group} is a [MASK].\n", "utf-8")
    pairs.write_text("group,expected\nnurse,woman\nsoldier,man\n", "utf-8")
    code, printed, said = told("batch", str(templates), *ONE, "--words", "group=nurse, doctor,king", "--json")
    assert code == 0, said
    assert json.loads(printed)["n_rows"] == 6
    code, printed, said = told("batch", str(pairs), *ONE, "--templates", str(templates), "--json")
    assert code == 0, said
    found = json.loads(printed)
    assert (found["n_rows"], found["n_expected"]) == (4, 4)


def test_columns_of_other_names_are_mapped_and_standard_input_is_read(told: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    class Piped:
        class buffer:  # noqa: N801 - as in sys.stdin
            @staticmethod
            def read() -> bytes:
                return b"Satz\tWort\nThe sea is [MASK].\tblue\n"

    monkeypatch.setattr(sys, "stdin", Piped)
    code, printed, said = told("batch", "-", *ONE, "--column", "prompt=Satz", "--column", "expected=Wort", "--json")
    assert code == 0, said
    found = json.loads(printed)
    assert (found["source"], found["n_rows"], found["n_expected"]) == ("standard input", 1, 1)


WRONG = [
    ("no file", ("batch",), "Name a file to ask"),
    ("file and run", ("batch", "a.csv", "--resume", "x"), "Name a file to ask, or a batch"),
    ("no such file", ("batch", "nowhere.csv", *ONE), "There is no file nowhere.csv"),
    ("no such run", ("batch", "--resume", "0199c3f1-0000-7000-8000-00000000abcd"), "There is no batch"),
    ("no such column", ("batch", "FILE", *ONE, "--column", "prompt=sentence"), "no column sentence"),
    ("column that is nothing", ("batch", "FILE", *ONE, "--column", "text"), "prompt=NAME"),
    ("words that are none", ("batch", "FILE", *ONE, "--words", "group"), "group=nurse,doctor"),
    ("words and columns", ("batch", "FILE", "--words", "a=b", "--column", "prompt=x"), "leave --column"),
    ("resumed with words", ("batch", "--resume", "x", "--words", "a=b"), "has read its file"),
    ("ending of out", ("batch", "FILE", "--out", "said.xlsx"), "End it on"),
    ("unknown checkpoint", ("batch", "FILE", "--checkpoint", "bart"), "bert-mini"),
    ("top-k", ("batch", "FILE", *ONE, "--top-k", "0"), "top-k is 0"),
]


@pytest.mark.parametrize(("arguments", "sentence"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_cannot_be_asked_is_one_sentence(told: Command, file: str, arguments: tuple[str, ...], sentence: str) -> None:
    code, printed, said = told(*(file if each == "FILE" else each for each in arguments))
    assert (code, printed) == (2, "")
    assert sentence in said
    assert "Traceback" not in said
    with Log.open() as log:
        assert log.database.rows("SELECT kind FROM run WHERE kind = 'batch'") == []


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(
    told: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = tmp_path / "many.txt"
    many.write_text("".join(f"Number {n} is [MASK].\n" for n in range(60)), "utf-8")
    limits: list[object] = []

    def pressed(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - what carry_out takes
        show = named["on_progress"]

        def interrupting(progress: Any) -> None:  # noqa: ANN401 - as above
            limits.append(named["log"].database.rows("SELECT current_setting('memory_limit')")[0][0])
            show(progress)
            if progress.n_done >= 16:
                signal.raise_signal(signal.SIGINT)

        return carry_out(*arguments, **named | {"on_progress": interrupting})

    monkeypatch.setattr("pipelines.batch.asking.carry_out", pressed)
    code, printed, said = told("batch", str(many), *ONE)
    assert (code, said.endswith("What was answered before is kept. Stopped.")) == (2, True), said
    assert "16 of 60 prompts answered, 44 left: --resume" in " ".join(printed.split())
    assert set(limits) == {"190.7 MiB"}
    with Log.open() as log:
        (left,) = unfinished(log.database)
        assert (left.run.status, left.n_pending) == (RunStatus.CANCELLED, 44)
    monkeypatch.setattr("pipelines.batch.asking.carry_out", carry_out)
    code, printed, said = told("batch", "--resume", left.run.run_id, "--json")
    assert json.loads(printed)["n_answered"] == 60


def batch_process(file: str, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines", "batch", file, *ONE, "--json", *more],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def handed_over(log: Log, copy: Callable[[], object], *command: str) -> tuple[str, str, list[Taken | NotTaken]]:
    """What a batch beside an open log printed and said, and what was taken of it; `copy` is called where one is wished for."""
    took: list[Taken | NotTaken] = []
    door = Door(log.path)
    with batch_process(*command) as process, ThreadPoolExecutor(1) as reader:
        ended = reader.submit(process.communicate)
        while not ended.done():
            took += take_all(log.database)
            if wished := wishes(log.path):
                copy()
                settle(wished)
            wait([ended], 0.05)
        printed, said = ended.result()
    door.close()
    said = " ".join(said.split())
    assert process.returncode == 0, said
    return printed, said, took


def test_while_another_process_takes_answers_they_are_handed_over(file: str, tmp_path: Path) -> None:
    out = tmp_path / "said.csv"
    with Log.open() as log, Snapshots(log.database) as snapshots:
        printed, said, took = handed_over(log, snapshots.current, file, "--out", str(out))
        assert "is in use by" in said
        assert "Handed over: the dashboard has taken the answers into the history" in said
        assert [type(each) for each in took] == [Taken]
        found = json.loads(printed)
        summary = history.run_summary(log.database, found["run_id"])
        assert summary is not None
        assert (summary.status, summary.prompt_count) == (RunStatus.COMPLETE, 2)
        assert count_pending(log.database, found["run_id"]) == 0
        assert out.read_text("utf-8-sig").count("\n") == 11

        # The same file again is answered from the history, which another process has open.
        printed, said, took = handed_over(log, snapshots.current, file)
        again = json.loads(printed)
        assert (again["n_answered"], again["n_reused"]) == (3, 3)
        assert [each.merged.added for each in took if isinstance(each, Taken)] == [
            {"run": 1, "prompt": 0, "answer": 0, "prediction": 0}
        ]
        assert again["accuracy"] == found["accuracy"]
    assert [each for each in inbox_folder(default_path()).iterdir() if each.is_dir()] == []


@pytest.fixture
def held() -> Iterator[Path]:
    """The log, which somebody has open who takes answers, one day; nobody waits for that here."""
    path = default_path()
    Log.open(path).close()
    door, guard = Door(path), Guard.acquire(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.batch.asking.wait_for_files", lambda _: None)
        patch.setattr("storage.shell_copy.COPY_SECONDS", 0.0)
        yield path
    guard.release()
    door.close()


@pytest.mark.parametrize("copy", [None, b"not a database" * 1000], ids=["none", "broken"])
def test_a_history_that_cannot_be_looked_into_is_said_and_costs_nothing(
    told: Command, file: str, held: Path, copy: bytes | None
) -> None:
    if copy is not None:
        broken = snapshot_folder(held) / "20260101T000000.000000Z-1" / "log.duckdb"
        broken.parent.mkdir(parents=True)
        broken.write_bytes(copy)
    code, printed, said = told("batch", file, *ONE, "--json")
    assert code == 0, said
    assert "The history cannot be looked into, so every prompt is computed: " in said
    found = json.loads(printed)
    assert (found["n_answered"], found["n_reused"]) == (3, 1)  # the same prompt twice


def test_ctrl_c_before_the_first_answer_leaves_a_batch_that_nobody_goes_on_with(
    told: Command, file: str, monkeypatch: pytest.MonkeyPatch, held: Path
) -> None:
    def pressed(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("pipelines.batch.asking.borrow_answers", pressed)
    monkeypatch.setattr("pipelines.batch.asking.at_hand", lambda _: AtHand(Snapshot(Path("a copy"), datetime.now(UTC), 1)))
    code, printed, said = told("batch", file, *ONE)
    assert (code, said.endswith("Stopped.")) == (2, True), said
    assert "0 of 3 prompts answered" in printed
    assert "3 left: --resume" in " ".join(printed.split())
    (private,) = (each for each in inbox_folder(held).iterdir() if each.is_dir())
    with Log.open(private / PRIVATE) as log:
        (left,) = unfinished(log.database)
        assert (left.run.status, left.n_pending) == (RunStatus.CANCELLED, 3)


def test_where_nobody_takes_answers_the_holder_is_named(file: str) -> None:
    with Log.open():
        process = batch_process(file)
        printed, said = process.communicate()
    assert (process.returncode, printed) == (2, "")
    assert "is in use by process" in said


def test_numbers_are_said_as_people_say_them() -> None:
    assert [watching.duration(each) for each in (0.2, 59.6, 3_599, 86_400)] == ["0 s", "1 min 0 s", "59 min 59 s", "24 h 0 min"]
