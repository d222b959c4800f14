"""Script and beacon payloads in every text that a log can hold, on every page in Chromium: nothing runs, nothing is sent."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, expect

from storage.annotations import MAX_TAG
from storage.spelling import printable
from tests.browser.conftest import forgetful, regular, running_server
from tests.browser.test_browser import settled
from tests.hostile_log import Written, write_hostile_log
from tests.payloads import CANARY, PAYLOADS

pytestmark = pytest.mark.browser

Place = TypeVar("Place")

EVERYTHING = """
SELECT prompt, checkpoint, word, piece, score, rank FROM predictions
UNION ALL SELECT prompt, author, label, kind, 0.5, 1 FROM asks
ORDER BY rank LIMIT 400
"""
NO_MARKUP = (
    f"[href*='{CANARY}'], [src*='{CANARY}'], [href^='javascript:'], [onerror], [onload], iframe[srcdoc], object, embed, base"
)
"""What would stand in a page that took a text for markup."""


KNOWN = {
    "/_stcore/": "the platform looks for itself beside a page before it looks at the root, and is told that nothing is there",
    "Channel opacity should not be used with an unsorted discrete field": "Vega-Lite's advice about our pale bars",
}
"""What is in the console on any page, whatever the log holds, by a part of its address or words."""

LONG = os.environ.get("MASKBOARD_PAYLOADS") == "all"
"""Every payload on every page. The short form shows each payload on the next page, so that together they see all of them."""
MARKS = "[aria-roledescription='bar'], [aria-roledescription='rect mark'], [aria-roledescription='point']"
"""What a chart is made of, as far as a mouse can point at it."""


@dataclass
class Watched:
    """A page, and what it did that no page may do."""

    page: Page
    found: list[str] = field(default_factory=list)

    def dialog(self, dialog: Dialog) -> None:
        self.found.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def console(self, message: ConsoleMessage) -> None:
        said = f"{message.text} at {message.location['url']}"
        if message.type in ("error", "warning") and not any(known in said for known in KNOWN):
            self.found.append(f"console: {said}")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Written]]:
    """The address of a server over a hostile log, and what the log holds."""
    place = tmp_path_factory.mktemp("hostile")
    written = write_hostile_log(place / "history.duckdb")
    with running_server(place) as address:
        yield address, written


@pytest.fixture
def written(hostile: tuple[str, Written]) -> Written:
    return hostile[1]


@pytest.fixture(scope="module")
def person(chromium: Browser, hostile: tuple[str, Written]) -> Iterator[BrowserContext]:
    """The browser of somebody who reads there."""
    yield from regular(chromium, hostile[0])


@pytest.fixture
def page(person: BrowserContext, hostile: tuple[str, Written]) -> Iterator[Page]:
    """A fresh page of that server. Whatever ran, was sent or went wrong fails the test."""
    with forgetful(person, hostile[0]) as (page, strangers):
        watched = Watched(page)
        page.on("dialog", watched.dialog)
        page.on("console", watched.console)
        page.on("pageerror", lambda error: watched.found.append(f"error: {error}"))
        page.on("popup", lambda other: watched.found.append(f"opened {other.url}"))
        page.on("framenavigated", lambda frame: _came_to(watched, frame.url))
        yield page
        harmless(page)
    assert strangers == []
    assert watched.found == []


def _came_to(watched: Watched, url: str) -> None:
    if urlsplit(url).hostname not in ("127.0.0.1", None):
        watched.found.append(f"went to {url}")


def harmless(page: Page) -> None:
    """Nothing has run in the page, and no text stands in it as markup."""
    for frame in page.frames:
        assert frame.evaluate("() => window.ran") is None
    assert [each.evaluate("node => node.outerHTML") for each in page.locator(NO_MARKUP).all()] == []


def some(pages: Sequence[Place], name: str) -> Sequence[Place]:
    """The pages on which a payload is looked for."""
    return pages if LONG else (pages[list(PAYLOADS).index(name) % len(pages)],)


def see(visitor: Page, path: str, **parameters: str) -> None:
    """Open a page, and look at what is on it and at what its first chart says of a mark."""
    visitor.goto(f"{path}?{urlencode(parameters)}")
    expect(visitor.get_by_role("heading", level=1)).to_be_visible()
    settled(visitor)
    expect(visitor.get_by_text(re.compile("Something went wrong|cannot be read|Nothing is being saved"))).to_have_count(0)
    point_at_a_mark(visitor)
    harmless(visitor)


def point_at_a_mark(page: Page) -> None:
    """What a chart says of a mark is markup of Vega's own, made of a person's text."""
    mark = page.locator("[data-testid=stVegaLiteChart] svg").locator(MARKS).first
    if mark.count():
        mark.hover(force=True)
        expect(page.locator("#vg-tooltip-element")).to_be_visible()


def open_everything(page: Page) -> None:
    """Whatever opens at a click, and what it holds then; in the short form one in three of what unfolds on the page itself."""
    settled(page)  # what is drawn again closes, and Escape then empties the box instead
    for kind in ("stPopoverButton", "stExpander", "stSelectbox", "stMultiSelect"):
        step = 3 if kind == "stExpander" and not LONG else 1
        for each in page.get_by_test_id("stMain").get_by_test_id(kind).all()[::step]:
            if each.is_visible():
                each.click()
                harmless(page)
                page.keyboard.press("Escape")
    settled(page)
    harmless(page)


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_run_with_a_payload_in_all_of_its_texts(page: Page, written: Written, name: str) -> None:
    run, again = written.runs[name], written.again[name]
    for path, address in some(
        (("/", {"run": run}), ("/history", {"run": run}), ("/history", {"run": run, "with": again})), name
    ):
        see(page, path, **address)
        expect(page.get_by_test_id("stMain")).to_contain_text(printable(PAYLOADS[name]))


@pytest.mark.parametrize("name", ["image", "markdown"] if LONG else ["markdown"])
def test_whatever_opens_at_a_click_on_a_run(page: Page, written: Written, name: str) -> None:
    for path, run in (("/", written.runs[name]), ("/history", written.runs[name]), ("/history", written.again[name])):
        see(page, path, run=run)
        open_everything(page)
    page.get_by_role("button", name="Delete").first.click()
    expect(page.get_by_role("button", name="Keep it")).to_be_visible()


HISTORY = ("/history", "/distributions", "/vocabulary", "/diversity", "/disagreements", "/accuracy")
SELECTING = ("markdown", "directives")
"""Payloads by which a page is filtered: each on every page in the long form, by turns in the short."""


@pytest.mark.parametrize(
    ("path", "name"),
    [
        *((path, "") for path in HISTORY),
        *((path, name) for at, path in enumerate(HISTORY) for by, name in enumerate(SELECTING) if LONG or at % 3 == by),
    ],
)
def test_a_page_of_the_history(page: Page, path: str, name: str) -> None:
    """Everything, and what is selected by payloads in the address."""
    payload = PAYLOADS[name][:MAX_TAG] if name else ""
    see(page, path, **{key: payload for key in ("text", "search", "label", "author", "tag", "checkpoints") if payload})
    if not name:
        open_everything(page)


@pytest.mark.parametrize("number", ["2", "3"])
def test_the_further_pages_of_the_list(page: Page, number: str) -> None:
    see(page, "/history", page=number)
    expect(page.get_by_role("link", name="Open").first).to_be_visible()


@pytest.mark.parametrize("name", ["script", "image", "markdown", "vega", "latex"] if LONG else ["image", "vega"])
def test_a_word_with_a_payload(page: Page, name: str) -> None:
    see(page, "/vocabulary", word=PAYLOADS[name])


def test_an_answer_in_sql_that_shows_all_of_it(page: Page) -> None:
    see(page, "/sql", sql=EVERYTHING)
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    open_everything(page)


@pytest.mark.parametrize("column", [f"![w](http://{CANARY}/c.png)", "image"])
def test_a_chart_of_an_answer_in_sql(page: Page, column: str) -> None:
    """What Vega would show in a tooltip as a picture is a column of that name."""
    sql = f"SELECT 'http://{CANARY}/' || word AS \"{column}\", checkpoint, count(*) AS n FROM predictions GROUP BY ALL"  # noqa: S608
    see(page, "/sql", sql=sql, chart="bar", x=column, y="n", colour="checkpoint")
    expect(page.get_by_test_id("stVegaLiteChart").first.locator("svg text").first).to_be_visible()
    point_at_a_mark(page)
    expect(page.locator("#vg-tooltip-element")).to_contain_text(CANARY)


def test_the_names_of_saved_queries(page: Page, written: Written) -> None:
    """Each is opened from the list, where it stands among the others; in the short form, each third."""
    see(page, "/sql")
    for name in list(written.queries.values())[:: 1 if LONG else 3]:
        names = page.get_by_role("combobox", name="Saved queries")
        names.click()
        names.fill(name)
        page.get_by_role("option", name=name, exact=True).click()
        expect(page.get_by_text(f"“{name}”, saved by")).to_be_visible()
        settled(page)
        harmless(page)


@pytest.mark.parametrize(
    "name",
    ["script", "image", "markdown", "template", "unclosed", "directives"] if LONG else ["script", "markdown", "unclosed"],
)
def test_a_payload_in_an_address(page: Page, name: str) -> None:
    payload = PAYLOADS[name]
    addresses = (
        ("/sql", {"sql": payload, "p_word": payload, "chart": payload, "x": payload}),
        ("/history", {"run": payload, "with": payload, "day": payload}),
        ("/", {"run": payload, "prompt": payload}),
    )
    for path, address in some(addresses, name):
        see(page, path, **address)


def test_a_batch_with_payloads_in_all_of_its_texts(page: Page, written: Written) -> None:
    """Its file, label, author, prompts, words, tags and refusals; and what a batch says that cannot go on."""
    see(page, "/batch")
    expect(page.get_by_test_id("stMain")).to_contain_text(printable(PAYLOADS["image"]))
    for path, run in (("/batch", written.left), ("/history", written.batch), ("/batch", written.batch)):
        see(page, path, run=run, **({"part": "Prompts"} if path == "/history" else {}))
        expect(page.get_by_test_id("stMain")).to_contain_text(printable(PAYLOADS["image"]))
    open_everything(page)


def test_a_file_with_payloads_in_its_name_and_its_cells(page: Page) -> None:
    rows = [["prompt", PAYLOADS["markdown"], "tag"]]
    rows += [[f"{payload} [MASK].", payload, payload[:MAX_TAG]] for name, payload in PAYLOADS.items() if name != "direction"]
    rows += [[payload, payload, payload] for payload in PAYLOADS.values()]
    table = io.StringIO()
    csv.writer(table).writerows(rows)
    see(page, "/batch")
    box = page.get_by_test_id("stFileUploader").locator("input[type=file]")
    box.set_input_files({"name": f"{PAYLOADS['image']}.csv", "mimeType": "text/csv", "buffer": table.getvalue().encode()})
    expect(page.get_by_text(f"{len(PAYLOADS)} lines cannot be asked")).to_be_visible()
    open_everything(page)


def test_templates_with_payloads_in_their_words(page: Page) -> None:
    see(page, "/batch", way="Templates")
    page.get_by_role("textbox", name="Sentences with slots").fill(f"{PAYLOADS['markdown']} {{_x_}} [MASK].")
    page.keyboard.press("Control+Enter")
    words = page.get_by_role("textbox", name="Words for slot 1")
    expect(page.get_by_text("Words for {_x_}")).to_be_visible()
    words.fill("\n".join(payload for name, payload in PAYLOADS.items() if name != "direction"))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name=f"Ask {len(PAYLOADS) - 1} prompts")).to_be_visible()
    open_everything(page)


def test_the_page_of_the_models(page: Page) -> None:
    see(page, "/models", truth_word=PAYLOADS["image"])
    open_everything(page)
