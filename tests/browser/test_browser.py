"""The main job in a real browser: ask, compare, reload, find again; on a desk and on a phone, in light and in dark."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize, expect

from tests.browser.conftest import forgetful

pytestmark = pytest.mark.browser

SEED = "MLM and NSP is the [MASK] task of BERT."
MINIS = ("bert-mini", "distilbert-mini", "albert-mini")
LISTED = re.compile(r"^\d+ runs?, newest first")
PHONE: ViewportSize = {"width": 400, "height": 800}


def settled(page: Page) -> None:
    """Wait until the script has run to its end and every chart is drawn.

    A click is answered by a run that begins only when the server has heard of it. So a run must have begun since the page last
    sent something, or nothing have come of it for a second and a half: not everything that is sent makes the script run.
    """
    page.wait_for_function(
        """() => document.querySelector('[data-testid="stApp"]')?.getAttribute('data-test-script-state') === 'notRunning'
              && !document.querySelector('[data-testid="stSkeleton"]')
              && !(window.runs?.asked > window.runs?.begun && performance.now() - window.runs.asked < 1500)"""
    )


def visit(page: Page, path: str = "/") -> None:
    page.goto(path)
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    settled(page)


def press_ask(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Ask")).click()


def ask(page: Page) -> None:
    """Press Ask and wait for what was saved."""
    press_ask(page)
    expect(page.get_by_text(re.compile(r"^Saved: 1 prompt"))).to_be_visible()
    settled(page)


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name, exact=True)


def headings(page: Page) -> list[Locator]:
    return [page.get_by_role("heading", name=name, exact=True) for name in MINIS]


def see_three_columns(page: Page) -> None:
    """A name and a list of words for each checkpoint."""
    for heading in headings(page):
        expect(heading).to_be_visible()
    for name in MINIS:
        expect(page.get_by_label(re.compile(f"Most probable words of {name}")).first).to_be_visible()


def words(page: Page) -> list[str]:
    """The text of the first chart, as it is drawn."""
    chart = page.get_by_test_id("stVegaLiteChart").first
    expect(chart.locator("svg text").first).to_be_visible()
    return chart.locator("svg text").all_inner_texts()


def test_ask_reload_and_find_it_in_the_history(page: Page) -> None:
    visit(page)
    expect(page.get_by_role("textbox", name="Sentence with a blank")).to_have_value(SEED)
    ask(page)
    see_three_columns(page)
    asked = words(page)
    assert re.search(r"\?run=[0-9a-f-]{36}$", page.url)

    page.reload()
    see_three_columns(page)
    assert words(page) == asked

    page.get_by_role("link", name="History").first.click()
    expect(page.get_by_text(LISTED)).to_be_visible()
    expect(page.get_by_text(SEED, exact=True).first).to_be_visible()
    page.get_by_role("link", name="Open").first.click()
    see_three_columns(page)
    assert words(page) == asked
    expect(page).to_have_url(re.compile(r"/history\?run=[0-9a-f-]{36}$"))

    page.reload()
    see_three_columns(page)
    page.get_by_role("button", name="All runs").click()
    expect(page.get_by_text(LISTED)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/history$"))


def test_the_saved_line_leads_to_the_run(page: Page) -> None:
    visit(page)
    ask(page)
    page.get_by_role("link", name="Open in the history").first.click()
    expect(page).to_have_url(re.compile(r"/history\?run=[0-9a-f-]{36}$"))
    see_three_columns(page)


def test_back_leads_to_the_run_before(page: Page) -> None:
    visit(page)
    page.get_by_role("button", name="Fact").click()
    expect(page).to_have_url(re.compile(r"\?run="))
    settled(page)
    first = page.url
    box(page, "Top-k").fill("7")
    page.get_by_role("button", name="Cloze").click()
    expect(page).not_to_have_url(first)
    settled(page)
    page.go_back()
    expect(page).to_have_url(first)
    expect(page.get_by_test_id("stCode").first).to_contain_text("The capital of France is [MASK].")
    expect(box(page, "Sentence with a blank")).to_have_value("The capital of France is [MASK].")
    expect(box(page, "Candidates")).to_have_value("")
    expect(box(page, "Expected")).to_have_value("paris")
    expect(box(page, "Top-k")).to_have_value("5")
    for name in MINIS:
        expect(page.get_by_test_id("stMultiSelect")).to_contain_text(name)


def test_nothing_typed_is_lost_by_a_look_at_another_page(page: Page) -> None:
    visit(page)
    for name, text in (("Candidates", "white, red"), ("Sentence with a blank", "Snow is [MASK].")):
        box(page, name).fill(text)
        box(page, name).press("Tab")
    settled(page)
    page.get_by_role("link", name="Models").first.click()
    expect(page.get_by_role("heading", name="Which checkpoints answer")).to_be_visible()
    settled(page)
    page.get_by_role("link", name="Compare").first.click()
    expect(box(page, "Sentence with a blank")).to_have_value("Snow is [MASK].")
    expect(box(page, "Candidates")).to_have_value("white, red")


def test_the_address_names_the_run_again_after_a_look_at_another_page(page: Page) -> None:
    visit(page)
    ask(page)
    asked = page.url
    page.get_by_role("link", name="Models").first.click()
    expect(page).to_have_url(re.compile("/models$"))
    settled(page)
    page.get_by_role("link", name="Compare").first.click()
    expect(page).to_have_url(asked)


def test_a_reload_does_not_switch_the_log_on_again(page: Page) -> None:
    visit(page, "/?no_log=true")
    expect(page.get_by_role("switch", name="Do not log")).to_be_checked()
    press_ask(page)
    expect(page.get_by_text("Not saved, as you asked.")).to_be_visible()
    assert "no_log=true" in page.url


def test_the_way_back_from_a_run_leads_to_the_same_search(page: Page) -> None:
    visit(page)
    ask(page)
    visit(page, "/history?search=nsp")
    expect(page.get_by_text(re.compile("matching your search"))).to_be_visible()
    page.get_by_role("link", name="Open").first.click()
    see_three_columns(page)
    page.get_by_role("button", name="All runs").click()
    expect(page.get_by_text(re.compile("matching your search"))).to_be_visible()
    expect(page).to_have_url(re.compile(r"/history\?search=nsp$"))
    # Also for whoever does not wait until the run is drawn.
    for _ in range(3):
        page.get_by_role("link", name="Open").first.click()
        page.get_by_role("button", name="All runs").click()
        expect(page.get_by_text(re.compile("matching your search"))).to_be_visible()
        expect(page).to_have_url(re.compile(r"/history\?search=nsp$"))


def test_the_answers_stand_side_by_side_without_scrolling(page: Page) -> None:
    visit(page)
    ask(page)
    boxes = [heading.bounding_box() for heading in headings(page)]
    charts = [page.get_by_label(re.compile(f"Most probable words of {name}")).first.bounding_box() for name in MINIS]
    assert all(boxes)
    assert len({round(box["y"]) for box in boxes if box}) == 1
    assert all(chart and chart["y"] + chart["height"] <= 900 for chart in charts)


def test_an_example_takes_one_click(page: Page) -> None:
    visit(page)
    page.get_by_role("button", name="Bias").click()
    expect(page.get_by_text(re.compile(r"^Saved: 1 prompt"))).to_be_visible()
    settled(page)
    see_three_columns(page)
    expect(page.get_by_role("heading", name="The words you named")).to_be_visible()


def test_the_keyboard_is_enough(page: Page) -> None:
    visit(page)
    sentence = box(page, "Sentence with a blank")
    sentence.fill("Snow is [MASK].")
    sentence.press("Control+Enter")
    expect(page.get_by_text(re.compile(r"^Saved: 1 prompt"))).to_be_visible()
    candidates = box(page, "Candidates")
    candidates.fill("white")
    candidates.press("Control+Enter")
    expect(page.get_by_role("heading", name="The words you named")).to_be_visible()
    expect(page.get_by_text("Snow is [MASK].").first).to_be_visible()


def test_a_prompt_without_a_mask_is_a_sentence(page: Page) -> None:
    visit(page)
    page.get_by_role("textbox", name="Sentence with a blank").fill("The capital of France is Paris.")
    press_ask(page)
    expect(page.get_by_text("The prompt has no mask. Write [MASK]")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_markup_is_shown_and_never_run(page: Page) -> None:
    hostile = '<img src=x onerror="window.ran=1"><script>window.ran=1</script> ![a](http://192.0.2.1/b.png) [MASK].'
    visit(page)
    page.get_by_role("textbox", name="Sentence with a blank").fill(hostile)
    ask(page)
    for path in ("/history", page.url):
        visit(page, path)
        expect(page.get_by_text("<script>window.ran=1</script>").first).to_be_visible()
        assert page.evaluate("() => window.ran") is None
        assert page.locator("img[src='x'], img[src*='192.0.2.1']").count() == 0


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    wider: int = page.evaluate(
        """() => { const main = document.querySelector('[data-testid="stMain"]');
                   return Math.max(main.scrollWidth - main.clientWidth,
                                   document.documentElement.scrollWidth - window.innerWidth); }"""
    )
    return wider


def test_no_page_is_wider_than_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    visit(page)
    assert overflow(page) <= 0
    ask(page)
    see_three_columns(page)
    assert overflow(page) <= 0
    tops = [box["y"] for box in (heading.bounding_box() for heading in headings(page)) if box]
    assert tops == sorted(set(tops)), "the columns stand below each other"
    run = page.url.split("?")[1]
    for path in ("/history", f"/history?{run}", "/models"):
        visit(page, path)
        assert overflow(page) <= 0, path


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_words_in_charts_have_the_colour_of_text(page: Page, mode: str) -> None:
    page.emulate_media(color_scheme="dark" if mode == "dark" else "light")
    visit(page)
    ask(page)
    words(page)
    fills, ink = page.evaluate(
        """() => { const colour = (fill) => { const probe = document.createElement('i'); probe.style.color = fill;
                     document.body.append(probe); const read = getComputedStyle(probe).color; probe.remove(); return read; };
                   const marks = document.querySelectorAll('[data-testid="stVegaLiteChart"] .mark-text.role-mark text');
                   return [[...new Set([...marks].map((mark) => colour(mark.getAttribute('fill'))))],
                           getComputedStyle(document.querySelector('[data-testid="stApp"]')).color]; }"""
    )
    assert fills == [ink]


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, PHONE], ids=["desk", "phone"])
def test_the_sample_is_there_on_the_first_visit_and_says_what_it_is(page: Page, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    visit(page, "/history?search=Published+by+others")
    expect(page.get_by_text(re.compile("^A sample: answers of the full-size checkpoints"))).to_be_visible()
    page.get_by_role("link", name="Open").first.click()
    for name in ("bert-base-uncased", "distilbert-base-uncased", "albert-base-v2"):
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(page.get_by_label(re.compile(f"Most probable words of {name}")).first).to_be_visible()
    expect(page.get_by_role("button", name="Remove the sample")).to_be_visible()
    assert overflow(page) <= 0


def test_the_models_page_tells_the_truth_about_a_word(page: Page) -> None:
    visit(page, "/models")
    expect(page.get_by_role("heading", name="bert-base-uncased", exact=True)).to_be_visible()
    word = box(page, "Word")
    word.fill("king")
    word.press("Enter")
    expect(page).to_have_url(re.compile("truth_word=king"))
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()


def test_a_page_that_asks_another_host_is_seen(person: BrowserContext, server: str) -> None:
    """What every other test of this folder relies on."""
    with forgetful(person, server) as (page, strangers):
        page.goto("/")
        for url in ("http://192.0.2.1/beacon", "https://example.invalid/beacon"):
            page.evaluate("url => fetch(url).catch(() => null)", url)
        with page.expect_websocket():
            page.evaluate("() => { new WebSocket('ws://192.0.2.1/socket') }")
    assert {url.rsplit("/", 1)[-1] for url in strangers} == {"beacon", "socket"}
    assert len(strangers) == 3


def test_a_browser_remembers_nothing_of_the_page_before(person: BrowserContext, server: str) -> None:
    with forgetful(person, server) as (page, _):
        page.goto("/")
        page.evaluate("() => { localStorage.setItem('kept', '1'); document.cookie = 'kept=1' }")
    with forgetful(person, server) as (page, _):
        page.goto("/")
        assert page.evaluate("() => [localStorage.getItem('kept'), document.cookie.includes('kept')]") == [None, False]
