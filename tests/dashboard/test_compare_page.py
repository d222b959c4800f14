"""Compare asks, shows, keeps and opens again; driven as Streamlit drives it, with real checkpoints and a real log."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import resources
from storage.records import AskedAnswer, Comparison, Run, RunKind
from tests.dashboard.conftest import SEED, OpenApp, ask, badges, markup, own_log, plain, runs_in_log, sound
from tests.storage import samples

pytestmark = pytest.mark.usefixtures("minis")


def column_names(app: AppTest) -> list[str]:
    """The names that stand above the answers."""
    return [str(each.value) for each in app.subheader if str(each.value).endswith(("-mini", "-uncased", "-v2"))]


def word_charts(app: AppTest) -> list[dict[str, object]]:
    """The specifications of the charts on the page."""
    return [json.loads(each.proto.spec) for each in app.get("vega_lite_chart")]


def test_the_first_page_is_drawn_with_a_sentence_and_the_way_on(open_app: OpenApp) -> None:
    app = open_app()
    assert app.text_area(key="prompt").value == SEED
    assert {"Fact", "Cloze", "Bias"} <= {each.label for each in app.button}
    assert app.multiselect(key="chosen").value == ["bert-mini", "distilbert-mini", "albert-mini"]
    assert any("Small checkpoints" in each.value for each in app.caption)
    assert [each.value for each in app.page_link] == ["Get the full-size ones"]


def test_the_seed_sentence_gets_three_columns_and_is_kept(open_app: OpenApp) -> None:
    app = ask(open_app())
    assert column_names(app)[:3] == ["bert-mini", "distilbert-mini", "albert-mini"]
    assert len(word_charts(app)) == 4  # three lists and the heat map
    assert "Saved: 1 prompt, 3 answers." in [each.value for each in app.caption]
    assert [each.label for each in app.metric] == ["Choices", "Lead", "On words", "Time"] * 3
    assert runs_in_log() == 1


def test_every_figure_has_its_definition(open_app: OpenApp) -> None:
    app = ask(open_app())
    assert all(each.proto.help for each in app.metric)


def test_a_saved_link_shows_the_same_run_again(open_app: OpenApp) -> None:
    asked = ask(open_app())
    (run_id,) = [asked.query_params["run"]]
    assert isinstance(run_id, str)
    again = open_app(run=run_id)
    assert [each.value for each in again.metric][:3] == [each.value for each in asked.metric][:3]
    assert plain(again) == plain(asked)
    assert runs_in_log() == 1


def test_a_link_fills_every_box(open_app: OpenApp) -> None:
    asked = ask(open_app(), "The [MASK] is [MASK].", candidates="sea, sky", expected="sea | sun; blue", top_k="7")
    again = open_app(run=str(asked.query_params["run"]))
    boxes = {key: again.text_input(key=key).value for key in ("candidates", "expected", "top_k")}
    assert boxes == {"candidates": "sea, sky", "expected": "sea | sun; blue", "top_k": "7"}
    assert again.text_area(key="prompt").value == "The [MASK] is [MASK]."
    assert again.multiselect(key="chosen").value == ["bert-mini", "distilbert-mini", "albert-mini"]


def test_a_link_names_what_is_not_here_and_what_is_not_as_published(open_app: OpenApp) -> None:
    foreign = samples.checkpoint("bert-base-uncased")
    answers = (AskedAnswer(samples.answer("The sky is [MASK].", foreign), 5.0, reused=False),)
    with own_log() as log:
        log.append(Comparison(Run(samples.run_id(), RunKind.ASK, samples.START, samples.START), answers=answers))
    app = open_app(run=samples.run_id())
    assert "bert-base-uncased answered in the run that you opened" in plain(app)
    assert badges(app).count("not as published") == 1
    assert "not as published" not in badges(ask(open_app()))


def test_a_link_to_no_run_is_forgotten_with_the_next_ask(open_app: OpenApp) -> None:
    app = open_app(run="nonsense")
    assert "That run cannot be shown" in badges(app)
    assert "That run cannot be shown" not in badges(ask(app))


def test_a_second_ask_is_answered_from_the_log(open_app: OpenApp) -> None:
    app = ask(open_app())
    assert "fresh" in badges(app)
    ask(app)
    assert "from the log" in badges(app)
    assert "fresh" not in badges(app)
    assert runs_in_log() == 2


def test_do_not_log_leaves_no_row(open_app: OpenApp) -> None:
    app = open_app()
    app.toggle(key="no_log").set_value(True)
    ask(app)
    assert len(column_names(app)) >= 3
    assert "Not saved, as you asked." in [each.value for each in app.caption]
    assert "run" not in app.query_params
    assert runs_in_log() == 0


def test_one_click_on_an_example_asks_it(open_app: OpenApp) -> None:
    app = open_app()
    app.button(key="example_Bias").click().run()
    sound(app)
    assert app.text_area(key="prompt").value == "The nurse said that [MASK] was tired."
    candidates = next(each.value for each in app.dataframe if "rank_shared" in each.value.columns)
    assert list(dict.fromkeys(candidates["word"])) == ["he", "she"]
    assert len(candidates) == 6


def test_the_mask_button_puts_a_mask_before_the_full_stop(open_app: OpenApp) -> None:
    app = open_app()
    app.text_area(key="prompt").set_value("The capital of France is.")
    app.button(key="insert_mask").click().run()
    assert app.text_area(key="prompt").value == "The capital of France is [MASK]."


def test_the_expected_word_is_marked(open_app: OpenApp) -> None:
    app = ask(open_app(), "The capital of France is [MASK].", expected="paris|lyon")
    candidates = next(each.value for each in app.dataframe if "rank_shared" in each.value.columns)
    assert set(candidates["word"]) == {"paris", "lyon"}
    assert set(candidates["expected"]) == {"yes"}


def test_several_masks_have_a_tab_each(open_app: OpenApp) -> None:
    app = ask(open_app(), "The [MASK] sat on the [MASK].")
    assert [each.label for each in app.tabs] == ["Blank 1", "Blank 2", "All together"]
    assert "Saved: 1 prompt, 6 answers." in [each.value for each in app.caption]


def test_a_very_long_list_is_drawn_in_part_and_shown_whole(open_app: OpenApp) -> None:
    app = ask(open_app(), top_k="300")
    whole = [each.value for each in app.dataframe if list(each.value.columns) == ["rank", "word", "piece", "probability"]]
    assert [len(each) for each in whole] == [300] * 3
    titles = [str(chart["title"]) for chart in word_charts(app)]
    assert sum("the first 50 of 300 listed" in title for title in titles) == 3


def test_the_name_is_kept_beside_the_run(open_app: OpenApp) -> None:
    app = open_app()
    app.text_input(key="author").set_value("Ada").run()
    ask(app)
    listed = open_app("history")
    assert "by Ada" in plain(listed)


def test_a_link_may_fill_the_box(open_app: OpenApp) -> None:
    app = AppTest.from_file(str(Path(__file__).parents[2] / "dashboard" / "main.py"), default_timeout=120)
    app.query_params["prompt"] = "Snow is ___."
    app.run()
    assert app.text_area(key="prompt").value == "Snow is [MASK]."


@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        ("1 OR 1=1", "in a form that no run has"),
        ("../../etc/passwd", "in a form that no run has"),
        ("018f0000-0000-7000-8000-000000000000", "holds no run of that id"),
    ],
)
def test_a_link_to_no_run_is_a_sentence(open_app: OpenApp, run: str, sentence: str) -> None:
    for page in ("compare", "history"):
        app = open_app(page, run=run)
        assert sentence in plain(app)
        assert run not in markup(app)


@pytest.mark.parametrize("place", ["/dev/null/history.duckdb", "/proc/history.duckdb"])
def test_a_place_that_cannot_hold_a_log_is_said(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("MASKBOARD_HISTORY", place)
    app = ask(open_app())
    assert f"The log {place} cannot be" in plain(app)
    assert len(app.metric) == 12
    assert "cannot be" in plain(open_app("history"))
    open_app("models")


def test_a_file_that_is_no_log_is_said_and_left_as_it_is(open_app: OpenApp, tmp_path: Path) -> None:
    file = tmp_path / "history.duckdb"
    file.write_bytes(b"not a database" * 1000)
    app = ask(open_app())
    assert "cannot be read" in plain(app)
    assert len(app.metric) == 12
    assert file.read_bytes() == b"not a database" * 1000


def test_a_log_that_fails_meanwhile_keeps_nobody_from_an_answer(open_app: OpenApp) -> None:
    app = open_app()
    opened = resources.open_log()
    assert opened.log is not None
    opened.log.close()
    ask(app)
    assert "is closed" in plain(app)
    assert badges(app).count("Not saved") == 2
    assert len(app.metric) == 12


def test_a_log_that_another_process_holds_is_said_and_answers_come_all_the_same(open_app: OpenApp, tmp_path: Path) -> None:
    hold = "import sys; from storage.log import Log; log = Log.open(); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        app = ask(open_app())
        assert "is in use by process" in plain(app)
        assert "Not saved" in badges(app)
        assert len(column_names(app)) >= 3
        history = open_app("history")
        assert "is in use by process" in plain(history)
        holder.stdin.close()
    again = ask(open_app())
    assert "is in use" not in plain(again)
    assert runs_in_log() == 2, "what was asked meanwhile has been saved as well"
