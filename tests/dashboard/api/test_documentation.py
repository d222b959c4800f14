"""The documentation: one page that is whole in itself, drawn from the description, which describes everything."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dashboard.api.problems import KINDS
from tests.dashboard.api.conftest import HOST

METHODS = ("get", "post")


@pytest.fixture
def described(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/openapi.json").json()
    return found


@pytest.fixture
def page(client: TestClient) -> str:
    return client.get("/api/docs").text


def operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, said) for path, item in described["paths"].items() for method, said in item.items()]


def test_the_page_fetches_nothing_and_runs_nothing(client: TestClient, page: str) -> None:
    assert not re.findall(r"<(script|iframe|object|embed|form|link(?! rel=\"icon\" href=\"data:))", page)
    assert re.findall(r"(?:src|href)=\"(?!data:|#|openapi\.json)([^\"]*)\"", page) == []
    assert not re.search(r"@import|url\(|\son\w+=", page)
    policy = client.get("/api/docs").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy


def test_every_route_is_on_the_page_with_a_command(described: dict[str, Any], page: str) -> None:
    found = operations(described)
    assert len(found) >= 13
    assert page.count("<article") == len(found)
    for method, path, said in found:
        assert method in METHODS
        assert f"<code>{path}</code>" in page
        assert said["summary"].replace("'", "&#39;") in page
    assert page.count(f"curl {HOST}/api") + page.count(f"curl &#34;{HOST}/api") == len(found)


def test_every_kind_of_problem_is_a_place_on_the_page(page: str) -> None:
    for kind in KINDS:
        assert f'<tr id="{kind.name}">' in page


def test_every_place_that_is_linked_to_is_there_once(page: str) -> None:
    names = re.findall(r" id=\"([^\"]+)\"", page)
    assert len(set(names)) == len(names)
    assert set(re.findall(r"href=\"#([^\"]+)\"", page)) <= set(names)


def test_every_field_has_its_sentence(described: dict[str, Any]) -> None:
    """But for those whose name says it all, in answers."""
    for _, path, said in operations(described):
        for each in said.get("parameters", []):
            named = each["in"] == "path" or each["name"].endswith("_column")
            assert named or each.get("description"), f"{path}: {each['name']}"
    for name in ("AskBody", "QueryBody", "Problem"):
        for field, each in described["components"]["schemas"][name]["properties"].items():
            if field not in ("title", "status", "column"):
                assert each.get("description"), f"{name}.{field}"


def test_the_description_says_what_no_success_looks_like(described: dict[str, Any]) -> None:
    for method, path, said in operations(described):
        refusals = {status: each for status, each in said["responses"].items() if status[0] in "45"}
        assert {"401", "403", "421", "500"} <= set(refusals), path
        assert ("413" in refusals) == ("requestBody" in said), f"{method} {path}"
        for each in refusals.values():
            assert set(each["content"]) == {"application/problem+json"}
    assert "HTTPValidationError" not in described["components"]["schemas"]


def test_a_token_is_wanted_on_every_route_but_one(described: dict[str, Any]) -> None:
    assert described["security"] == [{"token": []}]
    assert [path for _, path, said in operations(described) if said.get("security") == []] == ["/live"]


def test_no_text_of_this_machine_is_in_it(page: str) -> None:
    assert str(Path.home()) not in page
    assert "site-packages" not in page
