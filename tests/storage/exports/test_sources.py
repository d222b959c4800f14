"""What is exported: the same rows as the pages show, with names that say what is inside."""

from __future__ import annotations

import re
from datetime import date

import pytest

from storage import history
from storage.database import Cursor
from storage.errors import StorageError
from storage.exports import VIEWS, VIEWS_OF_A_RUN, Source, file_name, of_query, of_run, of_runs, of_view
from storage.log import Log
from storage.selection import Counting, Selection, WordSpace
from storage.snapshots import Snapshot
from storage.visitors import DOWNLOAD, Allowed, decide, fetch
from tests.conftest import ROOT
from tests.storage.samples import run_id

SELECTIONS = [
    Selection(),
    Selection(checkpoints=("bert-mini",)),
    Selection(checkpoints=("bert-mini", "albert-mini"), kinds=("ask", "batch")),
    Selection(since=date(2026, 3, 1), until=date(2026, 3, 1)),
    Selection(author="Ada"),
    Selection(label="<b>A label</b>"),
    Selection(tag="geography"),
    Selection(text="it IS a"),
    Selection(text="no prompt has this"),
]


def rows(source: Source, log: Log) -> list[dict[str, object]]:
    """What the statement gives, asked of the log itself: quicker than a worker, of which other tests ask."""

    def work(cursor: Cursor) -> list[dict[str, object]]:
        found = cursor.execute(source.sql, dict(source.parameters) or None)
        names = [str(column[0]) for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    return log.database.read(work)


def test_every_view_for_people_can_be_exported(filled: Log) -> None:
    views = {name for (name,) in filled.database.rows("SELECT view_name FROM duckdb_views() WHERE NOT internal")}
    assert set(VIEWS) == views - {"checkpoint_tokenizer"}  # which only ties two keys


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_without_filters_is_all_of_it(view: str, filled: Log) -> None:
    assert len(rows(of_view(view), filled)) == filled.database.read(lambda cursor: len(cursor.table(view)))


@pytest.mark.parametrize("selection", SELECTIONS, ids=lambda each: of_view("runs", each).stem)
def test_filters_mean_what_they_mean_on_the_pages(selection: Selection, filled: Log) -> None:
    """Against `selected_answers` and `recent_runs`, of which the pages are made."""
    listed = {row.run_id for row in history.recent_runs(filled.database, selection=selection, limit=1000).rows}
    assert {str(row["run_id"]) for row in rows(of_view("runs", selection), filled)} == listed
    answers = {row["answer_id"] for row in rows(of_view("answers", selection), filled)}
    asked = {row["answer_id"] for row in rows(of_view("asks", selection), filled)}
    assert answers == asked
    assert answers == {row["answer_id"] for row in rows(of_view("predictions", selection), filled)}
    if selection != Selection():
        pairs = rows(of_view("agreements", selection), filled)
        assert all(row["prompt"] in {each["prompt"] for each in rows(of_view("prompts", selection), filled)} for row in pairs)
        assert len(answers) < filled.database.rows("SELECT count(*) FROM answer")[0][0]


def test_a_run_has_its_own_rows_and_no_other(filled: Log, snapshot: Snapshot) -> None:
    for (run,) in filled.database.rows("SELECT run_id FROM run"):
        asked = rows(of_run("asks", str(run)), filled)
        assert {row["run_id"] for row in asked} <= {run}
        assert len(asked) == filled.database.rows("SELECT count(*) FROM ask WHERE run_id = $run", {"run": run})[0][0]
        ids = {row["answer_id"] for row in asked}
        assert {row["answer_id"] for row in rows(of_run("answers", str(run)), filled)} == ids
        assert {row["answer_id"] for row in rows(of_run("predictions", str(run)), filled)} == ids
        assert {row["prompt_id"] for row in rows(of_run("prompts", str(run)), filled)} == {row["prompt_id"] for row in asked}
        assert {row["run_id"] for row in rows(of_run("refused_prompts", str(run)), filled)} <= {run}
        answered = {(row["prompt_id"], row["mask_index"], row["checkpoint_id"]) for row in asked}
        for pair in rows(of_run("agreements", str(run)), filled):
            for side in ("checkpoint_a_id", "checkpoint_b_id"):
                assert (pair["prompt_id"], pair["mask_index"], pair[side]) in answered
    assert sum(
        len(rows(of_run("refused_prompts", str(run)), filled)) for (run,) in filled.database.rows("SELECT run_id FROM run")
    )
    for view in VIEWS_OF_A_RUN:
        source = of_run(view, run_id(0))
        assert source.about == f"{view.replace('_', ' ')}; run: {run_id(0)}"
        found = fetch(decide(source.sql, source.parameters), snapshot.path, DOWNLOAD, source.parameters)
        assert found.table.num_rows == len(rows(source, filled))


def test_a_pair_is_selected_where_both_of_it_are(filled: Log) -> None:
    pair = rows(of_view("agreements", Selection(checkpoints=("bert-mini", "albert-mini"))), filled)
    assert {frozenset((str(row["checkpoint_a"]), str(row["checkpoint_b"]))) for row in pair} == {
        frozenset(("bert-mini", "albert-mini"))
    }
    assert rows(of_view("agreements", Selection(checkpoints=("bert-mini",))), filled) == []


@pytest.mark.parametrize(
    ("search", "whole_words", "starred"),
    [
        ("it is", False, False),
        ("i", True, False),
        ("“quotes”", False, False),
        ("geography", True, True),
        ("no mask", False, False),
        ("ada", False, False),
        ("___", False, True),
        ("'; DROP TABLE run; --", False, False),
        (None, False, True),
        (None, False, False),
    ],
)
def test_a_searched_list_is_the_list_of_the_page(search: str | None, whole_words: bool, starred: bool, filled: Log) -> None:
    for selection in (None, Selection(checkpoints=("bert-mini",))):
        listed = history.recent_runs(
            filled.database, search=search, whole_words=whole_words, starred=starred, selection=selection, limit=1000
        )
        source = of_runs(selection, search=search, whole_words=whole_words, starred=starred)
        assert [str(row["run_id"]) for row in rows(source, filled)] == [row.run_id for row in listed.rows]


def test_an_expression_of_a_person_chooses_rows(filled: Log) -> None:
    found = rows(of_view("predictions", where="rank = 1 -- the first"), filled)
    assert found
    assert {row["rank"] for row in found} == {1}
    some = rows(of_view("predictions", Selection(checkpoints=("bert-mini",)), "rank <= 2 ORDER BY logprob LIMIT 3"), filled)
    assert len(some) == 3
    assert {row["checkpoint"] for row in some} == {"bert-mini"}


@pytest.mark.parametrize("where", ["1=1; DROP TABLE run", "run_id IN (FROM read_text('/etc/passwd'))", "rank ="])
def test_an_expression_is_judged_as_all_sql_of_people_is(where: str, snapshot: Snapshot) -> None:
    source = of_view("predictions", where=where)
    with pytest.raises(StorageError):
        fetch(decide(source.sql, source.parameters), snapshot.path, DOWNLOAD, source.parameters)


@pytest.mark.parametrize("view", VIEWS)
def test_every_statement_is_one_that_people_may_run(view: str) -> None:
    for source in (of_view(view), of_view(view, Selection(text="a"), "1 = 1"), of_runs(search="a", starred=True)):
        assert isinstance(decide(source.sql, source.parameters), Allowed)


def test_a_worker_gives_the_same(filled: Log, snapshot: Snapshot) -> None:
    for source in (of_view("agreements", SELECTIONS[2]), of_runs(SELECTIONS[1], search="is", whole_words=True)):
        found = fetch(decide(source.sql, source.parameters), snapshot.path, DOWNLOAD, source.parameters)
        assert found.table.num_rows == len(rows(source, filled)) > 0


def test_a_name_says_what_is_inside() -> None:
    assert of_view("latest_predictions").stem == "latest-predictions-all"
    selection = Selection(
        checkpoints=("bert-mini (abc1234)",), text="../etc", counting=Counting.ALL_ASKS, space=WordSpace.PIECES
    )
    assert of_view("answers", selection).stem == "answers-bert-mini-abc1234-etc"
    assert of_view("answers", selection, "rank = 1").stem.endswith("-etc-where")
    assert of_runs(search="\u0444", starred=True).stem == "runs-all-found-starred"
    assert of_query("SELECT 1").stem == "query"
    assert of_query("SELECT 1", name="Ada's words: 2026?").stem == "Ada-s-words-2026"
    assert of_query("SELECT 1", name="\u0444").stem == "query"
    assert re.fullmatch(r"maskboard-a-\d{4}-\d\d-\d\d\.csv", file_name("a", "csv"))
    assert of_view("asks", Selection(author="Ada", label="x")).about == "asks; label: x; author: Ada"


@pytest.mark.parametrize("view", ["run", "setting", "schema_migration", "x; DROP TABLE run", "../runs", "\x1b[31m"])
def test_only_views_for_people_are_exported(view: str) -> None:
    with pytest.raises(StorageError, match="There is no view"):
        of_view(view)


def test_each_statement_opens_with_its_question() -> None:
    for folder in ("export", "export/run", "merge"):
        for file in sorted((ROOT / "storage" / "sql" / folder).glob("*.sql")):
            head = file.read_text("utf-8").partition("\n\n")[0].partition("\nSELECT")[0].partition("\nWITH")[0]
            assert re.match(r"-- [A-Z][^?]*\?", head.replace("\n-- ", " ")), file.name


def test_the_run_that_was_labelled_is_there(filled: Log) -> None:
    (found,) = rows(of_view("runs", Selection(label="<b>A label</b>")), filled)
    assert str(found["run_id"]) == run_id(0)
