"""The commands: what they print, and that every problem is one sentence on stderr and exit code 2."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.pipelines.commands import Command
from tests.pipelines.conftest import MINIS

SEED = "MLM and NSP is the [MASK] task of BERT."
WITH_MINIS = [argument for name in MINIS for argument in ("--checkpoint", name)]


def test_ask_prints_the_documented_json_and_reuses_it_the_second_time(told: Command) -> None:
    first = told("ask", SEED, *WITH_MINIS, "--json", "--candidate", "main")
    assert (first.code, first.err) == (0, "")
    reply = json.loads(first.out)
    assert reply["prompt"] == SEED
    assert [answer["checkpoint"] for answer in reply["answers"]] == list(MINIS)
    assert [len(answer["predictions"]) for answer in reply["answers"]] == [5, 5, 5]
    assert [len(reply["agreements"]), [answer["reused"] for answer in reply["answers"]]] == [3, [False] * 3]
    again = json.loads(told("ask", SEED, *WITH_MINIS, "--json", "--candidate", "main").out)
    assert [answer["reused"] for answer in again["answers"]] == [True] * 3
    assert again["answers"][0]["predictions"] == reply["answers"][0]["predictions"]


def test_ask_prints_tables_for_people(told: Command) -> None:
    said = told("ask", "[MASK] is [bold]not[/bold] a [MASK].", *WITH_MINIS, "--no-log", "--candidate", "it")
    assert said.code == 0
    assert "[bold]not[/bold]" in said.out
    assert "mask 2" in said.out
    assert "Not saved." in said.out
    assert all(name in said.out for name in MINIS)


PROBLEMS = [
    ("no mask", ("ask", "Paris."), "no mask"),
    ("sixteen masks", ("ask", "[MASK] " * 16), "16 masks"),
    ("empty", ("ask", ""), "empty"),
    ("surrogate", ("ask", "[MASK] \udc41"), "surrogate"),
    ("top-k 0", ("ask", SEED, "--top-k", "0"), "top-k"),
    ("top-k no number", ("ask", SEED, "--top-k", "many"), "integer"),
    ("candidate with a space", ("ask", SEED, "--candidate", "new york"), "space"),
    ("unknown checkpoint", ("ask", SEED, "--checkpoint", "bart"), "bert-mini"),
    ("unknown command", ("answer", SEED), "--help"),
    ("unknown option", ("ask", SEED, "--topk", "3"), "--top-k"),
    ("a dash in front", ("ask", "-[MASK] is it."), "behind --"),
    ("nothing to train", ("train",), "--checkpoint"),
]


@pytest.mark.parametrize(("arguments", "word"), [row[1:] for row in PROBLEMS], ids=[row[0] for row in PROBLEMS])
def test_a_problem_is_one_sentence_and_exit_code_2(arguments: tuple[str, ...], word: str, told: Command) -> None:
    said = told(*arguments)
    assert said.code == 2
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert word in said.err


def test_a_folder_without_weights_and_weights_of_another_family(
    told: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MASKBOARD_MODELS_DIR", str(tmp_path))
    (tmp_path / "bert-base-uncased").mkdir()
    said = told("ask", SEED, "--checkpoint", "bert-base-uncased")
    assert said.code == 2
    assert "bert-base-uncased" in said.err
    bundled = ROOT / "pipelines" / "bundled" / "albert-mini"
    (tmp_path / "bert-base-uncased").rmdir()
    (tmp_path / "bert-base-uncased").symlink_to(bundled)
    said = told("ask", SEED, "--checkpoint", "bert-base-uncased")
    assert said.code == 2
    assert "albert" in said.err


def test_models_says_where_each_checkpoint_is_served_from(told: Command) -> None:
    listed = {each["name"]: each for each in json.loads(told("models", "--json").out)}
    assert [each for each in listed if each not in MINIS] == ["bert-base-uncased", "distilbert-base-uncased", "albert-base-v2"]
    assert {listed[name]["source"] for name in MINIS} == {"bundled"}
    assert listed["bert-base-uncased"]["available"] is False
    assert listed["bert-base-uncased"]["why"]
    assert "bert-mini" in told("models").out


def test_a_log_held_by_another_process_is_named_in_one_sentence(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from storage.log import Log; import sys; Log.open(); print('open', flush=True); sys.stdin.read()",
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    try:
        said = subprocess.run(
            [sys.executable, "-m", "pipelines", "ask", SEED], cwd=ROOT, capture_output=True, text=True, check=False
        )
    finally:
        holder.communicate("")
    assert said.returncode == 2
    assert str(holder.pid) in said.stderr
    assert said.stderr.count("\n") == 1
    assert "Traceback" not in said.stderr


def test_a_prompt_that_starts_with_a_dash_goes_behind_two(told: Command) -> None:
    said = told("ask", "--no-log", "--checkpoint", "bert-mini", "--", "-[MASK] is it.")
    assert said.code == 0
    assert "-[MASK] is it." in said.out


def test_ctrl_c_is_told_and_is_no_success() -> None:
    program = (
        "import signal, sys, pipelines.shelf, pipelines.__main__ as command\n"
        "pipelines.shelf.Shelf.get = lambda *_: signal.raise_signal(signal.SIGINT)\n"
        f"sys.argv = ['pipelines', 'ask', {SEED!r}, '--no-log']\n"
        "sys.exit(command.main())"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "Stopped.\n")


def test_a_terminal_without_the_characters_gets_their_escapes() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", "ask", "--no-log", "--checkpoint", "albert-mini", "--json", "caf\u00e9 [MASK]"],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "caf\\xe9" in done.stdout
