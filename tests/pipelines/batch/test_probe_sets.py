"""Published sets end to end: read, asked of the three families, summed up with intervals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.batch import BatchRequest, carry_out, submit, summarise
from pipelines.prompt_files import open_prompts
from pipelines.shelf import Shelf
from storage.log import Log
from storage.records import RunStatus
from storage.verification import inspect
from tests.logs import new_log
from tests.pipelines.conftest import MINIS

pytestmark = pytest.mark.probes


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with new_log(tmp_path / "log.duckdb") as opened:
        yield opened


def test_the_prompts_that_were_published_with_answers(shelf: Shelf, log: Log, shared_data: Path) -> None:
    entries = json.loads((shared_data / "published_fillmask.json").read_text("utf-8"))["entries"]
    assert len(entries) == 762
    text = "\n".join(" ".join(entry["prompt"].split()) for entry in entries)
    with open_prompts(text, "published.txt") as prompts:
        told = submit(prompts, BatchRequest(MINIS, "published"), shelf, log)
    assert (told.n_rows, told.n_refused) == (762, 0)
    outcome = carry_out(told.run_id, shelf=shelf, log=log)
    assert (outcome.status, outcome.n_done) == (RunStatus.COMPLETE, 762)
    found = summarise(log.database, told.run_id)
    distinct = found.counts.n_prompts
    assert distinct == len({each for (each,) in log.database.rows("SELECT text FROM prompt")})
    assert {pair.n for pair in found.overlap.pairs} == {distinct}
    assert found.counts.n_reused >= 762 - distinct
    with open_prompts(text, "published.txt") as prompts:
        again = submit(prompts, BatchRequest(MINIS, "published"), shelf, log)
    assert carry_out(again.run_id, shelf=shelf, log=log).n_reused == 762


def test_every_item_of_the_olmpics(shelf: Shelf, log: Log, shared_data: Path) -> None:
    files = sorted((shared_data / "probes" / "olmpics" / "tests" / "data").glob("*.jsonl"))
    assert len(files) == 6
    items = 0
    for file in files:
        with open_prompts(file) as prompts:
            told = submit(prompts, BatchRequest(MINIS, file.name, label=file.stem), shelf, log)
        assert told.n_refused == 0
        assert carry_out(told.run_id, shelf=shelf, log=log).n_done == told.n_rows
        items += told.n_rows
        found = summarise(log.database, told.run_id)
        assert {each.n for each in found.accuracy.checkpoints} == {found.counts.n_expected}
        for each in found.accuracy.checkpoints:
            assert each.acc_at_1 is not None
            assert each.acc_at_1.low is not None
            assert each.acc_at_1.high is not None
            assert each.acc_at_1.low <= each.acc_at_1.mean <= each.acc_at_1.high
    assert items == 2_879
    assert log.database.read(lambda cursor: inspect(cursor, log.path)) == ()
