"""The SQL page in a real browser: the keyboard, a link, Back, a hostile answer, the longest statement, a phone."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_browser import PHONE, overflow, settled, visit

pytestmark = pytest.mark.browser

ANSWERED = re.compile(r"\d+ rows?, \d+ columns?, in ")
NUMBERS = "SELECT i AS number, i * i AS square FROM range(20) t(i)"
HOSTILE = """SELECT 'http://192.0.2.1/b.png' AS image, 3 AS title,
       '<img src=x onerror="window.ran=1">' AS "<script>window.ran=1</script>"
UNION ALL SELECT '![a](http://192.0.2.1/c.png)', 5, '"]); window.ran=1; //'"""


def link(sql: str, **more: str) -> str:
    return "/sql?" + "&".join(f"{key}={quote(value)}" for key, value in {"sql": sql, **more}.items())


def test_ctrl_enter_runs_two_clicks_draw_and_the_link_shows_it_to_another(page: Page, elsewhere: Page) -> None:
    visit(page, "/sql")
    editor = page.get_by_role("textbox", name="Statement")
    editor.fill(NUMBERS)
    editor.press("Control+Enter")
    expect(page.get_by_text(ANSWERED)).to_have_text(re.compile("^20 rows, 2 columns"))
    page.get_by_text("Lines", exact=True).click()
    expect(page.get_by_label(re.compile("^Lines: square by number, n = 20 rows")).first).to_be_visible()
    expect(page).to_have_url(re.compile("chart=line&x=number&y=square"))

    visit(elsewhere, page.url)
    expect(elsewhere.get_by_role("textbox", name="Statement")).to_have_value(NUMBERS)
    expect(elsewhere.get_by_label(re.compile("^Lines: square by number, n = 20 rows")).first).to_be_visible()


def test_back_leads_to_the_question_before(page: Page) -> None:
    visit(page, "/sql")
    page.get_by_role("button", name="Favourite words").click()
    expect(page.get_by_text(ANSWERED)).to_be_visible()
    settled(page)
    first = page.url
    page.get_by_role("button", name="Three opinions").click()
    expect(page).not_to_have_url(first)
    settled(page)
    page.go_back()
    expect(page).to_have_url(first)
    expect(page.get_by_role("textbox", name="Statement")).to_have_value(re.compile("put first most often"))
    expect(page.get_by_text(ANSWERED)).to_have_text(re.compile("3 columns"))


def test_an_answer_that_is_markup_or_an_address_stays_text(page: Page) -> None:
    for chart in ("bar", "line", "histogram"):
        visit(page, link(HOSTILE, chart=chart))
        mark = page.get_by_test_id("stVegaLiteChart").locator("g.mark-rect.role-mark path, g.mark-symbol.role-mark path").first
        expect(mark).to_be_visible()
        mark.hover(force=True)
        expect(page.locator("#vg-tooltip-element.visible")).to_be_visible()
        assert page.locator("#vg-tooltip-element img").count() == 0
    visit(page, link(HOSTILE))
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    assert page.evaluate("() => window.ran") is None


def test_the_longest_statement_fits_into_a_link(page: Page) -> None:
    sql = "SELECT '" + "日" * 3_300 + "' AS long"
    visit(page, link(sql))
    expect(page.get_by_role("textbox", name="Statement")).to_have_value(sql)
    expect(page.get_by_text(ANSWERED)).to_have_text(re.compile("^1 row, 1 column"))


def test_no_state_of_the_page_is_wider_than_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    states = (
        "/sql",
        link("SELECT * FROM predictions LIMIT 50"),
        link("SELECT 1 FROM " + "x" * 300),
        link(NUMBERS, chart="scatter"),
        link("SELECT $a AS a, $b AS b, $a_rather_long_name AS c", p_a="1"),
        link("EXPLAIN SELECT * FROM latest_predictions"),
    )
    for path in states:
        visit(page, path)
        assert overflow(page) <= 0, path
