"""An ask over HTTP is the ask of the command and of the page: the same JSON, kept in the same log."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from dashboard import resources
from pipelines.__main__ import app as command
from storage import history
from storage.log import Log
from storage.run_ids import new_run_id
from tests.dashboard.api.conftest import FRANCE, ended, problem
from tests.dashboard.conftest import runs_in_log
from tests.dashboard.test_log_banner import no_room

ASK = {"text": FRANCE, "top_k": 3, "candidates": ["paris"], "expected": [["paris"]]}
pytestmark = pytest.mark.usefixtures("minis")


def asked(client: TestClient, **body: object) -> dict[str, Any]:
    response = client.post("/api/asks", json={**ASK, **body})
    assert response.status_code in (200, 201), response.text
    found: dict[str, Any] = response.json()
    return found


def without_times(said: dict[str, Any]) -> dict[str, Any]:
    """What two asks of the same prompt have in common."""
    answers = [{**each, "latency_ms": None, "reused": None} for each in said["answers"]]
    return {**said, "answers": answers, "run_id": None}


def test_it_is_the_json_of_the_command(client: TestClient) -> None:
    options = ["--checkpoint", "bert-mini", "--top-k", "3", "--candidate", "paris", "--expected", "paris", "--no-log", "--json"]
    printed = CliRunner().invoke(command, ["ask", FRANCE, *options], catch_exceptions=False)
    assert without_times(asked(client, checkpoints=["bert-mini"])) == without_times(json.loads(printed.stdout))


def test_what_is_asked_is_kept_and_read_again(client: TestClient) -> None:
    response = client.post("/api/asks", json={**ASK, "label": "from a program", "author": "Ada"})
    said = response.json()
    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/runs/{said['run_id']}"
    assert [each["checkpoint"] for each in said["answers"]] == ["bert-mini", "distilbert-mini", "albert-mini"]
    assert not any(each["reused"] for each in said["answers"])
    kept = client.get(response.headers["Location"])
    assert kept.status_code == 200
    assert without_times(kept.json()) == without_times(said)
    with Log.open() as log:
        (row,) = [row for row in history.recent_runs(log.database).rows if row.run_id == said["run_id"]]
    assert (row.label, row.author) == ("from a program", "Ada")
    again = asked(client)
    assert all(each["reused"] for each in again["answers"])
    assert again["run_id"] != said["run_id"]


@pytest.mark.parametrize("expected", ["paris|Paris", ["paris", "Paris"], [["paris", "Paris"]]])
def test_right_words_are_written_as_in_files(client: TestClient, expected: object) -> None:
    said = asked(client, candidates=[], expected=expected, checkpoints=["bert-mini"], record=False)
    assert [each["word"] for each in said["answers"][0]["candidates"]] == ["paris", "Paris"]


def test_without_a_record_nothing_is_kept(client: TestClient) -> None:
    resources.open_log()
    before = runs_in_log()
    response = client.post("/api/asks", json={**ASK, "record": False})
    assert response.status_code == 200
    assert response.json()["run_id"] is None
    assert "Location" not in response.headers
    assert "not_saved" not in response.json()
    assert runs_in_log() == before


def test_a_prompt_that_cannot_be_asked_is_kept_with_its_reason(client: TestClient) -> None:
    said = problem(client.post("/api/asks", json={"text": "Nothing to fill."}), "refused")
    assert "has no mask" in said["detail"]
    with Log.open() as log:
        assert history.counts(log.database).refused == 1


def test_where_it_cannot_be_saved_the_answer_says_why_and_waits(client: TestClient) -> None:
    asked(client)  # what the vocabularies hold is in the log
    opened = resources.open_log()
    assert opened.log is not None
    with no_room(opened.log.path):
        response = client.post("/api/asks", json={**ASK, "text": "The sky is [MASK]."})
    said = response.json()
    assert response.status_code == 200
    assert said["run_id"] is None
    assert "is full" in said["not_saved"]
    assert len(said["answers"]) == 3
    assert len(resources.unsaved()) == 1
    assert "maskboard_unsaved_asks 1.0" in client.get("/api/metrics").text
    assert client.get("/api/health").json()["ok"]  # a look that writes says that there is room again
    assert len(resources.unsaved()) == 0
    assert runs_in_log() == 3


def test_a_checkpoint_that_is_not_here_is_said_so(client: TestClient) -> None:
    near = problem(client.post("/api/asks", json={**ASK, "checkpoints": ["bert-mimi"]}), "refused")
    assert "bert-mini" in near["detail"]
    away = problem(client.post("/api/asks", json={**ASK, "checkpoints": ["bert-base-uncased"]}), "not-now")
    assert "bert-base-uncased" in away["detail"]


def test_a_run_that_is_not_there_is_said_so(client: TestClient) -> None:
    for run_id in (new_run_id(), "x", "1 OR 1=1", "%00", "é" * 36):
        problem(client.get(f"/api/runs/{run_id}"), "not-found")


@pytest.mark.usefixtures("batches")
def test_a_run_of_many_prompts_says_where_its_rows_are(client: TestClient) -> None:
    given = [{"prompt": FRANCE}, {"prompt": "The sky is [MASK]."}]
    begun = client.post("/api/batches", params={"checkpoint": "bert-mini"}, json=given).json()
    assert ended(client, begun["run_id"])["status"] == "complete"
    said = problem(client.get(f"/api/runs/{begun['run_id']}"), "not-now")
    assert f"/exports/answers?run={begun['run_id']}" in said["detail"]
