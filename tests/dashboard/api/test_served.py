"""The API of the real server, as people start it: what the document shows is run, and what the description allows is asked."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import checks
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as openapi

from pipelines.settings import BUNDLED_DIR
from tests.conftest import ROOT
from tests.dashboard.api.conftest import BEARER, FRANCE, TOKEN, problem
from tests.dashboard.conftest import MINIS

DOCUMENT = ROOT / "docs" / "http.md"


@dataclass(frozen=True, slots=True)
class Served:
    """A server of these tests alone."""

    address: str
    place: Path
    """Its home, with its log in it."""
    said: list[str] = field(default_factory=list)
    """What it wrote on its terminal so far."""

    def client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.address, headers=BEARER, timeout=120)


@contextmanager
def serving(place: Path, command: list[str], found: str) -> Iterator[Served]:
    """Start a server and wait until it has said the address that the expression finds."""
    missing = [name for name in MINIS if not (BUNDLED_DIR / name).is_dir()]
    if missing:
        pytest.skip(f"needs the bundled checkpoints; {', '.join(missing)} are not there")
    ours = ("MASKBOARD_", "STREAMLIT_", "HF_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
        "HOME": str(place),
        "MASKBOARD_HISTORY": str(place / "history.duckdb"),
        "MASKBOARD_API_TOKEN": TOKEN,
        "PYTHONUNBUFFERED": "1",
    }
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said: list[str] = []
        try:
            for line in process.stdout:
                said.append(line)
                if match := re.search(found, line):
                    break
            else:
                raise AssertionError(f"the server ended: {''.join(said)}")
            threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True).start()
            yield Served(match[1], place, said)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`streamlit run`, beneath a path, as behind a proxy."""
    options = ["--server.port", "0", "--server.headless", "true", "--server.baseUrlPath", "tools"]
    command = [sys.executable, "-m", "streamlit", "run", *options]
    with serving(tmp_path_factory.mktemp("served"), command, r"URL: (http://127\.0\.0\.1:\d+)") as found:
        yield found


