"""The examples of docs/batches.md are read as it says, and its numbers are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines import prompts as spelling
from pipelines.prompt_files import (
    columns,
    filling,
    inspect,
    inspect_product,
    inspection,
    objects,
    quoted,
    rows,
    tables,
    templates,
)
from pipelines.prompt_files.lines import LONGEST_LINE
from pipelines.prompt_files.prompts import LONGEST_TAG
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "batches.md").read_text("utf-8").partition("## The file\n")[2].partition("\n## ")[0]
EXAMPLES = dict(re.findall(r"`([\w-]+\.\w+)`[^\n`]*(?:\n[^\n`]*)?(?:`[\w.]+`:)?\n\n```\n(.*?)```", PAGE, re.DOTALL))
FILLED = {"people.csv": "jobs.txt", "P19.jsonl": "patterns.txt"}


def test_the_page_has_its_examples() -> None:
    assert set(EXAMPLES) == {
        "prompts.txt", "capitals.csv", "capitals.jsonl", "mistakes.csv", "jobs.txt", "people.csv", "patterns.txt", "P19.jsonl"
    }  # fmt: skip


@pytest.mark.parametrize("name", ["prompts.txt", "capitals.csv", "capitals.jsonl", "people.csv", "P19.jsonl"])
def test_an_example_is_read_whole(name: str) -> None:
    found = inspect(EXAMPLES[name], name, templates=EXAMPLES[FILLED[name]] if name in FILLED else None)
    assert (found.n_problems, found.layout.ignored) == (0, ("uuid",) if name == "P19.jsonl" else ())
    lines = EXAMPLES[name].count("\n") - name.endswith("csv")
    assert found.n_prompts == lines * (2 if name in FILLED else 1)


def test_csv_and_jsonl_say_the_same() -> None:
    csv, jsonl = (inspect(EXAMPLES[f"capitals.{kind}"], f"capitals.{kind}") for kind in ("csv", "jsonl"))
    for one, other in zip(csv.first, jsonl.first, strict=True):
        assert (one.text, one.expected, one.candidates, one.tag) == (other.text, other.expected, other.candidates, other.tag)
    assert csv.first[2].expected == ((), ("Spanish", "Catalan"))


def test_mistakes_are_refused_with_the_reasons_that_the_page_gives() -> None:
    found = inspect(EXAMPLES["mistakes.csv"], "mistakes.csv")
    told = re.findall(r"^\| (\d+) \| (.*) \|$", PAGE, re.MULTILINE)
    assert [(str(each.line), each.reason) for each in found.problems] == told
    assert found.n_prompts == 2


def test_templates_make_as_many_prompts_as_the_page_says() -> None:
    found = inspect_product(EXAMPLES["jobs.txt"], {"group": ("nurse", "cook"), "place": ("Rome", "Oslo", "Bern")})
    assert (found.n_prompts, "= 8 prompts" in PAGE.replace("\n", " ")) == (8, True)
    assert "group=nurse, place=Rome" in found.tags
    assert "group=nurse" in inspect_product(EXAMPLES["jobs.txt"], {"group": ("nurse",), "place": ("Rome",)}, ("group",)).tags


def test_the_names_of_columns_and_the_limits_are_those_of_the_code() -> None:
    for meaning, names in columns.MEANINGS.items():
        assert f"| {meaning} | {', '.join(names)} |" in PAGE
    limits = dict(re.findall(r"^\| ([^|]+?) \| ([\d,][^|]*?) \|$", PAGE.partition("### Limits")[2], re.MULTILINE))
    assert limits == {
        "a line": f"{LONGEST_LINE:,} bytes",
        "a cell": f"{rows.LONGEST_CELL:,} characters",
        "lines that a quoted cell may run over": f"{quoted.MOST_LINES_IN_A_CELL}",
        "columns": f"{tables.MOST_COLUMNS}, each with a name of {tables.LONGEST_NAME} characters",
        "a prompt": f"{spelling.MAX_CHARACTERS:,} characters and {spelling.MAX_MASKS} masks",
        "a word": f"{spelling.MAX_CANDIDATE_CHARACTERS} characters",
        "expected words at one mask, and candidates": f"{spelling.MAX_CANDIDATES}",
        "a tag": f"{LONGEST_TAG} characters",
        "templates": f"{filling.MOST_TEMPLATES:,}",
        "prompts made of templates and lists of words": f"{templates.MOST_PROMPTS:,}",
        "problems that are shown": f"{inspection.FIRST_PROBLEMS:,} (all are counted)",
        "tags that are shown": f"{inspection.MOST_TAGS:,} (all are counted)",
    }
    assert f"the first {objects.LINES_FOR_KEYS} lines" in PAGE


def test_the_python_of_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "capitals.csv").write_text(EXAMPLES["capitals.csv"], "utf-8")
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(code, "batches.md", "exec"), {})  # noqa: S102 - our own page
    said = capsys.readouterr().out
    assert said.startswith("3 Columns(prompt='prompt', expected='expected', candidates='candidates', tag='tag') () ()")
    assert said.count("FilePrompt(") == 3
