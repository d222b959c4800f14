"""For whoever watches the server: whether it is well, what is not, and its figures."""

from __future__ import annotations

import re
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from dashboard import resources
from pipelines import checkpoints
from storage.log import Log
from tests.dashboard.api.conftest import FRANCE, problem
from tests.dashboard.test_log_banner import no_room
from tests.storage.damage import flip

PARTS = ["log", "checkpoints", "disk", "statements"]


def parts(said: dict[str, object]) -> dict[str, dict[str, object]]:
    """The parts of a health document by their names."""
    found = said["parts"]
    assert isinstance(found, list)
    assert [each["name"] for each in found] == PARTS
    assert all(each["seconds"] >= 0 and each["sentence"] for each in found)
    return {each["name"]: each for each in found}


@pytest.mark.usefixtures("minis")
def test_a_server_that_is_well_says_so_of_each_part(client: TestClient) -> None:
    opened = resources.open_log()
    assert opened.log is not None
    version = opened.log.version
    said = client.get("/api/health")
    assert said.status_code == 200
    assert said.json()["ok"]
    assert all(each["ok"] for each in parts(said.json()).values())
    assert opened.log.version == version, "a look makes every cache and every copy of the log stale"


def test_a_log_that_cannot_be_written_turns_it_red(client: TestClient) -> None:
    opened = resources.open_log()
    assert opened.log is not None
    with no_room(opened.log.path):
        said = problem(client.get("/api/health"), "not-well")
    assert not said["ok"]
    found = parts(said)
    assert not found["log"]["ok"]
    assert "is full" in str(found["log"]["sentence"])
    assert "is full" in said["detail"]
    assert client.get("/api/health").status_code == 200


def test_a_log_that_cannot_be_opened_turns_it_red(client: TestClient, tmp_path: Path) -> None:
    path = tmp_path / "history.duckdb"
    Log.open().close()
    flip(path, 12_300)
    said = problem(client.get("/api/health"), "not-well")
    found = parts(said)
    assert [name for name in PARTS if not found[name]["ok"]] == ["log", "statements"]
    assert "maskboard_log_in_trouble 1.0" in client.get("/api/metrics").text


def test_no_checkpoint_turns_it_red(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "defaults", lambda _: ())
    said = problem(client.get("/api/health"), "not-well")
    assert [name for name, each in parts(said).items() if not each["ok"]] == ["checkpoints"]


def test_a_disk_without_room_turns_it_red(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, 10**6))
    said = problem(client.get("/api/health"), "not-well")
    assert "Only 1.0 MB are free" in str(parts(said)["disk"]["sentence"])


def figures(client: TestClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by its name and labels."""
    response = client.get("/api/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    families = list(text_string_to_metric_families(response.text))
    assert len({family.name for family in families}) == len(families)
    return {(each.name, tuple(sorted(each.labels.items()))): each.value for family in families for each in family.samples}


@pytest.mark.usefixtures("minis")
def test_what_is_asked_is_counted(client: TestClient) -> None:
    asked = ("maskboard_asks_total", (("end", "saved"), ("way", "http")))
    fresh = ("maskboard_answers_total", (("checkpoint", "bert-mini"), ("reused", "false")))
    reused = ("maskboard_answers_total", (("checkpoint", "bert-mini"), ("reused", "true")))
    refused = ("maskboard_asks_total", (("end", "refused"), ("way", "http")))
    passes = ("maskboard_passes_total", (("work", "ask"),))
    took = ("maskboard_ask_duration_seconds_count", (("way", "http"),))
    before = figures(client)
    for text in (FRANCE, FRANCE, "no mask"):
        client.post("/api/asks", json={"text": text, "checkpoints": ["bert-mini"]})
    after = figures(client)
    grown = {key: after[key] - before.get(key, 0) for key in (asked, fresh, reused, refused, took)}
    assert grown == {asked: 2, fresh: 1, reused: 1, refused: 1, took: 2}
    assert after[passes] > before.get(passes, 0)  # a checkpoint that is loaded beside it may run some of its own
    route = (("method", "POST"), ("route", "/asks"), ("status", "201"))
    assert after["maskboard_http_requests_total", route] - before.get(("maskboard_http_requests_total", route), 0) == 2
    assert after["maskboard_log_rows", (("of", "answers"),)] == 4  # three of the sample
    assert after["maskboard_log_writes_total", ()] > 0
    assert after["maskboard_log_size_bytes", ()] > 10_000


def test_the_names_are_those_of_the_convention(client: TestClient) -> None:
    client.get("/api/nothing")
    found = figures(client)
    kinds = re.findall(r"^# TYPE (\S+) (\S+)$", client.get("/api/metrics").text, re.M)
    assert len(kinds) > 8
    for name, kind in kinds:
        assert re.fullmatch(r"maskboard_[a-z_]+", name)
        if kind == "counter":
            assert name.endswith("_total")
        if kind == "histogram":
            assert name.endswith("_seconds")
    assert {"maskboard_batch_rows_total", "maskboard_batch_rows_pending", "maskboard_batches_at_work"} <= {n for n, _ in kinds}
    addresses = {dict(labels).get("route") for name, labels in found if name == "maskboard_http_requests_total"}
    assert "none" in addresses, "an address of a client became a label"
    assert not any(route and "nothing" in route for route in addresses)
