"""Sentences say what the figures say; the worked examples of the docstrings hold."""

from __future__ import annotations

import doctest
import importlib
import math
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.run_link import read_run_id
from dashboard.wording import about, agreement_in_words, percent
from storage.records import Agreement, Answer, AskedAnswer, Prediction, Prompt
from tests.storage import samples

MODULES = (
    "dashboard.wording",
    "dashboard.palette",
    "dashboard.run_link",
    "dashboard.top_k",
    "dashboard.components.cut_panel",
    "dashboard.marks_words",
    "dashboard.run_words",
    "dashboard.drift_words",
    "dashboard.batch_words",
)
PROMPT = Prompt("The [MASK].")


@pytest.mark.parametrize("name", MODULES)
def test_worked_examples(name: str) -> None:
    module: ModuleType = importlib.import_module(name)
    failed, tried = doctest.testmod(module)
    assert tried
    assert not failed


def say(*first: str) -> list[AskedAnswer]:
    """One answer for each word, with this word first."""
    return [
        AskedAnswer(Answer(PROMPT, 0, by, (Prediction(1, 1, word, word, True, -0.1),)), 1.0, reused=False)
        for by, word in zip(samples.TRIO, first, strict=False)
    ]


def share(*shared: int) -> list[Agreement]:
    """Agreements of the pairs of the trio that share so many of five words."""
    pairs = [(0, 1), (0, 2), (1, 2)]
    return [
        Agreement(PROMPT, 0, samples.TRIO[a], samples.TRIO[b], 5, n / 5, 0.0, 0.0, None, None, None, False)
        for (a, b), n in zip(pairs, shared, strict=False)
    ]


@pytest.mark.parametrize(
    ("first", "shared", "sentence"),
    [
        (("a", "a", "a"), (5, 5, 5), "All 3 say “a” first; no two lists share more than 5 of 5 words."),
        (("a", "a", "b"), (4, 1, 2), "2 of 3 say “a” first; bert-mini and distilbert-mini share the most, 4 of 5 words."),
        (("a", "b", "c"), (0, 0, 0), "Each says another word first: “a”, “b”, “c”; no two lists share a word."),
        (("a", "a"), (3,), "Both say “a” first; the two lists share 3 of 5 words."),
        (("a", "b"), (0,), "Each says another word first: “a”, “b”; the two lists share no word."),
        (("a",), (), "bert-mini says “a” first."),
        ((), (), ""),
    ],
)
def test_the_agreement_in_a_sentence(first: tuple[str, ...], shared: tuple[int, ...], sentence: str) -> None:
    assert agreement_in_words(say(*first), share(*shared)) == sentence


@given(st.floats(0, 1))
def test_a_share_never_reads_as_nothing_where_it_is_something(share_: float) -> None:
    text = percent(share_)
    assert text.endswith(" %")
    assert (text == "0 %") == (share_ == 0)


@given(st.floats(1, 1e9))
def test_about_is_near(number: float) -> None:
    assert math.isclose(float(about(number).replace(",", "")), number, rel_tol=0.06)


@given(st.text(max_size=80))
def test_whatever_an_address_holds_is_read_or_refused(text: str) -> None:
    found = read_run_id(text)
    assert found is None or len(found) == 36
