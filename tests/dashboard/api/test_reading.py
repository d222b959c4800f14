"""What was asked, read over HTTP: statements, all rows of a view, and the figures of a view."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from dashboard import resources
from pipelines.__main__ import app as command
from pipelines.analysis.report import View
from storage.exports import VIEWS
from storage.log import Log
from tests.dashboard.api.conftest import problem
from tests.storage.samples import ask, batch

ROWS = 120


@pytest.fixture
def history(client: TestClient) -> Iterator[TestClient]:
    """A log with some asks and a batch."""
    with Log.open() as log:
        for number in range(3):
            log.append(ask(f"Prompt {number} is [MASK].", number=number))
        log.append(batch([f"Row {row} is [MASK]." for row in range(ROWS)], number=99))
    yield client
    resources._log.clear()


def query(client: TestClient, sql: str, **body: object) -> dict[str, Any]:
    response = client.post("/api/queries", json={"sql": sql, **body})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_a_statement_is_answered_with_the_age_of_what_it_read(history: TestClient) -> None:
    found = query(history, "SELECT kind, count(*) AS runs FROM runs WHERE kind <> 'sample' GROUP BY ALL ORDER BY kind")
    assert found["columns"] == [{"name": "kind", "type": "string"}, {"name": "runs", "type": "int64"}]
    assert found["rows"] == [["ask", 3], ["batch", 1]]
    assert (found["truncated"], found["notice"]) == (False, None)
    assert found["copy"]["age_seconds"] >= 0
    with Log.open() as log:
        log.append(ask("One more is [MASK].", number=5))
    assert query(history, "SELECT count(*) FROM runs WHERE kind = 'ask'", fresh=True)["rows"] == [[4]]


def test_parameters_are_bound_with_their_types(history: TestClient) -> None:
    sql = "SELECT $text, $whole + 1, $half, $yes, $nothing, $day + INTERVAL 1 DAY"
    given = {"text": "'; --", "whole": 41, "half": 0.5, "yes": True, "nothing": None}
    day = {"type": "date", "value": "2026-03-07"}
    (row,) = query(history, sql, parameters={**given, "day": day})["rows"]
    assert row == ["'; --", 42, 0.5, True, None, "2026-03-08T00:00:00"]


def test_at_most_as_many_rows_as_on_the_page(history: TestClient) -> None:
    found = query(history, "SELECT * FROM range(10001)")
    assert (len(found["rows"]), found["truncated"]) == (10_000, True)
    assert "first 10,000 rows" in found["notice"]


def test_values_that_json_has_no_type_for_are_written(history: TestClient) -> None:
    sql = "SELECT 'inf'::DOUBLE, (2::HUGEINT ** 100)::HUGEINT, [1, NULL], {'a': DATE '2026-01-02'}, 'a' AS a, 'b' AS a"
    assert query(history, sql)["rows"] == [[None, 2**100, [1, None], {"a": "2026-01-02"}, "a", "b"]]


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("writes", {"sql": "DELETE FROM runs"}, "refused"),
    ("two", {"sql": "SELECT 1; SELECT 2"}, "refused"),
    ("reads_a_file", {"sql": "SELECT * FROM read_text('/etc/passwd')"}, "refused"),
    ("mistake", {"sql": "SELECT wrod FROM predictions"}, "refused"),
    ("no_sql", {"sql": ""}, "refused"),
    ("nul", {"sql": "SELECT '\0'"}, "refused"),
    ("long", {"sql": "SELECT 1 --" + "x" * 10_000}, "refused"),
    ("value_missing", {"sql": "SELECT $a"}, "refused"),
    ("value_nul", {"sql": "SELECT $a", "parameters": {"a": "\0"}}, "refused"),
    ("value_large", {"sql": "SELECT $a", "parameters": {"a": 2**70}}, "refused"),
    ("value_is_no_day", {"sql": "SELECT $a", "parameters": {"a": {"type": "date", "value": "7 March"}}}, "refused"),
    ("value_is_a_list", {"sql": "SELECT $a", "parameters": {"a": [1]}}, "invalid"),
    ("value_of_no_type", {"sql": "SELECT $a", "parameters": {"a": {"type": "blob", "value": ""}}}, "invalid"),
    ("half_a_character", {"sql": "SELECT $a", "parameters": {"a": "\ud800"}}, "invalid"),
]


@pytest.mark.parametrize(("body", "kind"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_may_not_run_is_refused_with_the_sentence_of_the_page(client: TestClient, body: dict[str, Any], kind: str) -> None:
    content = json.dumps(body)
    problem(client.post("/api/queries", content=content, headers={"Content-Type": "application/json"}), kind)


def test_a_mistake_says_where_it_is(client: TestClient) -> None:
    said = problem(client.post("/api/queries", json={"sql": "SELECT 1,\n  wrod\nFROM predictions"}), "refused")
    assert (said["line"], said["column"]) == (2, 3)


def test_an_export_holds_every_row_in_every_format(history: TestClient) -> None:
    with Log.open() as log:
        ((n,),) = log.database.rows("SELECT count(*) FROM predictions")
    as_csv = history.get("/api/exports/predictions")
    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert as_csv.headers["content-disposition"].startswith('attachment; filename="maskboard-predictions-all-')
    assert as_csv.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(as_csv.content.decode("utf-8-sig"))))
    as_json = history.get("/api/exports/predictions", params={"format": "json"}).json()
    file = pq.ParquetFile(io.BytesIO(history.get("/api/exports/predictions", params={"format": "parquet"}).content))
    table = file.read()
    assert len(rows) == len(as_json) == table.num_rows == n > 3 * ROWS
    assert {row["word"] for row in rows} == {row["word"] for row in as_json} == set(table.column("word").to_pylist())
    manifest = json.loads(file.metadata.metadata[b"maskboard"])
    assert (manifest["view"], manifest["rows"], manifest["format"]) == ("predictions", n, "parquet")


def test_the_filters_are_those_of_the_history(history: TestClient) -> None:
    found = history.get("/api/exports/prompts", params={"text": "row 11", "kind": "batch", "format": "json"}).json()
    assert {row["prompt"] for row in found} == {f"Row {number} is [MASK]." for number in (11, *range(110, 120))}
    where = history.get(
        "/api/exports/prompts", params={"where": "prompt LIKE 'Prompt%' ORDER BY prompt LIMIT 2", "format": "json"}
    )
    assert [row["prompt"] for row in where.json()] == ["Prompt 0 is [MASK].", "Prompt 1 is [MASK]."]
    run = ask(number=1).run.run_id
    asks = history.get("/api/exports/asks", params={"run": run, "format": "json"}).json()
    assert {row["run_id"] for row in asks} == {run}
    assert history.get("/api/exports/prompts", params={"author": "nobody", "format": "json"}).json() == []


def test_the_description_names_every_view(client: TestClient) -> None:
    (view, *_) = client.get("/api/openapi.json").json()["paths"]["/exports/{view}"]["get"]["parameters"]
    assert (view["name"], view["schema"]["enum"]) == ("view", list(VIEWS))


EXPORTS_REFUSED: list[tuple[str, dict[str, str], str]] = [
    ("misspelt_filter", {"checkpoints": "bert-mini"}, "invalid"),
    ("no_format", {"format": "xlsx"}, "invalid"),
    ("no_kind", {"kind": "everything"}, "invalid"),
    ("no_day", {"since": "yesterday"}, "refused"),
    ("days_exchanged", {"since": "2026-02-01", "until": "2026-01-01"}, "refused"),
    ("empty", {"author": ""}, "refused"),
    ("where_writes", {"where": "1 = 1; DROP TABLE runs"}, "refused"),
    ("where_mistaken", {"where": "wrod = 1"}, "refused"),
    ("where_nul", {"where": "text = '\0'"}, "refused"),
]


@pytest.mark.parametrize(("params", "kind"), [row[1:] for row in EXPORTS_REFUSED], ids=[row[0] for row in EXPORTS_REFUSED])
def test_an_export_that_cannot_be_made_is_a_problem_and_no_file(client: TestClient, params: dict[str, str], kind: str) -> None:
    problem(client.get("/api/exports/prompts", params=params), kind)


@pytest.mark.parametrize("view", list(View))
def test_the_figures_are_those_of_the_command(history: TestClient, view: View) -> None:
    options = ["--view", view, "--filter", "kind=batch", "--depth", "3", "--json"]
    printed = CliRunner().invoke(command, ["analyze", *options], catch_exceptions=False)
    found = history.get(f"/api/analyses/{view}", params={"kind": "batch", "depth": 3}).json()
    said = found.pop("notes")
    assert found == json.loads(printed.stdout)
    assert said == []


def test_a_filter_that_matches_nothing_is_said_so(history: TestClient) -> None:
    found = history.get("/api/analyses/overlap", params={"checkpoint": "nobody"}).json()
    assert found["n_prompts"] == 0
    assert "The history holds no answer of a checkpoint 'nobody'." in found["notes"]
