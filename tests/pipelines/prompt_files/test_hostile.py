"""Hostile files get a verdict at once, in little memory: the line of every problem, every good line kept, no cell changed."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.pipelines.prompt_files.hostile import HOSTILE, Hostile

SECONDS = 2
MEGABYTES = 300


@pytest.fixture(scope="module")
def weighed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What one process of its own says of all the files, by name."""
    folder = tmp_path_factory.mktemp("hostile")
    for hostile in HOSTILE:
        (folder / hostile.name).write_bytes(hostile.data())
    done = subprocess.run(
        [sys.executable, "-m", "tests.pipelines.prompt_files.weighed", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {each["name"]: each for each in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_a_hostile_file_gets_its_verdict(hostile: Hostile, weighed: dict[str, dict[str, Any]]) -> None:
    found = weighed[hostile.name]
    assert found["seconds"] < SECONDS
    assert found["megabytes"] < MEGABYTES
    if hostile.refused is not None:
        assert hostile.refused in found["refused"]
        assert found["refused"].endswith(".")
        return
    assert "refused" not in found, found["refused"]
    if isinstance(hostile.asked, int):
        assert found["n_prompts"] == hostile.asked
    else:
        assert tuple(found["asked"]) == hostile.asked
        assert found["n_prompts"] == len(hostile.asked)
    assert found["n_problems"] == (len(hostile.problems) if hostile.n_problems is None else hostile.n_problems)
    for (line, reason), (expected, words) in zip(found["problems"], hostile.problems, strict=False):
        assert (line, words in reason) == (expected, True), reason
        assert reason.endswith(".")
    if hostile.expected:
        assert tuple(found["expected"]) == hostile.expected


def test_there_are_forty_of_them_and_more() -> None:
    assert len({hostile.name for hostile in HOSTILE}) == len(HOSTILE) > 40
