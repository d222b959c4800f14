"""Whatever is sent, the answer is a problem document with a sentence: never a trace, never what was sent, never a 500."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from dashboard.api.errors import as_problem
from dashboard.api.last_resort import LastResort
from dashboard.api.limits import LARGEST_BODY, LARGEST_LIST
from dashboard.api.problems import KINDS, Problem
from dashboard.api.rooms import Places
from pipelines.errors import CheckpointUnavailable, SettingsProblem, UnknownCheckpoint
from pipelines.prompts import PromptError
from storage.errors import DiskFull, QueryFailed, QueryRefused, StorageError
from tests.dashboard.api.conftest import problem
from tests.loops import carried_out

JSON = {"Content-Type": "application/json"}
DEEP = "[" * 100_000 + "]" * 100_000

# id, body of an ask, kind of problem
HOSTILE: list[tuple[str, bytes, str]] = [
    ("empty", b"", "invalid"),
    ("no_json", b"{", "unreadable"),
    ("no_object", b"[]", "invalid"),
    ("null", b"null", "invalid"),
    ("a_text", b'"text"', "invalid"),
    ("no_text", b"{}", "invalid"),
    ("text_is_a_number", b'{"text": 1}', "invalid"),
    ("number_is_a_text", b'{"text": "A [MASK].", "top_k": "5"}', "invalid"),
    ("number_is_true", b'{"text": "A [MASK].", "top_k": true}', "invalid"),
    ("a_fraction", b'{"text": "A [MASK].", "top_k": 1.5}', "invalid"),
    ("infinite", b'{"text": "A [MASK].", "top_k": 1e999}', "invalid"),
    ("not_a_number", b'{"text": "A [MASK].", "top_k": NaN}', "invalid"),
    ("huge", b'{"text": "A [MASK].", "top_k": 1' + b"0" * 4000 + b"}", "refused"),
    ("longer_than_python_reads", b'{"text": "A [MASK].", "top_k": 1' + b"0" * 9000 + b"}", "unreadable"),
    ("unknown_field", b'{"text": "A [MASK].", "topk": 5}', "invalid"),
    ("half_a_character", b'{"text": "A \\ud800 [MASK]."}', "invalid"),
    ("half_a_character_as_a_name", b'{"text": "A [MASK].", "\\ud800": 1}', "invalid"),
    ("half_a_character_in_a_label", b'{"text": "A [MASK].", "label": "\\udfff"}', "invalid"),
    ("half_a_character_in_a_list", b'{"text": "A [MASK].", "candidates": ["\\ud800"]}', "invalid"),
    ("nul", b'{"text": "A \\u0000 [MASK]."}', "refused"),
    ("nul_in_a_checkpoint", b'{"text": "A [MASK].", "checkpoints": ["\\u0000"]}', "refused"),
    ("a_path_as_a_checkpoint", b'{"text": "A [MASK].", "checkpoints": ["../../etc"]}', "refused"),
    ("no_checkpoints", b'{"text": "A [MASK].", "checkpoints": []}', "refused"),
    ("one_twice", b'{"text": "A [MASK].", "checkpoints": ["bert-mini", "bert-mini"]}', "refused"),
    ("no_mask", b'{"text": "Nothing to fill."}', "refused"),
    ("no_latin", b'{"text": "\xff\xfe [MASK]."}', "unreadable"),
    ("deep", b'{"text": ' + DEEP.encode() + b"}", "unreadable"),
    ("deep_as_a_whole", DEEP.encode(), "unreadable"),
    ("long_text", b'{"text": "' + b"a" * 30_000 + b' [MASK]."}', "refused"),
    ("long_label", b'{"text": "A [MASK].", "label": "' + b"a" * 300 + b'"}', "refused"),
    ("long_name_of_a_field", b'{"text": "A [MASK].", "' + b"a" * 100_000 + b'": 1}', "invalid"),
    ("many_fields", json.dumps({f"field {number}": 1 for number in range(10_000)}).encode(), "invalid"),
    ("many_candidates", json.dumps({"text": "A [MASK].", "candidates": [f"w{n}" for n in range(51)]}).encode(), "refused"),
    ("expected_is_a_number", b'{"text": "A [MASK].", "expected": 1}', "invalid"),
    ("expected_mixes_forms", b'{"text": "A [MASK].", "expected": ["a", ["b"]]}', "invalid"),
    ("half_a_character_expected", b'{"text": "A [MASK].", "expected": [["\\ud800"]]}', "invalid"),
    ("too_many_words_expected", b'{"text": "A [MASK].", "expected": [["a"], ["b"]]}', "refused"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "kind"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_no_body_of_an_ask_is_a_trace(client: TestClient, body: bytes, kind: str) -> None:
    response = client.post("/api/asks", content=body, headers=JSON)
    said = problem(response, kind)
    assert len(response.content) < 10_000, "a problem repeats what was sent"
    if kind == "invalid":
        assert 1 <= len(said["errors"]) <= 20


def test_a_field_that_cannot_be_used_is_pointed_at(client: TestClient) -> None:
    body = {"text": "A [MASK].", "checkpoints": ["bert-mini", 5], "a/b~c": 1}
    said = problem(client.post("/api/asks", json=body), "invalid")
    assert {each["pointer"] for each in said["errors"]} == {"/checkpoints/1", "/a~1b~0c"}
    assert said["detail"].startswith("/checkpoints/1: Input should be a valid string.")


def test_a_parameter_that_cannot_be_used_is_named(client: TestClient) -> None:
    said = problem(client.get("/api/analyses/overlap", params={"depth": 0, "checkpoints": "bert-mini"}), "invalid")
    assert {each["parameter"] for each in said["errors"]} == {"depth", "checkpoints"}


def test_what_is_not_there_is_said_so(client: TestClient) -> None:
    for path in ("/api/", "/api/asks/", "/api/nothing", "/api/exports/nothing", "/api/analyses/nothing", "/api/runs/x"):
        problem(client.get(path), "not-found")
    assert "predictions" in problem(client.get("/api/exports/nothing"), "not-found")["detail"]
    assert "overlap" in problem(client.get("/api/analyses/nothing"), "not-found")["detail"]


def test_no_address_leads_past_the_api(client: TestClient) -> None:
    """A name with a line end, with signs that nobody sees, with parts of a path."""
    for name in ("%0A", "a%0Ab", "%00", "%F1%B6%0A%15", "%2e%2e%2fasks", "a%2Fb", "%ff"):
        for path in (f"/api/runs/{name}", f"/api/batches/{name}/summary", f"/api/exports/{name}", f"/api/analyses/{name}"):
            problem(client.get(path), "not-found")


def test_another_method_is_told_which_is_taken(client: TestClient) -> None:
    response = client.put("/api/asks")
    assert "POST" in problem(response, "wrong-method")["detail"]
    assert response.headers["Allow"] == "POST"


def test_another_form_than_json_is_told_so(client: TestClient) -> None:
    for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}, {}):
        response = client.post("/api/asks", content=b'{"text": "A [MASK]."}', headers=headers)
        assert "application/json" in problem(response, "wrong-type")["detail"]


def test_a_body_too_large_is_turned_away_by_what_it_announces(client: TestClient) -> None:
    for path, most in (("/api/asks", LARGEST_BODY), ("/api/queries", LARGEST_BODY), ("/api/batches", LARGEST_LIST)):
        response = client.post(path, content=b" " * (most + 1), headers=JSON)
        assert f"{most:,} bytes" in problem(response, "too-large")["detail"]


def test_a_body_too_large_is_turned_away_while_it_comes(client: TestClient) -> None:
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        while sent < 3 * LARGEST_BODY:
            sent += 100_000
            yield b" " * 100_000

    problem(client.post("/api/asks", content=pieces(), headers=JSON), "too-large")


ERRORS = [
    (PromptError("A sentence."), "refused"),
    (UnknownCheckpoint("A sentence."), "refused"),
    (CheckpointUnavailable("A sentence."), "not-now"),
    (SettingsProblem("A sentence."), "unavailable"),
    (QueryRefused("A sentence."), "refused"),
    (QueryFailed("A sentence."), "busy"),
    (StorageError("A sentence."), "unavailable"),
]


@pytest.mark.parametrize(("error", "kind"), ERRORS, ids=[type(row[0]).__name__ for row in ERRORS])
def test_the_sentence_of_a_layer_is_the_detail_as_it_stands(error: StorageError, kind: str) -> None:
    found = as_problem(error)
    assert (found.kind.name, found.detail) == (kind, "A sentence.")
    assert ("Retry-After" in (found.headers or {})) == (kind == "busy")


def test_a_full_disk_is_no_fault_of_the_request(tmp_path: Path) -> None:
    assert as_problem(DiskFull(tmp_path)).status_code == 503


def test_each_kind_of_problem_has_a_name_of_its_own() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert all(400 <= kind.status < 600 for kind in KINDS)


def test_where_too_much_waits_the_next_is_told_when_to_come_again() -> None:
    places = Places("asks", 2)
    places.take()
    places.take()
    with pytest.raises(Problem, match="2 asks are at work or wait") as error:
        places.take()
    assert error.value.headers == {"Retry-After": "2"}
    places.give_back()
    places.take()


def test_what_nobody_foresaw_is_a_number_here_and_a_trace_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI(middleware=[Middleware(LastResort)])

    @app.get("/broken")
    def broken() -> None:
        raise KeyError("a secret of the inside")

    with caplog.at_level(logging.ERROR):
        response = TestClient(app).get("/broken")
    said = response.json()
    assert response.status_code == said["status"] == 500
    assert "secret" not in response.text
    number = said["instance"].removeprefix("urn:uuid:")
    assert number in said["detail"]
    assert number in caplog.text
    assert "a secret of the inside" in caplog.text


def test_an_answer_that_has_begun_is_broken_off_and_never_ended() -> None:
    """Without its last piece nobody can take a part of it for the whole."""

    async def half(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise KeyError("midway")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    carried_out(LastResort(half)({"type": "http", "path": "/"}, receive, send))
    assert [message.get("more_body") for message in sent] == [None, True]
