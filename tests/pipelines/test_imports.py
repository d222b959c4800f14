"""What `storage` must know of imported answers without asking the layer above agrees with that layer."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pipelines.agreement import as_asked
from pipelines.catalogue import catalogue
from pipelines.checkpoints import require
from pipelines.reply import comparison_as_json, comparison_as_tables
from pipelines.settings import read_settings
from storage import history
from storage.formats.checks import HUB_IDS
from storage.importer import import_file, read
from storage.log import Log
from tests.pipelines.conftest import MINIS

ONE = "The capital of France is [MASK]."
TWO = "The [MASK] of France is [MASK]."


def test_the_hub_ids_are_those_of_the_catalogue() -> None:
    assert {entry.hub_id: entry.name for entry in catalogue(read_settings()) if entry.hub_id is not None} == HUB_IDS


@pytest.mark.parametrize("name", MINIS)
def test_what_the_fill_mask_pipeline_returns_is_imported(name: str, tmp_path: Path) -> None:
    from transformers import pipeline

    peer: Any = pipeline("fill-mask", model=str(require(name, read_settings()).folder), dtype="float32", top_k=7)
    returned = {"one": peer(ONE), "two": peer(TWO), "many": peer([ONE, "She is [MASK]."]), "many_two": peer([TWO, TWO])}
    for form, value in returned.items():
        path = tmp_path / f"{form}.json"
        path.write_text(json.dumps(value))
        imported = read(path, checkpoint=name)
        assert imported.comparison.refused == ()
        assert {each.prompt.mask_count for each in imported.answers} == ({1} if form in ("one", "many") else {2})
        assert {each.prompt.text.lower() for each in imported.answers} <= {ONE.lower(), TWO.lower(), "she is [mask]."}
    (tmp_path / "named.jsonl").write_text(
        "".join(json.dumps({"model": name, "prompt": text, "predictions": peer(text)}) + "\n" for text in (ONE, TWO))
    )
    first, *others = read(tmp_path / "named.jsonl").answers
    assert [each.token_id for each in first.predictions] == [line["token"] for line in returned["one"]]
    assert [each.score for each in first.predictions] == pytest.approx([line["score"] for line in returned["one"]])
    assert [each.mask_index for each in others] == [0, 1]


def test_imported_answers_to_one_prompt_are_compared_by_their_lists(tmp_path: Path) -> None:
    entries = [
        {"model": model, "prompt": ONE, "top_k": [{"token_str": word} for word in words.split()]}
        for model, words in (("bert-x", "paris lyon nice"), ("albert-x", "lyon paris rome"))
    ]
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(entries))
    with Log.open(tmp_path / "log.duckdb") as log:
        imported = import_file(log, path)
        found = history.comparison(log.database, imported.comparison.run.run_id)
    assert found is not None
    assert found.agreements == ()
    (answer, *_) = comparison_as_json(found)["answers"]
    assert (answer["latency_ms"], [line["score"] for line in answer["predictions"]]) == (None, [None, None, None])
    console = Console(width=120, record=True, file=StringIO())
    for part in comparison_as_tables(found):
        console.print(part)
    said = console.export_text()
    assert "no score  paris" in said
    assert "imported" in said
    (agreement,) = as_asked(found).agreements
    assert agreement.overlap == pytest.approx(2 / 3)
    assert (agreement.jsd_shared, agreement.coverage_a, agreement.coverage_b, agreement.top1_same) == (None, None, None, False)
