"""The report in a real browser that has no network: it asks for nothing, runs nothing, and suits a phone and paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from dashboard.report import as_page, contents
from storage.records import Comparison
from tests.browser.test_browser import PHONE, ask, visit
from tests.dashboard.test_report import full, hostile
from tests.payloads import CANARY, PAYLOADS, RUN

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def written(comparison: Comparison, folder: Path) -> Path:
    path = folder / "report.html"
    path.write_text(as_page(contents(comparison, datetime(2026, 3, 2, tzinfo=UTC), "2026.3")), encoding="utf-8")
    return path


@pytest.fixture
def open_report(chromium: Browser) -> Iterator[Open]:
    """Open a file without network. What it asks for beyond itself, and what it says in the console, fails the test."""
    asked: list[str] = []
    said: list[str] = []
    opened: list[BrowserContext] = []

    def open_file(path: Path, **settings: object) -> Page:
        context = chromium.new_context(offline=True, **settings)  # type: ignore[arg-type]
        opened.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield open_file
    for context in opened:
        context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:image/svg+xml;base64,"))] == []
    assert said == []


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_it_opens_without_network(open_report: Open, tmp_path: Path, size: object, mode: str) -> None:
    page = open_report(written(full(), tmp_path), viewport=size, color_scheme=mode)
    expect(page.get_by_role("heading", level=1)).to_have_text("How bert-mini, distilbert-mini and albert-mini fill the blanks")
    expect(page.get_by_role("img", name="Probability of each listed word at blank 2")).to_be_visible()
    expect(page.get_by_role("table", name="bert-mini").first).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    ink, paper, drawn = page.evaluate(
        """() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor,
                  getComputedStyle(document.querySelector('figure svg .fill-ink')).fill]"""
    )
    assert drawn == ink, "the words of a chart have the colour of text"
    assert (ink, paper) == (
        ("rgb(11, 17, 24)", "rgb(255, 255, 255)") if mode == "light" else ("rgb(228, 232, 236)", "rgb(20, 24, 29)")
    )


def test_it_is_printed_on_white_and_no_wider_than_a4(open_report: Open, tmp_path: Path) -> None:
    page = open_report(written(full(), tmp_path), viewport={"width": 688, "height": 1000}, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("() => getComputedStyle(document.body).color") == "rgb(11, 17, 24)"
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_payload_runs(open_report: Open, tmp_path: Path, payload: str) -> None:
    page = open_report(written(hostile(payload), tmp_path))
    expect(page.get_by_role("heading", name="What the figures mean")).to_be_visible()
    assert page.evaluate("() => window.ran") is None
    assert (
        page.locator("script, iframe, object, embed, a, form, base, meta[http-equiv=refresh], [onerror], [onload]").count() == 0
    )
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_policy_would_stop_what_slipped_through(chromium: Browser, tmp_path: Path) -> None:
    path = written(full(), tmp_path)
    slipped = f"<script>{RUN}</script><img src=http://{CANARY}/i.png onerror={RUN}><iframe src=http://{CANARY}/f></iframe>"
    path.write_text(path.read_text("utf-8").replace("</main>", f"{slipped}</main>"), encoding="utf-8")
    context = chromium.new_context()
    page = context.new_page()
    sent: list[str] = []

    def turn_away(route: Route) -> None:
        sent.append(route.request.url)
        route.abort()

    context.route(re.compile("^http"), turn_away)
    page.goto(path.as_uri())
    assert page.evaluate("() => window.ran") is None
    assert sent == []
    context.close()


def test_it_is_one_click_from_an_answer(page: Page) -> None:
    visit(page)
    ask(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Report").click()
    assert re.fullmatch(
        r"maskboard-report-mlm-and-nsp-is-the-mask-task-of-bert-\d{4}-\d\d-\d\d\.html", download.value.suggested_filename
    )
    kept = download.value.path().read_text("utf-8")
    assert kept.startswith("<!doctype html>")
    assert "bert-mini" in kept
