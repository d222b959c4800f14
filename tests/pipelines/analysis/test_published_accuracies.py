"""Published answers of the real weights, imported and analysed, have the accuracies that were published for them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.analysis.accuracy import accuracy
from storage.importer import import_file
from storage.log import Log
from storage.selection import Selection

PUBLISHED = {
    "cprag": {"bert-base-uncased": 52.9, "distilbert-base-uncased": 55.9, "albert-base-v2": 41.2},
    "role": {"bert-base-uncased": 27.3, "distilbert-base-uncased": 28.4, "albert-base-v2": 26.1},
    "negsimp": {"bert-base-uncased": 100.0, "distilbert-base-uncased": 94.4, "albert-base-v2": 33.3},
}
"""Share of prompts with an expected word among the first five, in per cent (Lialin et al. 2022, on Ettinger's sets)."""

LEFT_OUT = {"cprag": {"distilbert-base-uncased": 1, "albert-base-v2": 1}, "role": dict.fromkeys(PUBLISHED["role"], 7)}
"""Prompts that Maskboard does not count and the publication counts as wrong: lists that were published with four words say
nothing about the fifth, and "worked for" is no word that one mask can hold."""


def plain(text: str) -> str:
    """The letters of a prompt: the published spellings differ in case, quotation marks and spaces."""
    return "".join(character for character in text.lower() if character.isalnum())


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name.removesuffix("-SIMP") / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def expected_words(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Set, letters of the prompt, and the words that its README counts as expected, with `|` between them."""
    for row in rows(folder, "CPRAG-102"):
        yield "cprag", plain(f"{row['context_s1']} {row['context_s2']} [MASK]."), row["expected"]
    for row in rows(folder, "ROLE-88"):
        yield "role", plain(f"{row['context']} [MASK]."), row["expected"]
    for row in rows(folder, "NEG-136-SIMP"):
        article = "an" if row["target_aff"][0] in "aeiou" else "a"
        context = row["context_aff"].replace("(a|an)", article)
        yield "negsimp", plain(f"{context} [MASK]."), row["target_aff"]


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_accuracies_come_out(name: str, shared_data: Path, tmp_path: Path) -> None:
    known = {
        prompt: words
        for which, prompt, words in expected_words(shared_data / "probes" / "lm-diagnostics" / "datasets")
        if which == name
    }
    entries: list[dict[str, Any]] = json.loads((shared_data / "published_fillmask.json").read_text("utf-8"))["entries"]
    asked = [
        each | {"expected": known[plain(each["prompt"])]}
        for each in entries
        if each.get("dataset") == name and plain(each["prompt"]) in known
    ]
    path = tmp_path / f"{name}.json"
    path.write_text(json.dumps({"entries": asked}), encoding="utf-8")
    with Log.open(tmp_path / "log.duckdb") as log:
        import_file(log, path)
        found = accuracy(log.database, Selection())
    at_5 = {each.checkpoint.name: each.acc_at_5 for each in found.checkpoints if each.acc_at_5 is not None}
    counted = {checkpoint: interval.n for checkpoint, interval in at_5.items()}
    assert counted == {each: len(known) - LEFT_OUT.get(name, {}).get(each, 0) for each in PUBLISHED[name]}
    as_published = {each: 100 * interval.mean * interval.n / len(known) for each, interval in at_5.items()}
    assert {each: round(share, 1) for each, share in as_published.items()} == PUBLISHED[name]
