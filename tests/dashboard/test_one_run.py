"""One run alone in every view: it arrives by a link, is named in words, goes along, and is left again."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from storage.records import RunKind
from tests.dashboard.conftest import OpenApp, markup, plain, sound
from tests.dashboard.kept_batches import complete_batch, sentences

PAGES = ("distributions", "vocabulary", "diversity", "disagreements", "accuracy", "history")
HOSTILE = "**bold**<script>x</script>"
NEVER = "01a22705-117d-716e-98c3-403efd3b4363"


def two_runs() -> tuple[str, str]:
    """A batch of three prompts, and one of four others that nobody selects."""
    one = complete_batch(sentences(3), number=1, expected="right", label=HOSTILE)
    return one, complete_batch(sentences(4, "Tree"), number=2, kind=RunKind.ASK)


def selected(app: AppTest) -> str:
    return next((str(each.value) for each in app.text if "counts" in str(each.value)), "")


@pytest.mark.parametrize("page", PAGES)
def test_every_view_shows_one_run_and_names_it(open_app: OpenApp, page: str) -> None:
    run_id, _ = two_runs()
    app = open_app(page, in_run=run_id)
    assert f"Only the batch “{HOSTILE}”, 1 Mar 2026, 09:30 UTC" in plain(app)
    assert "script" not in markup(app)
    assert ("Open it", f"run={run_id}") in [(each.proto.label, each.proto.query_string) for each in app.get("page_link")]
    if page == "history":
        assert "1 run, newest first" in [each.value for each in app.caption]
        assert "Of the history of one run." in plain(app)
    else:
        assert selected(app).startswith("3 prompts of the history of one run; each prompt counts once")


def test_it_is_a_filter_like_the_others(open_app: OpenApp) -> None:
    run_id, other = two_runs()
    app = open_app("vocabulary", in_run=run_id)
    sound(app.text_input(key="text").set_value("Town 1").run())
    assert selected(app).startswith("1 prompt of the history of one run, prompts that hold “Town 1”;")
    del app.query_params["in_run"]  # as a browser does that goes to another page
    sound(app.switch_page("app_pages/diversity.py").run())
    assert selected(app).startswith("1 prompt of the history of one run, prompts that hold")
    assert app.query_params["in_run"] == run_id
    sound(app.button(key="leave_one_run").click().run())
    assert "in_run" not in app.query_params
    assert selected(app).startswith("1 prompt of the history: prompts that hold “Town 1”;")
    app = open_app("vocabulary", in_run=other)
    sound(app.button(key="reset_filters").click().run())
    assert selected(app).startswith("7 prompts of the whole history;")
    assert "in_run" not in app.query_params


@pytest.mark.parametrize(
    ("named", "said"),
    [("1 OR 1=1", "a form that no run has"), (NEVER.replace("-", ""), "a form that no run has"), (NEVER, "does not hold")],
)
def test_what_is_no_run_is_said_and_selects_nothing(open_app: OpenApp, named: str, said: str) -> None:
    two_runs()
    app = open_app("vocabulary", in_run=named)
    assert said in plain(app)
    assert "No answer fits: the history of one run." in plain(app)
    sound(app.button(key="reset_nothing").click().run())
    assert selected(app).startswith("7 prompts")


def test_the_list_of_the_history_leaves_it_with_the_search(open_app: OpenApp) -> None:
    run_id, _ = two_runs()
    app = open_app("history", in_run=run_id, search="no such text")
    assert "No run fits: the history of one run, matching your search." in plain(app)
    sound(app.button(key="reset_nothing").click().run())
    assert "2 runs, newest first" in [each.value for each in app.caption]
    assert "in_run" not in app.query_params


def test_the_way_back_to_the_list_keeps_it(open_app: OpenApp) -> None:
    run_id, _ = two_runs()
    app = open_app("history", in_run=run_id)
    app.query_params["run"] = run_id
    sound(app.run())
    sound(app.button(key="all_runs").click().run())
    assert app.query_params["in_run"] == run_id
    assert "1 run, newest first" in [each.value for each in app.caption]