def commands() -> str:
    """Everything in the document that a shell can run, in its order."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.M | re.S)
    assert len(blocks) >= 8
    return "\n".join(blocks)


def test_the_commands_of_the_document_do_what_it_says(served: Served, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("needs curl, with which the document asks: apt-get install curl")
    script = commands().replace("http://127.0.0.1:8501", served.address)
    # A batch may be complete by then, which the document says is a 409.
    allowed = 'case "$*" in *cancel|*resume) ;; *) exit 1;; esac'
    head = f'curl() {{ command curl --silent --show-error --fail-with-body "$@" || {allowed}; }}\n'
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", head + script],
        cwd=tmp_path,
        env={**os.environ, "MASKBOARD_API_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    answers = json.loads((tmp_path / "ask.json").read_text())["answers"]
    assert [len(each["predictions"]) for each in answers] == [2]
    begun = json.loads((tmp_path / "begun.json").read_text())
    assert (begun["n_rows"], begun["n_refused"], begun["problems"][0]["line"]) == (2, 1, 3)
    assert (tmp_path / "predictions.csv").read_bytes().startswith(b"\xef\xbb\xbfanswer_id,")
    assert (tmp_path / "answers.parquet").read_bytes().startswith(b"PAR1")
    assert json.loads((tmp_path / "sure.json").read_text()) is not None


def test_the_problem_of_the_document_is_the_one_that_comes(served: Served) -> None:
    (shown,) = re.findall(r"^```json\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.M | re.S)
    with served.client() as client:
        said = problem(client.post("/api/asks", json={"text": "Nothing to fill."}), "refused")
    assert {**json.loads(shown), "instance": ""} == {**said, "instance": ""}


def test_every_route_of_the_document_is_described_and_the_other_way_round(served: Served) -> None:
    with served.client() as client:
        described = set(client.get("/api/openapi.json").json()["paths"])
    table = DOCUMENT.read_text("utf-8").split("| route | |")[1].split("\n\n")[0]
    named = {path.removeprefix("/api") for path in re.findall(r"(/api/[a-z_/{}]+)", table)}
    assert described == named | {"/batches/{run_id}/resume"}


def test_the_pages_and_the_api_share_one_log(served: Served) -> None:
    with served.client() as client:
        pages = client.get("/tools/")
        assert pages.status_code == 200
        assert "text/html" in pages.headers["content-type"]
        asked = client.post("/tools/api/asks", json={"text": FRANCE, "checkpoints": ["bert-mini"]})
        assert asked.headers["location"].startswith("/tools/api/runs/")
        assert client.get(asked.headers["location"]).json()["run_id"] == asked.json()["run_id"]
        assert client.get("/elsewhere/api/live").headers["content-type"] != "application/json"


def test_a_name_that_leads_here_by_a_trick_is_turned_away(served: Served) -> None:
    with served.client() as client:
        assert client.get("/api/live", headers={"Host": "evil.example"}).status_code == 421


def test_an_export_to_a_client_that_goes_away_harms_nothing(served: Served) -> None:
    where, port = re.findall(r"//(.*):(\d+)", served.address)[0]
    with socket.create_connection((where, int(port)), timeout=60) as connection:
        asked = f"GET /api/exports/predictions HTTP/1.1\r\nHost: {where}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
        connection.sendall(asked.encode("ascii"))
    with served.client() as client:
        assert client.get("/api/health").json()["ok"]


CHECKS = [
    checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
]
CASES = {"/exports/{view}": 3, "/queries": 6, "/analyses/{view}": 6}
"""Those that start a process for each case, or compute; of the others `USUAL`."""
USUAL = 15


def test_no_request_that_a_machine_thinks_of_is_a_trace(served: Served) -> None:
    """Such as the description allows, and such as it does not; every answer is one that it describes.

    Few cases, and the same each time: a long search is for long hours.
    """
    schema = schemathesis.openapi.from_url(f"{served.address}/api/openapi.json", headers=BEARER)
    statuses: Counter[int] = Counter()

    def answered(case: schemathesis.Case[Any]) -> None:
        response = case.call(headers=BEARER)
        statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        bounded = settings(
            max_examples=CASES.get(operation.path, USUAL if "parameters" in operation.definition.raw else 2),
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        for mode in schemathesis.GenerationMode:
            with suppress(Unsatisfiable):  # nothing about a route without parameters can be wrong
                given(operation.as_strategy(generation_mode=mode))(bounded(lambda case: answered(case)))()
    assert {200, 400, 404, 422} <= set(statuses)
    assert max(statuses) < 500


def test_the_server_wrote_nothing_about_all_this(served: Served) -> None:
    """Such as that a thread has no script of Streamlit, or a trace; and never the token."""
    with served.client() as client:
        client.post("/api/asks", json={"text": FRANCE, "checkpoints": ["bert-mini"]})
        client.get("/api/analyses/overlap")
    said = "".join(served.said)
    assert "ScriptRunContext" not in said
    assert "Traceback" not in said
    assert TOKEN not in said
    assert not re.search(r"warning|error", said, re.I), said


def test_it_is_served_by_an_asgi_server_too(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "uvicorn", "streamlit_app:app", "--host", "127.0.0.1", "--port", "0"]
    with serving(tmp_path, command, r"running on (http://127\.0\.0\.1:\d+)") as found, found.client() as client:
        assert client.get("/api/live").json() == {"ok": True}
        assert client.get("/api/openapi.json").json()["info"]["title"] == "Maskboard"
        assert problem(client.get("/api/docs", headers={"Authorization": ""}), "token-wanted")
        # Whoever watches a server makes it load nothing.
        assert 'maskboard_checkpoint_loaded{checkpoint="bert-mini"} 0.0' in client.get("/api/metrics").text
        parts = {part["name"]: part["sentence"] for part in client.get("/api/health").json()["parts"]}
        assert "None is in memory" in parts["checkpoints"]


START = """
import sys
import streamlit_app
late = {"fastapi", "prometheus_client", "pydantic", "pyarrow", "duckdb", "jinja2"} & set(sys.modules)
# Streamlit itself may bring one of them one day, and then it is not ours to wait for.
import subprocess
alone = "import streamlit, streamlit.web.server.starlette.starlette_websocket, sys; print(*sys.modules)"
own = set(subprocess.run([sys.executable, "-c", alone], capture_output=True, text=True, check=True).stdout.split())
assert not late - own, late - own
"""


def test_the_start_waits_for_none_of_its_libraries() -> None:
    done = subprocess.run([sys.executable, "-c", START], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
