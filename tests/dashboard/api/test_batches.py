"""A batch over HTTP: a file or a list, kept whole, answered in the server, stopped and resumed."""

from __future__ import annotations

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from dashboard import resources
from dashboard.api.batch_body import KINDS
from dashboard.batches import Batches
from pipelines.batch import summarise
from pipelines.batch.report import summary_as_json
from storage import history
from storage.log import Log
from storage.run_ids import new_run_id
from tests.dashboard.api.conftest import FRANCE, ended, problem

MINI = {"checkpoint": "bert-mini"}
CSV = b"prompt,expected,tag\nThe sky is [MASK].,blue,nature\nNothing to fill.,,\nA [MASK] flies.,bird|plane,nature\n"
pytestmark = pytest.mark.usefixtures("minis", "batches")


def begin(client: TestClient, content: bytes, kind: str = "text/csv", **params: str) -> Response:
    return client.post("/api/batches", params={**MINI, **params}, content=content, headers={"Content-Type": kind})


def test_a_list_is_answered_to_its_end(client: TestClient) -> None:
    given = [
        {"prompt": FRANCE, "expected": "Paris", "candidates": ["lyon"], "tag": "capitals"},
        {"prompt": "No mask here."},
        {"prompt": "The [MASK] is [MASK].", "expected": [["sky"], ["blue"]]},
    ]
    response = client.post("/api/batches", params={**MINI, "label": "a list", "top_k": 3}, json=given)
    said = response.json()
    assert response.status_code == 202
    assert response.headers["Location"] == f"/api/batches/{said['run_id']}"
    assert (said["n_rows"], said["n_refused"]) == (2, 1)
    assert [(each["line"], each["text"]) for each in said["problems"]] == [(2, "No mask here.")]
    assert "has no mask" in said["problems"][0]["reason"]
    found = ended(client, said["run_id"])
    assert (found["status"], found["n_answered"], found["n_pending"], found["n_expected"]) == ("complete", 2, 0, 2)
    assert (found["label"], found["top_k"], found["checkpoints"]) == ("a list", 3, ["bert-mini"])
    assert found["progress"]["n_done"] == 2
    assert found["state"] is None


