"""The real server, as people start it, and a real Chromium that may speak to this machine and to nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from pipelines.settings import BUNDLED_DIR
from tests.conftest import ROOT

CHROMIUMS = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
"""The same browser of Debian; the first is without the windows that nobody sees here, and takes half as long over a page."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-gpu-compositing",
    "--disable-software-rasterizer",
    "--no-zygote",
    "--renderer-process-limit=1",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NOWHERE = "http://127.0.0.1:9"
"""A proxy that is not there, for every host but this machine: whatever is asked of another one goes no further. To hold up each
request and look at it instead would switch off the browser's cache, and take half of the time of every page."""
WAIT = 60_000
"""Milliseconds; where a machine is busy, loading three checkpoints takes half of it."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    there = [path for path in CHROMIUMS if shutil.which(path)]
    if not there:
        pytest.skip(f"needs {' or '.join(CHROMIUMS)}: apt-get install chromium-headless-shell")
    expect.set_options(timeout=WAIT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=there[0], args=ARGUMENTS, proxy={"server": NOWHERE, "bypass": "127.0.0.1"}
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of these tests alone."""
    with running_server(tmp_path_factory.mktemp("server")) as address:
        yield address


@contextmanager
def running_server(place: Path) -> Iterator[str]:
    """The address of a server with its own home, its own history `place / "history.duckdb"`, and a port that was free."""
    missing = [f"{family}-mini" for family in ("bert", "distilbert", "albert") if not (BUNDLED_DIR / f"{family}-mini").is_dir()]
    if missing:
        pytest.skip(f"needs the bundled checkpoints; {', '.join(missing)} are not there")
    ours = ("MASKBOARD_", "STREAMLIT_", "HF_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
        "HOME": str(place),
        "MASKBOARD_HISTORY": str(place / "history.duckdb"),
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "streamlit", "run", "--server.port", "0", "--server.headless", "true"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said = process.stdout
        try:
            yield _address(said)
        finally:
            process.kill()


def _address(said: IO[str]) -> str:
    for line in said:
        if found := re.search(r"URL: (http://127\.0\.0\.1:\d+)", line):
            # Whatever comes later is read and dropped, so that a full pipe never stops the server.
            threading.Thread(target=said.read, daemon=True).start()
            return found[1]
    raise AssertionError("the server ended before it said its address")


RUNS = """(() => {
  const now = () => performance.now();
  window.runs = {asked: 0, begun: 0};
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (message) { window.runs.asked = now(); return send.call(this, message); };
  new MutationObserver(() => {
    if (document.querySelector('[data-test-script-state="running"]')) window.runs.begun = now();
  }).observe(document, {subtree: true, attributes: true, attributeFilter: ['data-test-script-state']});
})()"""
"""Notes when a page last asked its server for something, and when a run of the script last began: see `settled`."""


def visitor(chromium: Browser, address: str) -> BrowserContext:
    """The browser of one more person, at 1440 x 900, who knows nothing of the others."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=address, reduced_motion="reduce")
    context.set_default_timeout(WAIT)
    context.add_init_script(RUNS)
    return context


def regular(chromium: Browser, address: str) -> Iterator[BrowserContext]:
    """The browser of somebody who comes again and again. One page stays open and empty in it: with its last page the browser
    would end a process, and begin one for the next."""
    context = visitor(chromium, address)
    context.new_page()
    yield context
    context.close()


@pytest.fixture(scope="session")
def person(chromium: Browser, server: str) -> Iterator[BrowserContext]:
    """The browser of somebody who comes again and again, and has the files of the pages at hand."""
    yield from regular(chromium, server)


@pytest.fixture
def page(person: BrowserContext, server: str) -> Iterator[Page]:
    """A fresh page. Fails a test whose page asks another host for anything, or throws."""
    thrown: list[str] = []
    with forgetful(person, server) as (page, strangers):
        page.on("pageerror", lambda error: thrown.append(str(error)))
        yield page
    assert strangers == []
    assert thrown == []


@pytest.fixture
def elsewhere(chromium: Browser, server: str) -> Iterator[Page]:
    """The browser of another person, who has only the link."""
    context = visitor(chromium, server)
    yield context.new_page()
    context.close()


@contextmanager
def forgetful(context: BrowserContext, address: str) -> Iterator[tuple[Page, list[str]]]:
    """A page of a browser that remembers nothing of the pages before, and what any page of it asks of other hosts meanwhile."""
    strangers: list[str] = []

    def look(url: str) -> None:
        if urlsplit(url).hostname not in ("127.0.0.1", None):
            strangers.append(url)

    def see(request: Request) -> None:
        look(request.url)

    def watch(page: Page) -> None:
        page.on("websocket", lambda socket: look(socket.url))

    before = context.pages
    context.on("request", see)
    context.on("page", watch)
    page = context.new_page()
    page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", {"origin": address, "storageTypes": "all"})
    context.clear_cookies()
    try:
        yield page, strangers
    finally:
        for each in context.pages:
            if each not in before:
                each.close()
        context.remove_listener("request", see)
        context.remove_listener("page", watch)
