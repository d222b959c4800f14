"""History lists, searches, turns pages and opens runs, and needs no model for any of it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from dashboard.components.run_list import RUNS_PER_PAGE
from storage.log import Log
from storage.records import AskedAnswer, Comparison, Run, RunKind
from tests.conftest import ROOT
from tests.dashboard.conftest import OpenApp, markup, plain
from tests.storage import samples


def keep(*texts: str, author: str | None = None) -> list[str]:
    """Put one run for each text into the log; their ids."""
    ids = []
    with Log.open() as log:
        for number, text in enumerate(texts):
            run = Run(samples.run_id(number), RunKind.ASK, samples.START, samples.START, author=author)
            answers = tuple(AskedAnswer(samples.answer(text, by), 5.0, reused=False) for by in samples.TRIO)
            log.append(Comparison(run=replace(run, options={"top_k": 5, "words": []}), answers=answers))
            ids.append(run.run_id)
    return ids


def test_an_empty_history_says_how_to_fill_it(open_app: OpenApp) -> None:
    app = open_app("history")
    assert "Nothing has been asked yet" in plain(app)
    assert [each.value for each in app.page_link] == ["Ask the first prompt"]


def test_a_run_is_listed_with_its_time_words_and_author(open_app: OpenApp) -> None:
    keep("The sky is [MASK].", author="Ada")
    app = open_app("history")
    shown = plain(app)
    assert "The sky is [MASK]." in shown
    assert "by Ada" in shown
    assert "bert-mini: " in shown
    assert "1 Mar 2026, 09:30 UTC" in [each.value for each in app.caption]


def test_search_finds_and_says_when_it_does_not(open_app: OpenApp) -> None:
    keep("The sky is [MASK].", "The sea is [MASK].")
    app = open_app("history")
    app.text_input(key="search").set_value("SEA").run()
    assert "The sea is [MASK]." in plain(app)
    assert "The sky is [MASK]." not in plain(app)
    app.text_input(key="search").set_value("100 %").run()
    assert "Nothing that was asked holds" in plain(app)


def test_the_words_of_several_blanks_say_which_blank_they_are_of(open_app: OpenApp) -> None:
    keep("The [MASK] is [MASK].")
    assert "first of 2 blanks" in [each.value for each in open_app("history").caption]


def test_a_new_search_starts_on_its_first_page(open_app: OpenApp) -> None:
    keep(*[f"Number {i} is [MASK]." for i in range(RUNS_PER_PAGE * 2 + 3)])
    app = open_app("history", page="3")
    app.text_input(key="search").set_value("number").run()
    assert any(each.value.startswith("1 to ") for each in app.caption)


def test_pages_are_turned_and_every_run_is_on_one(open_app: OpenApp) -> None:
    texts = [f"Number {i} is [MASK]." for i in range(RUNS_PER_PAGE + 3)]
    keep(*texts)
    first = open_app("history")
    assert f"1 to {RUNS_PER_PAGE} of {len(texts)} runs, newest first" in [each.value for each in first.caption]
    second = open_app("history", page="2")
    listed = [text for text in texts if text in plain(first) or text in plain(second)]
    assert sorted(listed) == sorted(texts)


def test_a_page_beyond_the_last_is_no_error(open_app: OpenApp) -> None:
    keep("The sky is [MASK].")
    assert "The sky is [MASK]." in plain(open_app("history", page="99"))
    texts = [f"Number {i} is [MASK]." for i in range(RUNS_PER_PAGE + 3)]
    keep(*texts)
    assert "Number" in plain(open_app("history", page="99"))
    assert "Number" in plain(open_app("history", page="-1; DROP TABLE run"))


def test_a_run_opens_by_its_link(open_app: OpenApp) -> None:
    (run_id,) = keep("The sky is [MASK].")
    app = open_app("history", run=run_id)
    assert len(app.get("vega_lite_chart")) == 4
    assert "Asked 1 Mar 2026, 09:30 UTC" in plain(app)
    assert "no longer on this machine" in plain(app)  # the made-up tokenizers of the samples
    app.button[0].click().run()
    assert not app.exception
    assert "1 run, newest first" in [each.value for each in app.caption]


def test_a_long_prompt_is_cut_in_the_list_and_whole_in_the_run(open_app: OpenApp) -> None:
    text = "word " * 300 + "[MASK]."
    (run_id,) = keep(text)
    assert text not in plain(open_app("history"))
    assert text in plain(open_app("history", run=run_id))


def test_markup_in_labels_is_text(open_app: OpenApp) -> None:
    keep("The sky is [MASK].", author="**Ada** <b>")
    app = open_app("history")
    assert "**Ada**" not in markup(app)
    assert "by **Ada** <b>" in plain(app)


OPEN_HISTORY = f"""
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({str(ROOT / "streamlit_app.py")!r}, default_timeout=60)
from dashboard import resources
resources._prepare_defaults = lambda *_: None
app.run()
app.switch_page("dashboard/app_pages/history.py").run()
assert not app.exception, app.exception
assert "The sky is [MASK]." in [each.value for each in app.text], [each.value for each in app.text]
app.query_params["run"] = {samples.run_id(0)!r}
app.run()
assert not app.exception, app.exception
assert len(app.get("vega_lite_chart")) == 4
assert not {{"torch", "transformers"}} & set(sys.modules), "a model library was imported"
"""


def test_history_never_imports_torch() -> None:
    keep("The sky is [MASK].")
    shown = subprocess.run(
        [sys.executable, "-c", OPEN_HISTORY], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert shown.returncode == 0, shown.stderr
