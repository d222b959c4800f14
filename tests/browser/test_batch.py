"""A batch in a real browser: from a file to its summary, stopped and resumed, and going on whoever is gone, page or server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.conftest import WAIT, running_server
from tests.browser.test_browser import PHONE, settled, visit

pytestmark = pytest.mark.browser

RUN = re.compile(r"/batch\?(?:.*&)?run=([0-9a-f-]{36})")
DONE = re.compile(r"^([0-9,]+) of [0-9,]+ prompts")
SOME_DONE = re.compile(r"^[1-9][0-9,]* of [0-9,]+ prompts")
FILLER = "the old house by the quiet river with its green door and its white walls and the long garden behind it " * 3


def people(n: int) -> FilePayload:
    """A small table with everything: expected words, tags, and a line that cannot be asked."""
    rows = [f"In town {number} the man worked as a [MASK].,doctor,{'odd' if number % 2 else 'even'}" for number in range(n)]
    return file("people.csv", ["sentence,gold,group", *rows, "no blank here,,odd"])


def file(name: str, lines: list[str]) -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}


def long_work(n: int) -> FilePayload:
    """Prompts of 60 words: some seconds of work, in chunks."""
    return file("long.txt", [f"Number {number} of {FILLER} was a [MASK]." for number in range(n)])


def bring(page: Page, given: FilePayload) -> None:
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(given)


def begin(page: Page, label: str) -> str:
    """Press the button of this label; the id of the batch."""
    page.get_by_role("button", name=label).click()
    expect(page).to_have_url(RUN)
    found = RUN.search(page.url)
    assert found is not None
    return found[1]


def done(page: Page) -> int:
    """How many prompts the page says are done, once it is more than none."""
    said = page.get_by_test_id("stText").filter(has_text=SOME_DONE).first
    expect(said).to_be_visible()
    found = DONE.match(said.inner_text())
    assert found is not None
    return int(found[1].replace(",", ""))


def follow(page: Page, name: str) -> None:
    """The first link of this name on the page itself, and not in the navigation."""
    page.get_by_test_id("stMain").get_by_role("link", name=name).first.click()


def no_wider_than_its_window(page: Page) -> None:
    wide = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollWidth - window.innerWidth")
    assert wide <= 0


def test_from_a_file_to_its_summary_on_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    visit(page, "/batch")
    bring(page, people(30))
    expect(page.get_by_text("1 line cannot be asked")).to_be_visible()
    expect(page.get_by_text("30 prompts, one blank each, 30 with an expected word, 30 tagged.")).to_be_visible()
    no_wider_than_its_window(page)
    run_id = begin(page, "Ask 30 prompts")
    # The first load of a fresh environment compiles the model libraries.
    expect(page.get_by_text("30 of 30 prompts. Every prompt was asked.")).to_be_visible(timeout=3 * WAIT)
    for heading in ("Are they right?", "How alike are they?", "Is it real?", "By tag", "The most telling prompts"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    settled(page)
    page.reload()
    expect(page.get_by_role("heading", name="What could not be asked")).to_be_visible()
    no_wider_than_its_window(page)
    # Into a view of this batch alone, out of it again, and to one of its prompts.
    follow(page, "Accuracy")
    expect(page).to_have_url(re.compile(rf"/accuracy\?in_run={run_id}"))
    expect(page.get_by_text("30 prompts of the history of one run;")).to_be_visible()
    settled(page)
    no_wider_than_its_window(page)
    follow(page, "Open it")
    expect(page).to_have_url(RUN)
    settled(page)
    follow(page, "Open in the history")
    page.get_by_role("tab", name="Prompts").click()
    expect(page.get_by_text("1 to 12 of 30 prompts")).to_be_visible()
    settled(page)
    no_wider_than_its_window(page)
    follow(page, "Open")
    expect(page.get_by_role("heading", name="bert-mini", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(rf"run={run_id}&asked=\d+"))


def test_what_is_stopped_keeps_what_is_done_and_resumes(page: Page) -> None:
    visit(page, "/batch")
    bring(page, long_work(1_500))
    begin(page, "Ask 1,500 prompts")
    before = done(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("It was stopped. What is done is kept;")).to_be_visible()
    kept = done(page)
    assert before <= kept < 1_500
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_test_id("stText").filter(has_text=re.compile("^Now: "))).to_be_visible()
    assert done(page) >= kept
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()


def test_it_goes_on_when_its_page_is_closed_and_the_server_is_killed(chromium: Browser, tmp_path: Path) -> None:
    with running_server(tmp_path) as address:
        first = chromium.new_page(base_url=address)
        first.set_default_timeout(WAIT)
        visit(first, "/batch")
        bring(first, long_work(120))
        run_id = begin(first, "Ask 120 prompts")
        assert done(first) < 120
        first.close()
    with running_server(tmp_path) as address:
        second = chromium.new_page(base_url=address)
        second.goto(f"/batch?run={run_id}")
        expect(second.get_by_text("120 of 120 prompts. Every prompt was asked.")).to_be_visible(timeout=3 * WAIT)
        second.close()
