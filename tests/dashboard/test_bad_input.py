"""Whatever a person types, the page answers with one sentence and the way out, and shows text as text."""

from __future__ import annotations

import pytest

from tests.dashboard.conftest import OpenApp, ask, badges, markup, plain, runs_in_log

pytestmark = pytest.mark.usefixtures("minis")

REFUSED = [
    ("no mask", "The capital of France is Paris.", "has no mask"),
    ("sixteen masks", "[MASK] " * 16, "has 16 masks"),
    ("empty", "   ", "is empty"),
    ("100 kB", "word " * 20_000 + "[MASK].", "characters; at most"),
    ("NUL", "The \0 is [MASK].", "control character (U+0000)"),
    ("longer than the positions", "word " * 3_000 + "[MASK].", "pieces"),
]
ANSWERED = [
    ("only punctuation", "... [MASK] !!!"),
    ("emoji", "I love \U0001f355 and [MASK]."),
    ("right to left", "\u05e9\u05dc\u05d5\u05dd [MASK] \u0645\u0631\u062d\u0628\u0627."),
    ("combining marks", "Cafe\u0301 [MASK]."),
]
HOSTILE = [
    "<script>alert(1)</script> [MASK].",
    "![x](http://127.0.0.1:9/beacon.png) [MASK].",
    "**bold** [link](javascript:alert(1)) :red[text] $x^2$ [MASK].",
    '{"signal": "datum"} [MASK].',
    "`code` <img src=x onerror=alert(1)> [MASK].",
]


@pytest.mark.parametrize(("text", "sentence"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_be_asked_is_a_sentence(open_app: OpenApp, text: str, sentence: str) -> None:
    app = ask(open_app(), text)
    assert sentence in plain(app)
    assert "Not asked" in badges(app)
    assert not app.metric


@pytest.mark.parametrize("text", [row[1] for row in ANSWERED], ids=[row[0] for row in ANSWERED])
def test_unusual_text_is_answered(open_app: OpenApp, text: str) -> None:
    app = ask(open_app(), text)
    assert len(app.metric) == 12
    assert "Not asked" not in badges(app)


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_a_prompt_is_shown_as_text(open_app: OpenApp, text: str) -> None:
    app = ask(open_app(), text)
    assert text in [each.value for each in app.code]
    history = open_app("history")
    assert text in plain(history)
    run = open_app(run=str(app.query_params["run"]))
    for page in (app, history, run):
        assert not page.html
        payload = text.removesuffix(" [MASK].")
        assert payload not in markup(page)


def test_markup_in_words_and_names_is_shown_as_text(open_app: OpenApp) -> None:
    app = open_app()
    app.text_input(key="author").set_value("<b>Eve</b> ![x](http://127.0.0.1:9/b.png)").run()
    ask(app, candidates="<i>he</i>, **she**", expected="[a](b)")
    assert len(app.metric) == 12
    pages = [app, open_app("history"), open_app("history", run=str(app.query_params["run"]))]
    for page in pages:
        for payload in ("<b>", "![x]", "<i>", "**she**", "[a](b)"):
            assert payload not in markup(page)
    assert "<b>Eve</b>" in plain(pages[1])


@pytest.mark.parametrize(
    ("boxes", "sentence"),
    [
        ({"expected": "new york"}, "holds a space"),
        ({"expected": "paris; france; europe"}, "Expected words are given for 3 masks"),
        ({"candidates": "[MASK]"}, "is a mask itself"),
        ({"candidates": "x" * 200}, "has 200 characters"),
    ],
)
def test_words_that_cannot_be_scored_are_a_sentence(open_app: OpenApp, boxes: dict[str, str], sentence: str) -> None:
    app = ask(open_app(), **boxes)
    assert sentence in plain(app)
    assert not app.metric


@pytest.mark.parametrize("depth", ["0", "-1", "1000000000", "9007199254740993", "2.5", "", "many"])
def test_a_depth_out_of_bounds_is_a_sentence(open_app: OpenApp, depth: str) -> None:
    app = ask(open_app(), top_k=depth)
    assert "ask for 1 to 1,000 of them" in plain(app)
    assert not app.metric


def test_no_checkpoint_is_a_sentence(open_app: OpenApp) -> None:
    app = open_app()
    app.multiselect(key="chosen").set_value([])
    ask(app)
    assert "No checkpoint is chosen" in plain(app)


def test_a_refused_prompt_is_kept_with_its_reason(open_app: OpenApp) -> None:
    asked = ask(open_app(), "The capital of France is Paris.")
    assert "Kept in the history as not asked." in plain(asked)
    assert runs_in_log() == 1
    history = open_app("history")
    assert "The capital of France is Paris." in plain(history)
    assert "has no mask" in plain(history)
    assert "not asked" in badges(history)
