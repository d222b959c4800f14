"""Exports in a real browser: prepared on the page, fetched by its link, and never whole in the server's memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from dashboard.downloads_route import GONE
from tests.browser.conftest import WAIT, _address
from tests.browser.test_browser import ask, settled, visit
from tests.conftest import ROOT

pytestmark = pytest.mark.browser

ENTRY = """
import streamlit as st
from dashboard.downloads_route import ROUTES, sweeping
app = st.App({page!r}, routes=ROUTES, lifespan=sweeping)
"""
PAGE = """
from dashboard.components.export_box import show_export
from storage.exports import of_query
show_export(of_query("SELECT i, repeat('x', 1000) AS t FROM range(200000) AS r(i)"), "large")
"""
MEGABYTES = 200
"""About what the page above exports as CSV."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server whose memory can be seen."""

    address: str
    pid: int

    @property
    def megabytes(self) -> int:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text("ascii"))
        assert found is not None
        return int(found[1]) // 1024


@pytest.fixture
def large(tmp_path: Path) -> Iterator[Server]:
    """A page with a large export, and the real route beside it."""
    (tmp_path / "page.py").write_text(PAGE)
    (tmp_path / "entry.py").write_text(ENTRY.format(page=str(tmp_path / "page.py")))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")} | {
        "HOME": str(tmp_path),
        "MASKBOARD_HISTORY": str(tmp_path / "history.duckdb"),
        "PYTHONPATH": str(ROOT),
    }
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(tmp_path / "entry.py"),
        "--server.port=0",
        "--server.headless=true",
    ]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield Server(_address(process.stdout), process.pid)
        finally:
            process.kill()


def prepare(page: Page) -> Locator:
    """Open the menu, have the file made, and give the link to it."""
    page.get_by_test_id("stPopoverButton").filter(has_text="Export").first.click()
    page.get_by_role("button", name="Prepare the file").click()
    link = page.get_by_role("link", name="Save the file")
    expect(link).to_be_visible(timeout=3 * WAIT)
    return link


def test_the_list_of_runs_is_taken_away_with_its_manifest(page: Page) -> None:
    visit(page)
    ask(page)
    visit(page, "/history")
    settled(page)
    link = prepare(page)
    with page.expect_download() as download:
        link.click()
    assert re.fullmatch(r"maskboard-runs-all-\d+-rows?-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
    assert download.value.path().read_bytes().startswith(b"\xef\xbb\xbfrun_id,kind,label,")
    with page.expect_download() as beside:
        page.get_by_role("link", name="Save its manifest").click()
    assert beside.value.suggested_filename == f"{download.value.suggested_filename}.manifest.json"
    facts = json.loads(beside.value.path().read_bytes())
    assert (facts["view"], facts["bytes"]) == ("runs", download.value.path().stat().st_size)
    # No window shows anything, and the page is where it was. A browser that has windows closes those of a download.
    assert {window.url for window in page.context.pages} <= {page.url, "about:blank", ":", ""}
    assert "/history" in page.url


@pytest.mark.parametrize("place", ["/disagreements", "/history?run="], ids=["filters", "run"])
def test_every_prediction_is_taken_away(page: Page, place: str) -> None:
    visit(page)
    ask(page)
    run_id = page.url.partition("run=")[2]
    visit(page, f"{place}{run_id}" if place.endswith("=") else place)
    settled(page)
    page.get_by_test_id("stPopoverButton").filter(has_text="Export").first.click()
    page.get_by_role("combobox", name="Rows").click()
    page.get_by_role("option", name="Predictions").click()
    expect(page.get_by_text("A row for each word of each list")).to_be_visible()
    page.get_by_role("button", name="Prepare the file").click()
    link = page.get_by_role("link", name="Save the file")
    expect(link).to_be_visible(timeout=3 * WAIT)
    with page.expect_download() as download:
        link.click()
    assert re.fullmatch(r"maskboard-predictions-(all|run-[0-9a-f-]{36})-\d+-rows-.*\.csv", download.value.suggested_filename)
    assert download.value.path().read_bytes().startswith(b"\xef\xbb\xbfanswer_id,prompt_id,prompt,")


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of the server from /proc")
def test_a_large_file_is_never_whole_in_memory(large: Server, chromium: Browser) -> None:
    context = chromium.new_context()
    context.set_default_timeout(3 * WAIT)
    page = context.new_page()
    page.goto(large.address)
    expect(page.get_by_test_id("stPopoverButton")).to_be_visible()
    before = large.megabytes
    link = prepare(page)
    address = large.address + str(link.get_attribute("href"))
    with page.expect_download() as download:
        link.click()
    assert download.value.path().stat().st_size > MEGABYTES * 10**6
    assert large.megabytes - before < MEGABYTES / 2
    colleague = chromium.new_context()
    sent = colleague.request.head(address)
    assert (sent.status, sent.headers["cache-control"]) == (200, "no-store")
    assert sent.headers["content-disposition"].startswith('attachment; filename="maskboard-query-200000-rows-')
    foreign = colleague.request.get(re.sub(r"/downloads/.{43}/", f"/downloads/{'x' * 43}/", address))
    assert (foreign.status, foreign.text()) == (404, GONE)
    assert foreign.headers["content-type"].startswith("text/plain")
    colleague.close()
    context.close()
