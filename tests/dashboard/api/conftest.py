"""The API as it stands beside the pages, in this process, with a token that programs have."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard import resources
from dashboard.api.app import create_app
from dashboard.api.problems import KINDS
from dashboard.api.routes import BesideThePages
from dashboard.batches import Batches

TOKEN = "a-token-of-these-tests-alone"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
HOST = "http://127.0.0.1:8501"
FRANCE = "The capital of France is [MASK]."


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The server's settings hold it."""
    monkeypatch.setenv("MASKBOARD_API_TOKEN", TOKEN)
    resources.settings.clear()
    yield TOKEN
    resources.settings.clear()


@pytest.fixture
def no_token(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """They hold none."""
    monkeypatch.delenv("MASKBOARD_API_TOKEN", raising=False)
    resources.settings.clear()
    yield
    resources.settings.clear()


@pytest.fixture(scope="session")
def made() -> FastAPI:
    """One app for all of these tests, since nothing of one request stays in it but counts."""
    return create_app()


@pytest.fixture
def stranger(made: FastAPI) -> TestClient:
    """Whoever has no token."""
    return TestClient(Starlette(routes=[BesideThePages(made)]), base_url=HOST)


@pytest.fixture
def client(token: str, made: FastAPI) -> TestClient:
    """A program that has the token."""
    return TestClient(Starlette(routes=[BesideThePages(made)]), base_url=HOST, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def batches(token: str) -> Iterator[Batches]:
    """Those of this process; whatever a test began comes to its end before its log is closed."""
    held = resources.batches()
    yield held
    for run_id in held.at_work:
        held.cancel(run_id)
        assert held.wait(run_id, 60)


def problem(response: Response, kind: str) -> dict[str, Any]:
    """The problem document of a response, which has to be one of this kind."""
    said: dict[str, Any] = response.json()
    known = {each.name: each for each in KINDS}
    assert said["type"] == f"/api/docs#{kind}", said
    assert response.headers["content-type"] == "application/problem+json"
    assert response.status_code == said["status"] == known[kind].status
    assert said["title"] == known[kind].title
    assert said["detail"]
    assert said["instance"].startswith("urn:uuid:")
    assert "Traceback" not in response.text
    return said


def ended(client: TestClient, run_id: str) -> dict[str, Any]:
    """How a batch stands once it has come to its end. `Batches` tells when that is; nobody waits by the clock."""
    started = time.monotonic()
    assert resources.batches().wait(run_id, 120), f"still at work after {time.monotonic() - started:.0f} s"
    found: dict[str, Any] = client.get(f"/api/batches/{run_id}").json()
    return found
