"""Two runs, or two days, side by side: what they have in common is counted, and what changed stands first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard.components.run_comparison import ROWS_PER_PAGE
from dashboard.drift_words import drift_in_words, places_side_by_side
from storage.drift import Drift
from storage.records import UNKNOWN_HASH, AskedAnswer, Checkpoint, Comparison, Prompt
from tests.dashboard.conftest import OpenApp, badges, own_log, plain, sound
from tests.storage import samples

SKY, SEA, DOG = "The sky is [MASK].", "The sea is [MASK].", "A dog is [MASK]."
AGAIN = samples.checkpoint("bert-mini", weights="second")


def keep(texts: Sequence[str], by: Checkpoint, *, number: int, day: int = 1, seed: int = 0) -> str:
    """One run on that day of March that asks these texts of one checkpoint; its id."""
    at = datetime(2026, 3, day, 9, 30, tzinfo=UTC)
    run = replace(samples.run(number), started_at=at, finished_at=at)
    answers = tuple(
        AskedAnswer(samples.answer(text, by, seed=seed), 5.0, reused=False, row_number=row) for row, text in enumerate(texts)
    )
    with own_log() as log:
        log.append(Comparison(run=run, answers=answers))
    return run.run_id


@pytest.fixture
def two_runs() -> tuple[str, str]:
    """Two prompts in common, of which one is answered anew by other weights; one prompt on each side alone."""
    left = keep([SKY, SEA], samples.BERT, number=1)
    right = keep([SEA, DOG], AGAIN, number=2, day=3, seed=1)
    return left, right


def side_by_side(open_app: OpenApp, left: str, right: str, **parameters: str) -> AppTest:
    return open_app("history", run=left, **{"with": right}, **parameters)


def test_what_changed_is_counted_and_named(open_app: OpenApp, two_runs: tuple[str, str]) -> None:
    shown = plain(side_by_side(open_app, *two_runs))
    assert "1 prompt in common, 1 only in the left run, 1 only in the right run. 1 place can be compared" in shown
    assert f"1.  {SEA}" in shown
    assert "5 of 5 places changed, the first too" in shown
    assert f"other weights: {samples.BERT.weights_sha256[:7]}, then {AGAIN.weights_sha256[:7]}" in shown
    assert "  gone" in shown
    assert "  new" in shown


def test_the_same_weights_say_the_same(open_app: OpenApp) -> None:
    left, right = keep([SKY], samples.BERT, number=1), keep([SKY], samples.BERT, number=2, day=2)
    app = side_by_side(open_app, left, right)
    assert "no change" in badges(app)
    assert "the same weights" in plain(app)


def test_sides_are_exchanged_in_the_address_too(open_app: OpenApp, two_runs: tuple[str, str]) -> None:
    left, right = two_runs
    app = side_by_side(open_app, left, right)
    sound(app.button(key="exchange").click().run())
    assert (app.query_params["run"], app.query_params["with"]) in ((right, left), ([right], [left]))
    assert f"other weights: {AGAIN.weights_sha256[:7]}, then {samples.BERT.weights_sha256[:7]}" in plain(app)


def test_no_prompt_in_common_is_said(open_app: OpenApp) -> None:
    left, right = keep([SKY], samples.BERT, number=1), keep([SEA], samples.BERT, number=2)
    app = side_by_side(open_app, left, right)
    assert "0 prompts in common, 1 only in the left run, 1 only in the right run. Only what both asked" in plain(app)
    app = sound(app.button(key="choose_another").click().run())
    assert f"Choose the run to stand beside: {SKY}" in plain(app)


def test_no_checkpoint_in_common_is_said(open_app: OpenApp) -> None:
    left, right = keep([SKY], samples.BERT, number=1), keep([SKY], samples.ALBERT, number=2)
    assert "No checkpoint of the same name answered them on both sides" in plain(side_by_side(open_app, left, right))


def test_a_run_beside_itself_is_said(open_app: OpenApp) -> None:
    run_id = keep([SKY], samples.BERT, number=1)
    assert "Both sides are the same run" in plain(side_by_side(open_app, run_id, run_id))


@pytest.mark.parametrize("named", ["1 OR 1=1", samples.run_id(99)])
def test_a_run_that_is_not_there_is_said(open_app: OpenApp, named: str) -> None:
    run_id = keep([SKY], samples.BERT, number=1)
    for pair in ((run_id, named), (named, run_id)):
        assert "These runs cannot be shown side by side" in badges(side_by_side(open_app, *pair))


def test_pages_are_turned_and_the_order_is_chosen(open_app: OpenApp) -> None:
    texts = [f"Number {i} is [MASK]." for i in range(ROWS_PER_PAGE + 2)]
    left, right = keep(texts, samples.BERT, number=1), keep(texts, AGAIN, number=2, seed=1)
    first = side_by_side(open_app, left, right, differences_by="prompt asked first")
    assert f"1.  {texts[0]}" in plain(first)
    assert texts[-1] not in plain(first)
    second = side_by_side(open_app, left, right, differences_by="prompt asked first", differences_page="2")
    assert f"{ROWS_PER_PAGE + 2}.  {texts[-1]}" in plain(second)


def test_two_days_are_compared(open_app: OpenApp, two_runs: tuple[str, str]) -> None:
    app = open_app("history", day="2026-03-01", with_day="2026-03-03")
    assert "1 prompt in common, 1 only on 1 Mar 2026, 1 only on 3 Mar 2026. 1 place can be compared" in plain(app)
    assert "3 Mar 2026" in [each.value for each in app.caption]
    app.date_input(key="chosen_with_day").set_value(date(2026, 3, 2)).run()
    assert "0 prompts in common, 2 only on 1 Mar 2026, 0 only on 2 Mar 2026" in plain(sound(app))
    assert app.query_params["with_day"] in ("2026-03-02", ["2026-03-02"])


def test_the_list_leads_to_its_first_and_last_day(open_app: OpenApp, two_runs: tuple[str, str]) -> None:
    app = open_app("history", search="sea")
    sound(app.button(key="compare_days").click().run())
    assert "only on 1 Mar 2026, 1 only on 3 Mar 2026" in plain(app)
    sound(app.button(key="all_runs").click().run())
    assert app.text_input(key="search").value == "sea"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"day": "yesterday", "with_day": "2026-03-03"}, "The address names “yesterday”, which is no day"),
        ({"day": "2026-03-03"}, "Choose two days."),
        ({"day": "", "with_day": ""}, "Choose two days."),
        ({"day": "2026-03-03", "with_day": "2026-03-03"}, "Both are the same day"),
        ({"day": "1066-10-14", "with_day": "2026-03-03"}, "The address names “1066-10-14”, which is no day"),
    ],
)
def test_days_that_cannot_be_compared_are_said(open_app: OpenApp, days: dict[str, str], said: str) -> None:
    assert said in plain(open_app("history", **days))


def test_a_second_run_is_chosen_among_those_that_asked_the_same(open_app: OpenApp, two_runs: tuple[str, str]) -> None:
    left, _ = two_runs
    keep([DOG], samples.BERT, number=3)
    app = open_app("history", run=left)
    sound(app.button(key="compare_with").click().run())
    assert app.text_input(key="search").value == SKY
    app.text_input(key="search").set_value("sea").run()
    assert "2 runs, newest first, matching your search" in [each.value for each in app.caption]
    assert "this run" in [each.value for each in app.caption]
    assert [each.value for each in app.page_link if each.value in ("Open", "Compare")] == ["Compare"]
    sound(app.button(key="cancel_compare").click().run())
    assert "Asked 1 Mar 2026" in plain(app)


def test_an_address_that_compares_no_run_is_said(open_app: OpenApp) -> None:
    keep([SKY], samples.BERT, number=1)
    for named in ("1 OR 1=1", samples.run_id(99)):
        app = open_app("history", compare=named)
        assert "The run that was to be compared is not in this history." in plain(app)
        assert SKY in plain(app)


WORDS = st.lists(st.sampled_from("abcdefg"), max_size=6, unique=True)


@given(WORDS, WORDS)
def test_every_place_says_where_its_word_was(left: list[str], right: list[str]) -> None:
    lines_left, lines_right = places_side_by_side(left, right, 6)
    assert [line.split()[1] for line in lines_left] == left
    assert [line.split()[1] for line in lines_right] == right
    assert sum(line.endswith("  gone") for line in lines_left) == len(set(left) - set(right))
    assert sum(line.endswith("  new") for line in lines_right) == len(set(right) - set(left))
    moved = sum(left.index(word) != place for place, word in enumerate(right) if word in left)
    assert sum(" from " in line for line in lines_right) == moved


PUBLISHED = replace(samples.BERT, source="import", weights_sha256=UNKNOWN_HASH)


def drift(greatest: float | None, changed: int, now: Checkpoint = samples.BERT, then: Checkpoint = samples.BERT) -> Drift:
    return Drift(Prompt(SKY), 0, then, now, greatest, changed, 5, 5)


@pytest.mark.parametrize(
    ("drifts", "said"),
    [
        ([drift(0.0, 0)], "Nothing has drifted: it is what was kept, to the last bit."),
        ([drift(0.0, 0), drift(0.25, 0)], "ln p differs by at most 0.25, and no place changed."),
        ([drift(0.0, 0), drift(0.25, 2)], "ln p differs by at most 0.25, and places changed in 1 of 2 lists."),
        ([drift(None, 1)], "No probability can be compared, since the lists share nothing whose scores both know; places"),
        ([drift(1.5, 1, AGAIN)], "bert-mini has other weights now than then, so a difference is no surprise there."),
        ([drift(1.5, 1, then=PUBLISHED)], "Then is what was published of bert-mini, now what the weights at hand say."),
    ],
)
def test_the_finding_of_a_replay_in_words(drifts: list[Drift], said: str) -> None:
    assert said in drift_in_words(drifts)
