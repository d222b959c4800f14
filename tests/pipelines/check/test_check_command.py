"""`python -m pipelines check`: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from storage.database import default_path
from tests.conftest import ROOT
from tests.pipelines.commands import Command

HOLDS = "- {name: king, prompt: The king said that ___ was tired., order: he before she, checkpoints: bert-mini}\n"
FAILS = "- {name: queen, prompt: The queen said that ___ was tired., order: he before she, checkpoints: bert-mini}\n"


def xml_of(folder: Path) -> Xml.Element:
    return Xml.fromstring((folder / "report.xml").read_bytes())


@pytest.fixture
def checked(told: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """What the command says in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return partial(told, "check")


def test_what_fails_is_told_and_ends_with_1(checked: Command, tmp_path: Path) -> None:
    (tmp_path / "suite.yaml").write_text(HOLDS + FAILS)
    said = checked("suite.yaml", "--junit", "report.xml")
    assert (said.code, said.err) == (1, "")
    lines = said.out.splitlines()
    assert lines[0] == "FAILED  queen [bert-mini] suite.yaml:2"
    assert lines[1:3] == ["  The queen said that [MASK] was tired.", "    wanted  he before she"]
    assert lines[3].startswith("    found   he rank 2, p 0.2")
    assert lines[-1] == "suite.yaml: 1 of 2 checks held, 1 failed"
    assert "king" not in said.out
    assert [len(each) for each in xml_of(tmp_path).iter("testcase")] == [0, 1]
    assert not default_path().exists()  # nothing is written to the log


def test_what_holds_ends_with_0_and_all_is_told_where_asked_for(checked: Command, tmp_path: Path) -> None:
    (tmp_path / "suite.yaml").write_text(HOLDS)
    said = checked("suite.yaml", "--all")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("HELD    king [bert-mini] suite.yaml:1\n")
    assert "    wanted  he before she (held)\n" in said.out


def test_json_is_for_scripts(checked: Command, tmp_path: Path) -> None:
    (tmp_path / "suite.csv").write_text("prompt,order\nThe queen said that ___ was tired.,he before she\n")
    said = checked("suite.csv", "--json", "--checkpoint", "bert-mini", "--top-k", "3")
    assert (said.code, said.err) == (1, "")
    reply = json.loads(said.out)
    assert (reply["file"], reply["held"]) == ("suite.csv", False)
    assert reply["counts"] == {"held": 0, "failed": 1, "error": 0, "skipped": 0}
    assert [each["name"] for each in reply["checkpoints"]] == ["bert-mini"]
    (verdict,) = reply["verdicts"]
    assert (verdict["outcome"], verdict["n"], verdict["n_held"], verdict["line"]) == ("failed", 1, 0, 2)
    (finding,) = verdict["units"][0]["findings"]
    assert finding["value"] < 0
    assert finding["limit"] == 0


def test_published_answers_are_compared(checked: Command, tmp_path: Path) -> None:
    text = "The queen said that [MASK] was tired."
    entries = [
        {"model": name, "prompt": text, "predictions": [{"token_str": "she"}]} for name in ("bert-mini", "bert-base-uncased")
    ]
    (tmp_path / "published.json").write_text(json.dumps(entries))
    said = checked("published.json", "--published", "--junit", "report.xml")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("bert-base-uncased: 1 answer was not compared. bert-base-uncased is not on this machine.")
    assert said.out.endswith("published.json: 1 of 2 checks held, 1 skipped\n")
    assert [each.get("skipped") for each in xml_of(tmp_path).iter("testsuite")] == ["0", "1"]


PROBLEMS = [
    ("nothing named", (), "docs/check.md"),
    ("no such file", ("none.yaml",), "cannot be read"),
    ("a slip", ("bad.yaml",), "bad.yaml cannot be used. Line 1:"),
    ("unknown checkpoint", ("suite.yaml", "--checkpoint", "bert-mni", "--checkpoint", "albert-mini"), "did you mean bert-mini"),
    ("a checkpoint that is not here", ("suite.yaml", "--checkpoint", "bert-base-uncased"), "--download bert-base-uncased"),
    ("depth of published answers", ("--published", "--top-k", "3"), "--top-k"),
    ("the sample, without its weights", ("--published",), "Nothing of sample.json was compared"),
    ("published answers that are none", ("suite.yaml", "--published"), "suite.yaml"),
    ("depth", ("suite.yaml", "--top-k", "0"), "--top-k"),
    ("the suite as the XML", ("suite.yaml", "--junit", "suite.yaml"), "would overwrite suite.yaml"),
    ("a folder as the XML", ("suite.yaml", "--junit", "."), "--junit"),
    ("no folder for the XML", ("suite.yaml", "--junit", "none/report.xml"), "cannot be written"),
]


@pytest.mark.parametrize(("arguments", "words"), [row[1:] for row in PROBLEMS], ids=[row[0] for row in PROBLEMS])
def test_what_cannot_be_checked_is_one_sentence_and_exit_code_2(
    arguments: tuple[str, ...], words: str, checked: Command, tmp_path: Path
) -> None:  # fmt: skip
    (tmp_path / "suite.yaml").write_text("- {prompt: It is ___., not_expected: banana}\n")
    (tmp_path / "bad.yaml").write_text("- {prompt: It is ___., expcted: banana}\n")
    said = checked(*arguments)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert words in said.err
    assert (tmp_path / "suite.yaml").read_text() == "- {prompt: It is ___., not_expected: banana}\n"


def test_the_log_is_never_overwritten(checked: Command, tmp_path: Path) -> None:
    (tmp_path / "suite.yaml").write_text(HOLDS)
    default_path().write_bytes(b"history")
    said = checked("suite.yaml", "--junit", str(default_path()))
    assert (said.code, default_path().read_bytes()) == (2, b"history")


def test_an_older_report_is_not_taken_for_this_one(checked: Command, tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text("<testsuites/>")
    (tmp_path / "bad.yaml").write_text("- {prompt: It is ___., expcted: banana}\n")
    said = checked("bad.yaml", "--junit", "report.xml")
    (error,) = xml_of(tmp_path).iter("error")
    assert said.code == 2
    assert error.get("message") == said.err.strip()


def test_text_of_a_suite_is_never_read_as_markup(checked: Command, tmp_path: Path) -> None:
    (tmp_path / "suite.yaml").write_text(
        '- {name: "[red]x[/red] :smile:", prompt: "[bold]It[/bold] is ___.", expected: "[b]", checkpoints: bert-mini}\n'
    )
    said = checked("suite.yaml")
    assert said.code == 1
    assert "[red]x[/red] :smile: [bert-mini]" in said.out
    assert "[bold]It[/bold] is [MASK]." in said.out


def test_no_model_is_loaded_for_a_suite_with_a_slip(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("- {prompt: It is ___., expcted: banana}\n")
    program = (
        "import sys, pipelines.__main__ as command\n"
        "sys.argv = ['pipelines', 'check', sys.argv[1]]\n"
        "code = command.main()\n"
        "assert not {'torch', 'transformers'} & set(sys.modules)\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "bad.yaml")],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'bad.yaml cannot be used. Line 1: "expcted" is no key of a case. Did you mean expected?\n'
