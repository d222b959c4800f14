"""The pages over the whole history, on real logs: empty, small, of one checkpoint, of lists only, of two weights of a name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.app_pages import __path__ as pages_path
from dashboard.history_frames.diversity import profile_table
from pipelines.analysis.diversity import CheckpointDiversity, Diversity
from storage.database import default_path
from storage.log import Log
from storage.measures import SelectedCheckpoint
from storage.records import Checkpoint, RunKind
from tests.conftest import ROOT
from tests.dashboard.conftest import OpenApp, badges, emptied, own_log, plain, sound
from tests.logs import put_log
from tests.storage import samples
from tests.storage.measures.histories import keep, told
from tests.storage.samples import ALBERT, BERT, DISTILBERT, TRIO

PAGES = ("distributions", "vocabulary", "diversity", "disagreements", "accuracy")
WORDS = ("blue", "deep", "wet", "cold", "wide", "old", "salt", "calm")


def tell(
    n: int, by: Sequence[Checkpoint] = TRIO, *, full: bool = True, ranks: bool = False, expected: str | None = "blue"
) -> None:
    """A history of n prompts: each checkpoint says five of eight words, in an order of its own."""
    told_once = (n, tuple(by), full, ranks, expected)
    if default_path().exists():
        with own_log() as log:
            _tell(log, *told_once)
    else:
        put_log(default_path(), _tell_first, *told_once)


def _tell_first(log: Log, *told_once: Any) -> None:  # noqa: ANN401 - what `_tell` is given
    emptied(log)
    _tell(log, *told_once)


def _tell(log: Log, n: int, by: Sequence[Checkpoint], full: bool, ranks: bool, expected: str | None) -> None:
    for number in range(n):
        text = f"Number {number} is [MASK]."
        answers = [
            told(
                each,
                [WORDS[(number * (place + 1) + i) % 8] for i in range(5)],
                text=text,
                full=full,
                scores=[None] * 5 if ranks else None,
            )
            for place, each in enumerate(by)
        ]
        kind = RunKind.ASK if full else RunKind.IMPORT
        keep(log, *answers, number=number * 90_000, kind=kind, expected=[expected] if expected else [])


def everything(app: AppTest) -> str:
    """All that a page says, in plain text or as a caption."""
    return "\n".join([plain(app), *(str(each.value) for each in app.caption)])


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_history_says_how_to_fill_it(open_app: OpenApp, page: str) -> None:
    app = open_app(page)
    assert "Nothing has been asked yet" in plain(app)
    assert [each.value for each in app.page_link] == ["Ask the first prompt"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("n", [1, 9, 40])
def test_every_page_is_drawn_of_few_prompts_and_of_many(open_app: OpenApp, page: str, n: int) -> None:
    tell(n)
    app = open_app(page)
    assert f"{n} prompt{'' if n == 1 else 's'} of the whole history" in plain(app)
    assert app.get("vega_lite_chart") or page == "disagreements"


@pytest.mark.parametrize("page", PAGES)
def test_one_checkpoint_alone_is_no_error(open_app: OpenApp, page: str) -> None:
    tell(20, [BERT])
    said = everything(open_app(page))
    if page in ("vocabulary", "disagreements"):
        assert "No two checkpoints have answered the same prompt here." in said
    if page in ("distributions", "accuracy"):
        assert "One checkpoint has answered these prompts." in said


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("ranks", [False, True], ids=["lists with scores", "ranks only"])
def test_imported_lists_are_drawn_as_far_as_they_go(open_app: OpenApp, page: str, ranks: bool) -> None:
    tell(20, full=False, ranks=ranks)
    said = everything(open_app(page))
    if page == "distributions":
        assert "imported as lists" in said
        assert ("ranks only" in said) == ranks
    if page == "disagreements":
        assert "JSD not known" in said


def test_under_fifteen_prompts_there_is_no_interval(open_app: OpenApp) -> None:
    tell(9)
    assert "3 comparisons rest on under 15 prompts each: too few to tell." in plain(open_app("accuracy"))
    pairs = open_app("vocabulary").dataframe[0].value
    assert all("(n = 9)" in text for text in pairs["rbo"])


def test_two_weights_of_one_name_are_told_apart(open_app: OpenApp) -> None:
    other = samples.checkpoint("bert-mini", weights="second")
    tell(20, [BERT, other, ALBERT])
    for page in PAGES:
        app = open_app(page)
        said = everything(app) + "".join(str(each.value) for each in app.dataframe)
        assert f"bert-mini ({BERT.revision[:7]})" in said, page
        assert f"bert-mini ({other.revision[:7]})" in said, page


@pytest.mark.parametrize("page", ["vocabulary", "diversity"])
def test_checkpoints_without_common_prompts_are_compared_as_far_as_they_have_some(open_app: OpenApp, page: str) -> None:
    tell(20, [BERT, DISTILBERT])
    with own_log() as log:
        for number in range(3):
            answers = [told(each, WORDS[:5], text=f"Another {number} is [MASK].") for each in (BERT, ALBERT)]
            keep(log, *answers, number=2_000_000 + number)
    app = open_app(page)
    assert (
        "No prompt was answered by all 3 checkpoints, so bert-mini and distilbert-mini, which have 20 prompts in common, are "
        "compared here, and albert-mini is left out." in plain(app)
    )
    assert len(app.get("vega_lite_chart")) > 2
    assert "bert-mini and albert-mini have 3 prompts in common." in plain(app)
    sound(app.button(key="group_1").click().run())
    assert app.multiselect(key="checkpoints").value == ["bert-mini", "albert-mini"]
    assert "No prompt was answered" not in everything(app)
    assert len(app.get("vega_lite_chart")) > 1


@pytest.mark.parametrize("page", ["vocabulary", "diversity"])
def test_one_of_two_weights_of_a_name_can_be_compared(open_app: OpenApp, page: str) -> None:
    other = samples.checkpoint("bert-mini", weights="second")
    tell(20, [BERT, DISTILBERT])
    with own_log() as log:
        for number in range(3):
            answers = [told(each, WORDS[:5], text=f"Another {number} is [MASK].") for each in (other, ALBERT)]
            keep(log, *answers, number=2_000_000 + number)
    app = open_app(page)
    assert f"bert-mini ({BERT.revision[:7]}) and distilbert-mini, which have 20 prompts in common, are compared" in plain(app)
    sound(app.button(key="group_1").click().run())
    assert app.multiselect(key="checkpoints").value == [f"bert-mini ({other.revision[:7]})", "albert-mini"]
    assert "3 prompts of the history: answers of bert-mini" in plain(app)
    assert "No prompt was answered" not in everything(app)
    assert app.get("vega_lite_chart")


def test_a_link_names_one_of_two_weights_of_a_name(open_app: OpenApp) -> None:
    other = samples.checkpoint("bert-mini", weights="second")
    tell(3, [BERT, other])
    app = open_app("distributions", checkpoints=f"bert-mini ({other.revision[:9]})")
    assert "No answer" not in plain(app)
    assert list(app.dataframe[-1].value["checkpoint"]) == ["bert-mini"]


@pytest.mark.parametrize("page", ["vocabulary", "diversity"])
def test_nothing_in_common_at_all_is_said(open_app: OpenApp, page: str) -> None:
    with own_log() as log:
        for number, each in enumerate(TRIO):
            keep(log, told(each, WORDS[:5], text=f"Another {number} is [MASK]."), number=number)
    assert "No prompt was answered by all 3 checkpoints, nor by any two of them" in plain(open_app(page))


@pytest.mark.parametrize("page", ["vocabulary", "diversity"])
def test_the_sample_alone_shows_its_two_that_were_asked_the_same(open_app: OpenApp, page: str) -> None:
    app = open_app(page, sample=True)
    assert "bert-base-uncased and distilbert-base-uncased, which have 1 prompt in common, are compared here" in plain(app)
    assert app.get("vega_lite_chart")


def test_without_expected_words_the_page_says_how_to_give_them(open_app: OpenApp) -> None:
    tell(20, expected=None)
    app = open_app("accuracy")
    assert "No prompt of this part of the history says which word is right." in plain(app)
    assert "--expected" in everything(app)


def test_reliability_waits_for_a_hundred_masks(open_app: OpenApp) -> None:
    tell(99)
    assert "here are 99" in everything(open_app("accuracy"))
    tell(100)
    assert "here are" not in everything(open_app("accuracy"))


def test_a_typed_range_shows_the_answers_in_it(open_app: OpenApp) -> None:
    tell(20)
    app = open_app("distributions")
    assert any(each.value.startswith("60 answers, the greatest first") for each in app.caption)
    app.number_input(key="low").set_value(0.9).run()
    assert any(each.value.startswith("0 answers") for each in sound(app).caption)
    sound(app.button(key="clear_range").click().run())
    assert any(each.value.startswith("60 answers") for each in app.caption)


def test_a_range_in_a_link_is_kept(open_app: OpenApp) -> None:
    tell(20)
    app = open_app("distributions", measure="Lead of the first piece", low="0.2", high="0.4", answers_page="2")
    assert app.number_input(key="low").value == 0.2
    assert any(each.value.startswith("60 answers") for each in app.caption)
    table = app.get("dataframe")
    assert len(app.dataframe[0].value) == 15
    assert table


def test_a_word_is_found_with_who_says_it(open_app: OpenApp) -> None:
    tell(20)
    app = open_app("vocabulary", word="BLUE")
    assert "“BLUE” stands in" in plain(app)
    uses = app.dataframe[-1].value
    assert set(uses["word"]) == {"blue"}
    assert all(link.startswith("history?run=") for link in uses["run"])
    assert "No list here holds “xyzzy”." in plain(open_app("vocabulary", word="xyzzy"))


@pytest.mark.parametrize(
    "order", ["least alike lists (RBO)", "farthest distributions (JSD on shared words)", "both sure, of different words"]
)
def test_disagreements_have_a_reason_and_a_link(open_app: OpenApp, order: str) -> None:
    tell(20)
    app = open_app("disagreements", order=order, parting_page="2")
    said = plain(app)
    assert "13.  Number" in said
    assert "words in common" in said or "word of 5 in common" in said
    assert len(app.page_link) == 12


def test_markup_in_prompts_words_and_names_is_text(open_app: OpenApp) -> None:
    hostile = "**bold** :red[x] ![a](b) $x$"
    strange = replace(samples.checkpoint("bert-mini", weights="third"), name="a:red[b]*c*")
    with own_log() as log:
        answers = [told(each, [hostile, "b", "c"], text=f"{hostile} [MASK].") for each in (strange, DISTILBERT)]
        keep(log, *answers, expected=[hostile], label=hostile)
    for page in PAGES:
        app = open_app(page, label=hostile)
        read = [*app.markdown, *app.caption, *app.title, *app.subheader]
        assert not [each for each in read if "bold" in str(each.value) or ":red[b]" in str(each.value)], page
        assert "went wrong" not in badges(app)


def test_a_choice_that_is_not_offered_here_is_no_error(open_app: OpenApp) -> None:
    tell(20, full=False)
    app = open_app("distributions", surer="Effective choices", over_time="Effective choices")
    assert not {"surer", "over_time"} & {each.key for each in app.radio}
    assert "imported as lists" in everything(app)


def test_each_page_has_a_choice_of_its_own_of_what_is_compared(open_app: OpenApp) -> None:
    tell(20)
    app = open_app("distributions", surer="Effective choices")
    assert "entropy in nats" in plain(app)
    sound(app.switch_page("app_pages/accuracy.py").run())
    assert "accuracy at 1" in plain(app)
    sound(app.switch_page("app_pages/distributions.py").run())


STRANGE = {
    "depth": "7",
    "low": "abc",
    "high": "1e999",
    "measure": "x",
    "likeness": "x",
    "region_size": "x",
    "order": "x",
    "word": "w" * 500,
}


@pytest.mark.parametrize("page", PAGES)
def test_an_address_that_means_nothing_is_no_error(open_app: OpenApp, page: str) -> None:
    tell(20)
    turned = {
        "answers_page": "99",
        "parting_page": "-1",
        "uses_page": "x",
        "surer": "x",
        "better": "x",
        "over_time": "x",
        "text": "\x00 %" * 300,
    }
    app = open_app(page, **STRANGE, **turned)
    assert "No answer fits" in plain(app)
    sound(app.button(key="reset_nothing").click().run())
    assert "20 prompts of the whole history" in plain(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_short(page: str) -> None:
    lines = (ROOT / "dashboard" / "app_pages" / f"{page}.py").read_text("utf-8").splitlines()
    assert len(lines) < 80, pages_path


OPEN_PAGES = f"""
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({str(ROOT / "dashboard" / "main.py")!r}, default_timeout=60)
from dashboard import resources
resources._prepare_defaults = lambda *_: None
app.run()
assert "scipy" not in sys.modules, "the first page imports scipy"
for page in {PAGES!r}:
    app.switch_page(f"app_pages/{{page}}.py").run()
    assert not app.exception, app.exception
    assert any("20 prompts" in each.value for each in app.text), [each.value for each in app.text]
assert not {{"torch", "transformers"}} & set(sys.modules), "a model library was imported"
assert "vl_convert" not in sys.modules, "a picture was drawn that nobody asked for"
"""


def test_the_pages_import_no_model_library_and_the_first_no_scipy() -> None:
    tell(20)
    shown = subprocess.run(
        [sys.executable, "-c", OPEN_PAGES], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert shown.returncode == 0, shown.stderr[-3000:]


def test_equal_numbers_of_every_order_are_one_level_line() -> None:
    by = SelectedCheckpoint(1, "bert-mini", "bert", "bundled", "r", "bert-mini", 1, 1, 1, 1, vocabulary_known=True)
    row = CheckpointDiversity(by, 5, 5, ((0.0, 5.0), (1.0, 5.000000000000001)), (), None, 5, 1.0)
    found = Diversity((by,), 1, 5, 5, (row,), pa.table({}), pa.table({}), 0)
    assert profile_table(found).column("value").to_pylist() == [5.0, 5.0]
