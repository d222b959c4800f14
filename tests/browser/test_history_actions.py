"""What a person does with the history in a real browser: mark, delete, replay, compare; every view opens again by its link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_browser import LISTED, PHONE, ask, overflow, settled, visit

pytestmark = pytest.mark.browser

RUN = re.compile(r"/history\?run=[0-9a-f-]{36}$")


def asked(page: Page, text: str) -> None:
    """Ask it on Compare, and open its own page."""
    visit(page)
    page.get_by_role("textbox", name="Sentence with a blank").fill(text)
    ask(page)
    page.get_by_role("link", name="Open in the history").first.click()
    expect(page).to_have_url(RUN)
    settled(page)


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name).first.click()
    settled(page)


def line(page: Page, text: str) -> Locator:
    return page.get_by_test_id("stText").filter(has_text=text).first


def test_marks_are_put_on_by_keyboard_and_found_by_a_link(page: Page, elsewhere: Page) -> None:
    asked(page, "A star over the [MASK].")
    page.get_by_role("button", name="☆ Star").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="★ Starred").first).to_be_visible()
    press(page, "Tags")
    page.get_by_role("combobox", name=re.compile("Add a tag")).fill("night **sky**")
    page.keyboard.press("Enter")
    expect(line(page, "#night **sky**")).to_be_visible()
    settled(page)
    page.keyboard.press("Escape")
    press(page, "Note")
    note = page.get_by_role("textbox", name="What is there to say?").first
    note.fill('Seen <script>window.ran=1</script> "here".')
    note.press("Control+Enter")
    expect(line(page, "Seen <script>")).to_be_visible()
    settled(page)
    page.keyboard.press("Escape")
    press(page, "Label")
    page.get_by_role("textbox", name="Label").fill("at night")
    page.keyboard.press("Enter")
    expect(line(page, "labelled “at night”")).to_be_visible()
    settled(page)
    press(page, "All runs")
    page.get_by_text("Starred", exact=True).click()
    expect(page).to_have_url(re.compile("starred=true"))
    settled(page)

    visit(elsewhere, page.url)
    expect(elsewhere.get_by_text("1 run, newest first, starred")).to_be_visible()
    expect(line(elsewhere, "“at night” · #night **sky** · 1 note")).to_be_visible()
    assert elsewhere.evaluate("() => window.ran") is None


def test_a_run_goes_after_two_answers_and_the_list_says_what_went(page: Page) -> None:
    asked(page, "Here today and [MASK] tomorrow.")
    press(page, "Delete")
    expect(line(page, "This deletes 1 run, 1 prompt, and 3 answers")).to_be_visible()
    press(page, "Yes, delete this run")
    expect(page.get_by_text("This cannot be undone")).to_be_visible()
    press(page, "Delete for good")
    expect(line(page, "Gone are 1 run, 1 prompt, and 3 answers")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/history$"))
    search = page.get_by_role("searchbox").or_(page.get_by_placeholder(re.compile("^Search")))
    search.first.fill("Here today")
    search.first.press("Enter")
    expect(line(page, "Nothing that was asked holds")).to_be_visible()


def test_a_replay_shows_its_drift_and_stands_beside_the_run(page: Page, elsewhere: Page) -> None:
    asked(page, "Say it again, [MASK].")
    press(page, "Replay")
    expect(page.get_by_role("heading", name="Has it drifted?")).to_be_visible()
    expect(line(page, "Nothing has drifted: all 3 lists")).to_be_visible()
    settled(page)
    visit(elsewhere, page.url)
    expect(line(elsewhere, "Nothing has drifted: all 3 lists")).to_be_visible()
    page.get_by_role("link", name="Side by side").click()
    expect(line(page, "1 prompt in common, 0 only in the left run, 0 only in the right run. 3 places")).to_be_visible()
    settled(page)
    visit(elsewhere, page.url)
    expect(elsewhere.get_by_text("no change")).to_have_count(3)
    page.go_back()
    expect(page.get_by_role("heading", name="Has it drifted?")).to_be_visible()


def test_a_second_run_is_chosen_from_the_list_and_back_undoes_it(page: Page) -> None:
    for _ in range(2):
        asked(page, "One of two [MASK].")
    own = page.url
    press(page, re.compile("^Compare with"))
    expect(line(page, "Choose the run to stand beside: One of two [MASK].")).to_be_visible()
    expect(page.get_by_text(LISTED)).to_have_text("2 runs, newest first, matching your search")
    settled(page)
    # Within the page: while the list is drawn, the last link of that name is the one in the navigation above it.
    page.get_by_test_id("stMain").get_by_role("link", name="Compare", exact=True).last.click()
    expect(line(page, "1 prompt in common")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/history\?run=[0-9a-f-]{36}&with=[0-9a-f-]{36}$"))
    settled(page)
    page.go_back()
    expect(line(page, "Choose the run to stand beside")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(own)
    expect(page.get_by_role("button", name="Replay")).to_be_visible()


def test_no_view_is_wider_than_a_phone(page: Page) -> None:
    asked(page, "A narrow [MASK] and a wide [MASK].")
    run_id = page.url.split("run=")[1]
    page.set_viewport_size(PHONE)
    for path in (f"run={run_id}", f"run={run_id}&with={run_id}", f"compare={run_id}", "day=2026-01-01&with_day=2026-11-23"):
        visit(page, f"/history?{path}")
        expect(page.get_by_test_id("stText").first).to_be_visible()
        assert overflow(page) <= 0, path
