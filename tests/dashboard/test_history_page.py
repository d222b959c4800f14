"""History lists, searches, turns pages and opens runs, and needs no model for any of it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from streamlit.runtime.state.query_params import QueryParams

from dashboard.components.run_list import RUNS_PER_PAGE
from storage import annotations as marked
from storage.annotations import Target
from storage.records import AskedAnswer, Comparison, Run, RunKind, RunStatus
from tests.conftest import ROOT
from tests.dashboard.conftest import OpenApp, markup, own_log, plain, sound
from tests.storage import samples


def keep(*texts: str, author: str | None = None) -> list[str]:
    """Put one run for each text into the log; their ids."""
    ids = []
    with own_log() as log:
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


def test_label_tags_star_and_notes_stand_in_the_row(open_app: OpenApp) -> None:
    (run_id,) = keep("The sea is [MASK].")
    with own_log() as log:
        target = Target(run_id=run_id)
        marked.set_label(log.database, run_id, "**first** look")
        marked.add_tag(log.database, target, "to <b>check</b>")
        marked.star(log.database, target, "Ada")
        marked.star(log.database, target, "Ben")
        marked.add_note(log.database, target, "Odd.")
    app = open_app("history")
    assert "“**first** look” · #to <b>check</b> · 1 note" in plain(app)
    assert app.button(key=f"star_{run_id}").label == "★ 2"
    assert "**first**" not in markup(app)
    assert "<b>" not in markup(app)


def test_a_run_that_was_stopped_says_so(open_app: OpenApp) -> None:
    run = replace(samples.run(), kind=RunKind.REPLAY, status=RunStatus.CANCELLED)
    with own_log() as log:
        log.append(replace(samples.ask(), run=run))
    assert "1 Mar 2026, 09:30 UTC · replay, stopped before its end" in [each.value for each in open_app("history").caption]
    assert "Asked again 1 Mar 2026, 09:30 UTC, stopped before its end" in plain(open_app("history", run=run.run_id))


def test_whole_words_leave_out_parts_of_words(open_app: OpenApp) -> None:
    keep("Modern art is [MASK].", "My heart is [MASK].")
    both = open_app("history", search="art")
    assert "2 runs, newest first, matching your search" in [each.value for each in both.caption]
    app = sound(both.toggle(key="whole_words").set_value(True).run())
    assert "1 run, newest first, matching your search as whole words" in [each.value for each in app.caption]
    assert "My heart is [MASK]." not in plain(app)
    assert "holds the whole words" in plain(open_app("history", search="hear", whole_words="true"))


def test_only_what_is_starred(open_app: OpenApp) -> None:
    _, sea = keep("The sky is [MASK].", "The sea is [MASK].")
    assert "Nothing is starred yet." in plain(open_app("history", starred="true"))
    with own_log() as log:
        marked.star(log.database, Target(run_id=sea))
    app = open_app("history", starred="true")
    assert "1 run, newest first, starred" in [each.value for each in app.caption]
    assert "The sky is [MASK]." not in plain(app)
    assert "Nothing starred holds" in plain(open_app("history", starred="true", search="sky"))


def test_the_way_back_leads_to_the_list_as_it_was(open_app: OpenApp) -> None:
    (run_id,) = keep("The sea is [MASK].")
    app = open_app("history", search="sea", whole_words="true")
    app.query_params.clear()
    app.query_params["run"] = run_id
    sound(app.run())
    sound(app.button(key="all_runs").click().run())
    assert app.text_input(key="search").value == "sea"
    assert app.toggle(key="whole_words").value
    assert "run" not in app.query_params


@pytest.mark.parametrize("button", ["all_runs", "compare_with"])
def test_whoever_is_quicker_than_the_page_finds_the_way_all_the_same(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch, button: str
) -> None:
    """While a run is still being drawn, the boxes of the list keep their parameters."""
    (run_id,) = keep("The sea is [MASK].")
    app = open_app("history", search="sea", whole_words="true")
    app.query_params.clear()
    app.query_params["run"] = run_id
    sound(app.run())
    monkeypatch.setattr(QueryParams, "is_bound", lambda _, key: key in ("search", "whole_words"))
    sound(app.button(key=button).click().run())
    assert "run" not in app.query_params
    assert app.text_input(key="search").value == ("sea" if button == "all_runs" else "The sea is [MASK].")
    assert app.query_params["search"] == app.text_input(key="search").value


def test_what_is_taken_away_is_what_is_listed(open_app: OpenApp) -> None:
    keep("The sky is [MASK].", "The sea is [MASK].", "A seal is [MASK].")
    app = open_app("history", search="sea", whole_words="true")
    sound(app.button(key="export_prepare_runs").click().run())
    app.session_state["export_prepared_runs"].wait(60)
    assert "1 row, " in plain(sound(app.run()))


def test_everything_is_shown_again_at_a_click(open_app: OpenApp) -> None:
    keep("The sea is [MASK].")
    app = open_app("history", search="nothing holds this", starred="true")
    sound(app.button(key="reset_nothing").click().run())
    assert "The sea is [MASK]." in plain(app)
    assert not app.text_input(key="search").value


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
app = AppTest.from_file({str(ROOT / "dashboard" / "main.py")!r}, default_timeout=60)
from dashboard import resources
resources._prepare_defaults = lambda *_: None
app.run()
app.switch_page("app_pages/history.py").run()
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
