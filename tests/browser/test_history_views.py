"""The pages over the whole history in a real browser: brush, filters in the address, downloads; on a phone, in the dark."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_browser import PHONE, ask, overflow, settled, visit

pytestmark = pytest.mark.browser

PAGES = ("distributions", "vocabulary", "diversity", "disagreements", "accuracy")
GROUP = "Over the whole history"


@pytest.fixture
def page(page: Page) -> Page:
    """A visitor to a history that holds an answer of each mini."""
    visit(page)
    ask(page)
    return page


def go(page: Page, name: str) -> None:
    """To a page of the group, by the navigation."""
    page.get_by_text(GROUP, exact=True).click()
    page.get_by_text(name, exact=True).last.click()
    expect(page).to_have_url(re.compile(f"/{name.lower()}"))
    settled(page)


def menus(page: Page) -> Locator:
    """The buttons that open the downloads of a chart or a table."""
    return page.get_by_test_id("stPopoverButton").filter(
        has_text=re.compile("Download")
    )  # with a capital: Export has an icon of that name


def test_no_page_of_the_history_is_wider_than_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    for path in PAGES:
        visit(page, f"/{path}")
        expect(page.get_by_text(re.compile(r"prompts? of the whole history")).first).to_be_visible()
        assert overflow(page) <= 0, path


def test_a_brush_sets_the_range_of_the_table_and_the_address(page: Page) -> None:
    visit(page, "/distributions")
    chart = page.get_by_test_id("stVegaLiteChart").first
    expect(chart.locator("svg text").first).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    height = box["y"] + 0.6 * box["height"]
    page.mouse.move(box["x"] + 0.3 * box["width"], height)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], height, steps=6)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"low=0\.\d+&high=0\.\d+"))
    expect(page.get_by_text(re.compile(r"^\d+ answers?, the greatest first"))).to_be_visible()
    page.get_by_role("button", name="All of them").click()
    expect(page).not_to_have_url(re.compile("low="))


def test_filters_go_with_a_person_and_with_a_link(page: Page) -> None:
    visit(page, "/vocabulary?text=task")
    box = page.get_by_role("textbox", name="Prompt holds")
    expect(box).to_have_value("task")
    go(page, "Diversity")
    expect(page).to_have_url(re.compile(r"text=task"))
    expect(page.get_by_role("textbox", name="Prompt holds")).to_have_value("task")
    page.get_by_role("link", name="History").first.click()
    expect(page).to_have_url(re.compile(r"/history\?text=task"))
    page.get_by_role("button", name="Reset").click()
    expect(page).to_have_url(re.compile(r"/history$"))
    go(page, "Disagreements")
    expect(page.get_by_role("textbox", name="Prompt holds")).to_have_value("")


def test_a_chart_is_downloaded_as_data_and_as_a_picture(page: Page) -> None:
    # The sample's checkpoints, which have a prompt in common whatever was asked of others before.
    visit(page, "/diversity?checkpoints=bert-base-uncased&checkpoints=distilbert-base-uncased")
    menus(page).first.click()
    for label, ending, start in (("Data, CSV", "csv", b"\xef\xbb\xbfcheckpoint,"), ("Picture, SVG", "svg", b"<svg")):
        with page.expect_download() as download:
            page.get_by_text(label, exact=True).first.click()
        name = rf"maskboard-hill-numbers-[a-z0-9.-]+(-\d+-rows)?-\d{{4}}-\d\d-\d\d\.{ending}"
        assert re.fullmatch(name, download.value.suggested_filename)
        assert download.value.path().read_bytes().startswith(start)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_titles_of_charts_have_the_colour_of_text(page: Page, mode: str) -> None:
    page.emulate_media(color_scheme="dark" if mode == "dark" else "light")
    visit(page, "/distributions")
    expect(page.get_by_test_id("stVegaLiteChart").first.locator("svg text").first).to_be_visible()
    dim = page.evaluate(
        """() => { const probe = document.createElement('i'); document.body.append(probe);
                   const light = (fill) => { probe.style.color = fill;
                     const parts = getComputedStyle(probe).color.match(/\\d+/g).slice(0, 3);
                     return parts.reduce((sum, part) => sum + Number(part), 0); };
                   return [...document.querySelectorAll('.role-title-text text, .role-title text')]
                     .map((text) => light(text.getAttribute('fill') ?? '#000')); }"""
    )
    assert dim
    assert all(value > 450 for value in dim) if mode == "dark" else all(value < 350 for value in dim)
