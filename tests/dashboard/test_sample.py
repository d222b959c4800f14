"""The first visit is not to an empty house: real answers are there, said to be a sample, and gone with one click."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from storage import samples
from storage.log import Log
from tests.dashboard.conftest import OpenApp, ask, badges, plain, runs_in_log, sound
from tests.storage import samples as made_up

SAID = "A sample: answers of the full-size checkpoints that others published in 2024."


def captions(app: AppTest) -> list[str]:
    return [each.value for each in app.caption]


def test_a_new_history_shows_the_sample_and_says_so(open_app: OpenApp) -> None:
    app = open_app("history", sample=True)
    assert SAID in captions(app)
    assert "Published by others, 2024" in plain(app)
    assert "MLM and NSP is the [MASK] task of BERT." in plain(app)
    first = "bert-base-uncased: main\ndistilbert-base-uncased: primary\nalbert-base-v2: ultimate"
    assert first in plain(app), "albert was asked in lower case, and stands beside the others all the same"


def test_the_three_answers_stand_side_by_side(open_app: OpenApp) -> None:
    app = open_app("history", sample=True, run=samples.RUN_ID)
    assert SAID in captions(app)
    keys = [each.key for each in app.selectbox]
    assert "prompt_of_run" not in keys, "one question, though one of them was asked in lower case"
    assert len(app.get("vega_lite_chart")) == 4
    shown = plain(app)
    assert "albert-base-v2 was asked in another case: mlm and nsp is the [MASK] task of bert." in shown
    assert "Each says another word first: “main”, “primary”, “ultimate”" in shown
    assert "Added " in shown
    assert "not as published" not in badges(app)
    assert "not at hand" not in badges(app).lower()
    assert [each.value for each in app.metric] == ["-"] * 12
    assert "Only these probabilities were published, and not the full distribution." in captions(app)


def test_compare_shows_the_sample_as_a_sample(open_app: OpenApp) -> None:
    app = open_app("compare", sample=True, run=samples.RUN_ID)
    assert SAID in captions(app)
    assert len(app.get("vega_lite_chart")) == 4
    app = sound(app.button(key="remove_sample").click().run())
    assert SAID not in captions(app)
    assert "run" not in app.query_params
    assert len(app.get("vega_lite_chart")) == 0


def test_one_click_removes_it_for_good(open_app: OpenApp) -> None:
    app = open_app("history", sample=True)
    app = sound(app.button(key="remove_sample").click().run())
    assert "Nothing has been asked yet" in plain(app)
    assert runs_in_log() == 0
    assert "Nothing has been asked yet" in plain(open_app("history", sample=True))


def test_it_goes_from_its_own_page_too(open_app: OpenApp) -> None:
    app = open_app("history", sample=True, run=samples.RUN_ID)
    app = sound(app.button(key="remove_sample").click().run())
    assert "Nothing has been asked yet" in plain(app)
    assert "run" not in app.query_params


def test_what_a_person_asks_stays_when_it_goes(open_app: OpenApp) -> None:
    ask(open_app("compare", sample=True), "The sky is [MASK].")
    assert runs_in_log() == 2
    app = open_app("history", sample=True)
    sound(app.button(key="remove_sample").click().run())
    assert runs_in_log() == 1


def test_a_log_that_has_runs_gets_none(open_app: OpenApp) -> None:
    with Log.open() as log:
        log.append(made_up.ask("The sky is [MASK]."))
    open_app("history", sample=True)
    with Log.open() as log:
        assert not samples.is_there(log.database)