FILES = [
    ("csv", "text/csv", CSV, "p.csv"),
    ("csv_by_its_name", "application/octet-stream", CSV, "p.csv"),
    ("tsv", "text/tab-separated-values", CSV.replace(b",", b"\t"), ""),
    ("lines", "text/plain", b"The sky is [MASK].\nNothing to fill.\nA [MASK] flies.\n", ""),
    ("json_lines", "application/jsonl", b'{"prompt": "A [MASK] flies."}\n{"prompt": "x"}\n{"prompt": "A [MASK]."}\n', ""),
    ("with_parameters_of_the_type", "text/csv; charset=utf-8", CSV, ""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "content", "name"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_a_file_of_every_kind_is_read(client: TestClient, kind: str, content: bytes, name: str) -> None:
    said = begin(client, content, kind, name=name or "prompts").json()
    assert (said["n_rows"], said["n_refused"]) == (2, 1), said
    assert said["problems"][0]["line"] in (2, 3)
    assert ended(client, said["run_id"])["n_answered"] == 2


def test_a_column_may_be_named(client: TestClient) -> None:
    content = b"cloze;gold\nThe sky is [MASK].;blue\n"
    assert begin(client, content, expected_column="gold", prompt_column="cloze").json()["n_rows"] == 1
    said = problem(begin(client, content, prompt_column="sentence"), "refused")
    assert "sentence" in said["detail"]


def test_the_summary_is_the_json_of_the_command(client: TestClient) -> None:
    run_id = begin(client, CSV).json()["run_id"]
    ended(client, run_id)
    with Log.open() as log:
        assert client.get(f"/api/batches/{run_id}/summary").json() == summary_as_json(summarise(log.database, run_id))


def test_a_batch_is_stopped_and_resumed(client: TestClient, batches: Batches) -> None:
    """The first is held up by another one, whose rows take as long as they take."""
    other = begin(client, b"".join(b"Row %d is [MASK].\n" % row for row in range(500)), "text/plain").json()["run_id"]
    run_id = begin(client, CSV).json()["run_id"]
    stopped = client.post(f"/api/batches/{run_id}/cancel").json()
    assert (stopped["status"], stopped["state"], stopped["n_pending"]) == ("cancelled", None, 2)
    assert client.post(f"/api/batches/{run_id}/cancel").json()["status"] == "cancelled"
    resumed = client.post(f"/api/batches/{run_id}/resume").json()
    assert resumed["state"] in ("waiting", "running")
    client.post(f"/api/batches/{other}/cancel")
    assert ended(client, run_id)["status"] == "complete"
    assert batches.rows_done >= 2
    for what in ("cancel", "resume"):
        assert "complete" in problem(client.post(f"/api/batches/{run_id}/{what}"), "not-now")["detail"]


@pytest.mark.parametrize("path", ["", "/summary", "/cancel", "/resume"])
def test_what_is_no_batch_is_said_so(client: TestClient, path: str) -> None:
    method = "POST" if path in ("/cancel", "/resume") else "GET"
    for run_id in (new_run_id(), "x", "%00"):
        problem(client.request(method, f"/api/batches/{run_id}{path}"), "not-found")
    run_id = client.post("/api/asks", json={"text": FRANCE, "checkpoints": ["bert-mini"]}).json()["run_id"]
    said = problem(client.request(method, f"/api/batches/{run_id}{path}"), "not-found")
    assert f"/runs/{run_id}" in said["detail"]


HOSTILE: list[tuple[str, str, bytes, str]] = [
    ("no_type", "", CSV, "wrong-type"),
    ("a_form", "multipart/form-data; boundary=x", CSV, "wrong-type"),
    ("no_json", "application/json", b"{", "unreadable"),
    ("deep_json", "application/json", b"[" * 200_000, "unreadable"),
    ("an_object", "application/json", b'{"prompt": "A [MASK]."}', "invalid"),
    ("no_prompt", "application/json", b'[{"expected": []}]', "invalid"),
    ("another_field", "application/json", b'[{"prompt": "A [MASK].", "text": ""}]', "invalid"),
    ("half_a_character", "application/json", b'[{"prompt": "\\ud800 [MASK]"}]', "invalid"),
    ("empty_list", "application/json", b"[]", "refused"),
    ("empty_file", "text/csv", b"", "refused"),
    ("only_a_header", "text/csv", b"prompt\n", "refused"),
    ("a_picture", "text/csv", b"\x89PNG\r\n\x1a\n" + bytes(1000), "refused"),
    ("packed", "application/octet-stream", b"\x1f\x8b\x08" + bytes(100), "refused"),
    ("another_encoding", "text/plain", "The sky is [MASK].".encode("utf-16"), "refused"),
    ("many_columns", "text/csv", b",".join(b"c%d" % n for n in range(30_000)) + b"\n", "refused"),
    ("no_column_of_prompts", "text/csv", b"a,b\n1,2\n", "refused"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "content", "said"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_a_hostile_body_begins_nothing(client: TestClient, kind: str, content: bytes, said: str) -> None:
    response = client.post("/api/batches", params=MINI, content=content, headers={"Content-Type": kind} if kind else {})
    problem(response, said)
    with Log.open() as log:
        assert not [row for row in history.recent_runs(log.database).rows if row.kind == "batch"]


def test_options_that_cannot_be_used_begin_nothing(client: TestClient) -> None:
    for params, kind in (
        ({"top_k": "0"}, "invalid"),
        ({"topk": "5"}, "invalid"),
        ({"label": "x" * 300}, "refused"),
        ({"checkpoint": "nobody"}, "refused"),
        ({"checkpoint": "bert-base-uncased"}, "not-now"),
    ):
        problem(begin(client, CSV, **params), kind)


def test_of_many_problems_the_first_are_named(client: TestClient) -> None:
    said = begin(client, b"Nothing to fill.\n" * 5_000, "text/plain").json()
    assert (said["n_rows"], said["n_refused"], len(said["problems"])) == (0, 5_000, 100)


def test_every_media_type_is_in_the_description(client: TestClient) -> None:
    body = client.get("/api/openapi.json").json()["paths"]["/batches"]["post"]["requestBody"]["content"]
    assert set(body) == {"application/json", *KINDS}


def test_where_the_log_cannot_be_opened_nothing_is_begun(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASKBOARD_HISTORY", "/dev/null/history.duckdb")
    resources._log.clear()
    problem(begin(client, CSV), "unavailable")
