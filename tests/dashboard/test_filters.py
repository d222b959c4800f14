"""The filters stand in the address, mean the same on every page, and say it when a link asks for what is not there."""

from __future__ import annotations

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.conftest import OpenApp, own_log, plain, sound
from tests.storage.measures.histories import keep, told
from tests.storage.samples import ALBERT, BERT


def small_history() -> None:
    """Four prompts of two authors, one of them labelled, one asked of BERT alone."""
    with own_log() as log:
        for number, text in enumerate(("The sky is [MASK].", "The sea is [MASK].", "A dog is [MASK].")):
            answers = [told(by, ["blue", "deep", "wet"], text=text) for by in (BERT, ALBERT)]
            keep(log, *answers, number=number, author="Ada" if number else "Ben", label="first look" if number == 1 else None)
        keep(log, told(BERT, ["big"], text="A cat is [MASK]."), number=3, author="Ada")


def selected(app: AppTest) -> str:
    """The line that says what is selected."""
    return next(str(each.value) for each in app.text if "counts" in str(each.value))


def test_everything_is_selected_at_first(open_app: OpenApp) -> None:
    small_history()
    app = open_app("vocabulary")
    assert selected(app) == "4 prompts of the whole history; each prompt counts once, compared as words."
    assert "reset_filters" not in [each.key for each in app.button]


def test_a_link_opens_the_same_part_of_the_history(open_app: OpenApp) -> None:
    small_history()
    app = open_app(
        "disagreements", since="2026-03-01", checkpoints="bert-mini", text="SEA", counting="all asks", space="pieces"
    )
    assert selected(app).startswith(
        "1 prompt of the history from 1 Mar 2026, answers of bert-mini, prompts that hold “SEA”; every"
    )
    assert app.date_input(key="since").value == date(2026, 3, 1)
    assert app.multiselect(key="checkpoints").value == ["bert-mini"]


def test_a_choice_selects_at_once(open_app: OpenApp) -> None:
    small_history()
    app = open_app("diversity")
    app.selectbox(key="asked_by").set_value("Ben").run()
    assert selected(sound(app)).startswith("1 prompt of the history: asked by “Ben”")


def test_the_next_page_keeps_the_filters(open_app: OpenApp) -> None:
    small_history()
    app = open_app("vocabulary", text="sky", label="first look")
    assert "No answer fits: the history: labelled “first look”, prompts that hold “sky”." in plain(app)
    for page in ("distributions", "models", "history", "accuracy"):
        app.switch_page(f"app_pages/{page}.py").run()
        sound(app)
        if page != "models":
            assert app.text_input(key="text").value == "sky", page
            assert app.selectbox(key="label").value == "first look", page
            assert "first look" in app.query_params["label"], page


def test_reset_selects_everything_again(open_app: OpenApp) -> None:
    small_history()
    app = open_app("vocabulary", text="sky", counting="all asks")
    sound(app.button(key="reset_filters").click().run())
    assert selected(app) == "4 prompts of the whole history; each prompt counts once, compared as words."
    assert not set(app.query_params) & {"text", "counting"}


def test_a_value_that_is_not_there_is_said_and_selects_nothing(open_app: OpenApp) -> None:
    small_history()
    app = open_app("distributions", checkpoints="no-such-bert", label="**gone**", kinds="batch")
    said = plain(app)
    assert "No answer here is of a checkpoint named “no-such-bert”." in said
    assert "No run here bears the label “**gone**”." in said
    assert "No run here is of the kind “batch”." in said
    assert "No answer fits" in said
    sound(app.button(key="reset_nothing").click().run())
    assert selected(app).startswith("4 prompts")


def test_one_checkpoint_that_is_not_there_leaves_the_others(open_app: OpenApp) -> None:
    small_history()
    app = open_app("compare")
    app.query_params["checkpoints"] = ["no-such-bert", "albert-mini"]
    sound(app.switch_page("app_pages/distributions.py").run())
    assert "No answer here is of a checkpoint named “no-such-bert”." in plain(app)
    assert selected(app).startswith("3 prompts of the history: answers of no-such-bert and albert-mini;")


def test_what_is_no_value_is_said_and_left_out(open_app: OpenApp) -> None:
    small_history()
    app = open_app("distributions", since="yesterday", until="1066-10-14", counting="twice", depth="x", space="letters")
    said = plain(app)
    assert "names “yesterday” as the first day" in said
    assert "names “1066-10-14” as the last day" in said
    assert "asks for counting “twice”" in said
    assert "asks for space “letters”" in said
    assert selected(app).startswith("4 prompts of the whole history")


@pytest.mark.parametrize("day", ["20991231", "2099-W52-1", "2026-W09", "2026-3-1", "\u0662026-03-01"])
def test_only_one_way_to_write_a_day_counts(open_app: OpenApp, day: str) -> None:
    small_history()
    app = open_app("distributions", since=day)
    assert f"names “{day}” as the first day" in plain(app)
    for again in (app, app.run()):
        assert selected(sound(again)).startswith("4 prompts of the whole history")
        assert again.date_input(key="since").value is None
    app.date_input(key="since").set_value(date(2026, 3, 1)).run()
    assert selected(sound(app)).startswith("4 prompts of the history from 1 Mar 2026")


def test_a_text_is_looked_for_as_prompts_are_spelled(open_app: OpenApp) -> None:
    small_history()
    assert selected(open_app("vocabulary", text="sea  is\u00a0____")).startswith("1 prompt of the history: prompts that hold")


def test_days_in_the_wrong_order_are_said(open_app: OpenApp) -> None:
    small_history()
    said = plain(open_app("accuracy", since="2026-03-07", until="2026-03-01"))
    assert "The first day is after the last" in said
    assert "No answer fits" in said


def test_the_history_lists_the_runs_that_pass(open_app: OpenApp) -> None:
    small_history()
    app = open_app("history", label="first look")
    assert "1 run, newest first" in [each.value for each in app.caption]
    assert "The sea is [MASK]." in plain(app)
    assert "The sky is [MASK]." not in plain(app)
    assert "Of the history: labelled “first look”." in plain(app)
    assert "counting" not in [each.key for each in app.radio]
    assert "No run fits: the history: tagged “x”." in plain(open_app("history", tag="x"))


def test_search_and_filters_go_together(open_app: OpenApp) -> None:
    small_history()
    app = open_app("history", search="sky", asked_by="Ben")
    assert "1 run, newest first, matching your search" in [each.value for each in app.caption]
    assert "No run fits" in plain(open_app("history", search="sky", asked_by="Ada"))
