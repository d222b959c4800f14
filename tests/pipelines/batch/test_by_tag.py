"""A batch by its tags, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.batch.by_tag import MOST_TAGS, by_tag
from pipelines.statistics import FEWEST_FOR_INTERVAL
from storage.annotations import Target, add_tag
from storage.history import prompt_ids_of
from storage.log import Log
from storage.records import RunKind
from tests.logs import new_log
from tests.pipelines.analysis.histories import history, words
from tests.storage.samples import ALBERT, BERT

MANY = FEWEST_FOR_INTERVAL


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with new_log(tmp_path / "log.duckdb") as opened:
        yield opened


def batch(log: Log) -> str:
    """`MANY` towns, all of them right by BERT alone, and three trees, which both say alike and nobody knows."""
    towns = {f"Town {n} is [MASK].": {BERT: words("right b c"), ALBERT: words("x y z")} for n in range(MANY)}
    trees = {f"Tree {n} is [MASK].": {BERT: words("a b c"), ALBERT: words("a b c")} for n in range(3)}
    told = history(towns | trees, expected=dict.fromkeys(towns, "right"), kind=RunKind.BATCH)
    log.append(told)
    for text, prompt_id in prompt_ids_of(log.database, told.run.run_id).items():
        add_tag(log.database, Target(prompt_id=prompt_id), "town" if text in towns else "tree")
    return told.run.run_id


def test_each_tag_has_its_own_figures_with_intervals(log: Log) -> None:
    key = batch(log)
    log.append(history({"Town 0 is [MASK].": {BERT: words("right b c")}}, number=5))
    found = by_tag(log.database, key)
    assert [each.name for each in found.checkpoints] == [BERT.name, ALBERT.name]
    assert [(each.tag, each.n) for each in found.rows] == [("town", MANY), ("tree", 3)]
    town, tree = found.rows
    bert, albert = town.accuracy
    assert bert is not None and albert is not None and town.agreement is not None
    assert (bert.mean, bert.n, albert.mean) == (1.0, MANY, 0.0)
    assert bert.low is not None and 0.7 < bert.low < 1, "Wilson's: all right is no proof"
    assert (town.agreement.mean, town.agreement.n) == (0.0, MANY)
    assert tree.accuracy == (None, None)
    assert tree.agreement is not None
    assert tree.agreement.mean == pytest.approx(1.0)
    assert (tree.agreement.low, tree.agreement.n) == (None, 3), "too few for an interval"


def test_a_batch_without_tags_has_no_rows(log: Log) -> None:
    told = history({"Town is [MASK].": {BERT: words("a b")}}, kind=RunKind.BATCH)
    log.append(told)
    assert by_tag(log.database, told.run.run_id).rows == ()


def test_of_many_tags_those_on_most_prompts_are_told(log: Log) -> None:
    told = history({f"Town {n} is [MASK].": {BERT: words("a b")} for n in range(2)}, kind=RunKind.BATCH)
    log.append(told)
    first, second = prompt_ids_of(log.database, told.run.run_id).values()
    for number in range(MOST_TAGS + 1):
        add_tag(log.database, Target(prompt_id=first), f"tag {number:02}")
    add_tag(log.database, Target(prompt_id=second), f"tag {MOST_TAGS:02}")
    found = by_tag(log.database, told.run.run_id)
    assert (len(found.rows), found.n) == (MOST_TAGS, MOST_TAGS + 1)
    assert (found.rows[0].tag, found.rows[0].n) == (f"tag {MOST_TAGS:02}", 2)
    assert found.rows[0].agreement is None, "one checkpoint has nobody to agree with"
