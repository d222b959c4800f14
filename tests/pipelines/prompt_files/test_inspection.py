"""What is said of a file before anything runs, and that the same is asked."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from pipelines.prompt_files import Columns, FilePrompt, Given, Problem, inspect, open_prompts

FILE = "id,Sentence,gold,group\n1,Paris is in ___.,France|Gaul,geo\n2,No mask.,x,geo\n3,Paris  is in [MASK].,,\n"


@pytest.mark.parametrize("way", ["path", "bytes", "stream", "pasted"])
def test_a_file_is_told_the_same_however_it_comes(way: str, tmp_path: Path) -> None:
    given: Given = FILE
    if way == "path":
        given = tmp_path / "a.csv"
        given.write_text(FILE, "utf-8")
    elif way == "bytes":
        given = FILE.encode()
    elif way == "stream":
        given = io.BytesIO(FILE.encode())
        given.read()
    found = inspect(given, "a.csv")
    assert (found.layout.name, found.layout.size, found.layout.kind) == ("a.csv", len(FILE), "csv")
    assert found.layout.mapping == Columns("Sentence", "gold", None, "group")
    assert (found.layout.guessed, found.layout.ignored, found.layout.delimiter) == (True, ("id",), ",")
    assert (found.n_prompts, found.n_distinct, found.n_problems) == (2, 1, 1)
    assert (found.n_expected, found.n_tagged, found.tags, found.masks) == (1, 1, {"geo": 1}, {1: 2})
    assert found.first[0] == FilePrompt(2, "Paris is in [MASK].", (("France", "Gaul"),), (), "geo")
    assert [each.line for each in found.problems] == [3]
    with open_prompts(given, "a.csv", found.layout.mapping) as prompts:
        asked = list(prompts)
    assert [each for each in asked if isinstance(each, FilePrompt)] == list(found.first)
    assert [each for each in asked if isinstance(each, Problem)] == list(found.problems)
