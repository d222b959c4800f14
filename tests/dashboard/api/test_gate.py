"""Who may come in: one token for every route but one, the right host name, and nobody where no token is set."""

from __future__ import annotations

import base64
import logging
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit import config

from dashboard import resources
from dashboard.api.gate import HOW_TO_SWITCH_ON
from tests.dashboard.api.conftest import BEARER, HOST, TOKEN, problem


def routes(made: FastAPI) -> list[tuple[str, str]]:
    """Method and address of every route of the table, those that no document names among them."""
    found = [
        (method, "/api" + re.sub(r"{.*?}", "x", str(route.path)))
        for route in iter_route_contexts(made.routes)
        for method in sorted(route.methods or ())
        if method != "HEAD"  # a GET whose answer has no body to look into
    ]
    assert {"/api/docs", "/api/openapi.json", "/api/live", "/api/asks"} <= {path for _, path in found}
    assert len(found) >= 15
    return found


WRONG = [
    ("none", {}),
    ("another", {"Authorization": f"Bearer {TOKEN}x"}),
    ("the_beginning", {"Authorization": f"Bearer {TOKEN[:-1]}"}),
    ("empty", {"Authorization": "Bearer "}),
    ("no_scheme", {"Authorization": TOKEN}),
    ("another_scheme", {"Authorization": f"Digest {TOKEN}"}),
    ("basic_of_another", {"Authorization": "Basic " + base64.b64encode(b"me:another").decode()}),
    ("basic_broken", {"Authorization": "Basic !!!"}),
    ("not_latin", {"Authorization": b"Bearer \xff\xfe"}),
    ("another_header", {"X-Api-Key": TOKEN}),
    ("a_cookie", {"Cookie": f"token={TOKEN}"}),
]


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize("headers", [row[1] for row in WRONG], ids=[row[0] for row in WRONG])
def test_every_route_but_one_wants_the_token(made: FastAPI, stranger: TestClient, headers: dict[str, str]) -> None:
    for method, path in routes(made):
        response = stranger.request(method, path, headers=headers)
        if path == "/api/live":
            assert response.json() == {"ok": True}
            continue
        said = problem(response, "token-wanted")
        assert "Bearer" in response.headers["WWW-Authenticate"]
        assert TOKEN not in response.text
        assert "never in the address" in said["detail"]
    assert stranger.head("/api/docs", headers=headers).status_code == 401


@pytest.mark.usefixtures("token")
def test_an_address_that_is_no_route_wants_the_token_too(stranger: TestClient) -> None:
    """Nobody without it learns what is there."""
    for path in ("/api/", "/api/nothing", "/api/docs/", "/api/live/", "/api//live"):
        problem(stranger.get(path), "token-wanted")


@pytest.mark.usefixtures("token")
def test_a_token_in_an_address_opens_nothing(stranger: TestClient) -> None:
    for name in ("token", "access_token", "api_token"):
        problem(stranger.get(f"/api/runs/x?{name}={TOKEN}"), "token-wanted")


def test_a_browser_opens_the_documentation_and_nothing_else(made: FastAPI, stranger: TestClient, token: str) -> None:
    """It would send the password along with whatever another site has it ask for."""
    for method, path in routes(made):
        response = stranger.request(method, path, auth=("anybody", token))
        if path in ("/api/docs", "/api/openapi.json"):
            assert response.status_code == 200
            challenge = stranger.request(method, path).headers["WWW-Authenticate"]
            assert challenge.startswith("Basic ")
        elif path != "/api/live":
            problem(response, "token-wanted")
            assert "Basic" not in response.headers["WWW-Authenticate"]


@pytest.mark.usefixtures("no_token")
def test_without_a_token_in_the_settings_nobody_comes_in(made: FastAPI, stranger: TestClient) -> None:
    for method, path in routes(made):
        if path != "/api/live":
            response = stranger.request(method, path, headers={"Authorization": "Bearer "})
            assert problem(response, "off")["detail"] == HOW_TO_SWITCH_ON
    assert stranger.get("/api/live").json() == {"ok": True}


def test_settings_that_cannot_be_used_let_nobody_in_and_say_nothing_of_the_machine(
    stranger: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "maskboard.toml"
    file.write_text(f'api_token = "{TOKEN}"\nmodel_dir = "x"')
    monkeypatch.setenv("MASKBOARD_SETTINGS", str(file))
    resources.settings.clear()
    response = stranger.get("/api/health", headers=BEARER)
    problem(response, "unavailable")
    assert str(tmp_path) not in response.text
    assert stranger.get("/api/live").status_code == 200


HOSTS = ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "", "evil.example:8501"]


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize("host", HOSTS)
def test_a_name_that_was_made_to_lead_here_is_turned_away(
    made: FastAPI, stranger: TestClient, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setattr("streamlit.config.get_option", _allowing("127.0.0.1", "localhost"))
    for method, path in routes(made):
        problem(stranger.request(method, path, headers={**BEARER, "Host": host}), "wrong-host")
    assert stranger.get("/api/openapi.json", headers={**BEARER, "Host": "localhost:8501"}).status_code == 200


def _allowing(*hosts: str) -> object:
    real = config.get_option
    return lambda name: list(hosts) if name == "server.allowedHosts" else real(name)


def test_no_page_of_another_site_gets_leave_to_read_or_to_send_the_token(client: TestClient) -> None:
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    preflight = client.options("/api/asks", headers={**asked, "Access-Control-Request-Headers": "authorization"})
    assert preflight.status_code == 405
    for response in (preflight, client.get("/api/openapi.json", headers=asked)):
        assert not [name for name in response.headers if name.startswith("access-control-")]


def test_the_token_is_in_no_log_and_no_answer(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        said = [
            client.get(path).text for path in ("/api/docs", "/api/openapi.json", "/api/metrics", "/api/health", "/api/nothing")
        ]
    assert TOKEN not in "".join(said)
    assert TOKEN not in caplog.text


def test_a_websocket_is_closed(client: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/api/asks"):
        pass


@pytest.mark.usefixtures("token")
def test_the_api_stands_beneath_the_base_of_the_pages_too(stranger: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stranger.get("/tools/maskboard/api/live").status_code == 404
    monkeypatch.setattr("dashboard.api.routes.get_option", lambda _: "/tools/maskboard/")
    assert stranger.get("/tools/maskboard/api/live").status_code == 200
    assert stranger.get("/api/live").status_code == 200
    assert stranger.get("/elsewhere/api/live").status_code == 404
    described = stranger.get("/tools/maskboard/api/openapi.json", headers=BEARER).json()
    assert described["servers"] == [{"url": "/tools/maskboard/api"}]
    wrong = stranger.get("/tools/maskboard/api/runs/x", headers=BEARER).json()
    assert wrong["type"] == "/tools/maskboard/api/docs#not-found"
    assert f"{HOST}/tools/maskboard/api/asks" in stranger.get("/tools/maskboard/api/docs", headers=BEARER).text
