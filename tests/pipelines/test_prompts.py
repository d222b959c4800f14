"""A text becomes the prompt a person meant, or a sentence that says how to mend it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.prompts import (
    MAX_MASKS,
    CandidateError,
    PromptError,
    printable,
    read_candidate,
    read_candidates,
    read_prompt,
)

SPELLINGS = [
    ("canonical", "Paris is in [MASK].", "Paris is in [MASK]."),
    ("lower case", "Paris is in [mask].", "Paris is in [MASK]."),
    ("roberta", "Paris is in <mask>.", "Paris is in [MASK]."),
    ("three underscores", "Paris is in ___.", "Paris is in [MASK]."),
    ("many underscores", "Paris is in ________.", "Paris is in [MASK]."),
    ("two underscores stay", "snake__case is [MASK]", "snake__case is [MASK]"),
    ("white space", "  Paris \n is\tin   [MASK] . ", "Paris is in [MASK] ."),
    ("curly quotes", "\u201cI\u2019m [MASK]\u201d", '"I\'m [MASK]"'),
    ("long dash", "Paris \u2014 a [MASK]", "Paris - a [MASK]"),
    ("decomposed accent", "cafe\u0301 [MASK]", "caf\u00e9 [MASK]"),
    ("emoji stays", "I \U0001f600 [MASK]", "I \U0001f600 [MASK]"),
    ("right to left stays", "\u05e9\u05dc\u05d5\u05dd [MASK]", "\u05e9\u05dc\u05d5\u05dd [MASK]"),
    ("invisible marks", "\ufeffParis\u200b is \u202e[MASK]\u00ad.", "Paris is [MASK]."),
    ("joiners stay", "\u0645\u06cc\u200c\u062e\u0648 [MASK]", "\u0645\u06cc\u200c\u062e\u0648 [MASK]"),
    ("only a mask", "[MASK]", "[MASK]"),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in SPELLINGS], ids=[row[0] for row in SPELLINGS])
def test_a_text_is_read_as_one_canonical_prompt(text: str, expected: str) -> None:
    assert read_prompt(text).text == expected


PROBLEMS = [
    ("empty", "", "empty"),
    ("only space", " \n\t ", "empty"),
    ("no mask", "Paris is in France.", "no mask"),
    ("only punctuation", "?!... --", "no mask"),
    ("sixteen masks", "[MASK] " * 16, "16 masks"),
    ("100 kB", "[MASK] " + "a" * 100_000, "characters"),
    ("NUL", "a \0 [MASK]", "U+0000"),
    ("lone surrogate", "a \ud83d [MASK]", "U+D83D"),
    ("escape", "a \x1b[31m [MASK]", "U+001B"),
]


@pytest.mark.parametrize(("text", "word"), [row[1:] for row in PROBLEMS], ids=[row[0] for row in PROBLEMS])
def test_what_cannot_be_asked_gets_a_sentence(text: str, word: str) -> None:
    with pytest.raises(PromptError, match=word.replace("+", r"\+")) as caught:
        read_prompt(text)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 250


def test_as_many_masks_as_allowed_are_asked() -> None:
    assert read_prompt("[MASK] " * MAX_MASKS).mask_count == MAX_MASKS


def test_the_checkpoints_own_mask_means_the_mask() -> None:
    assert read_prompt("Paris is in <blank>.", own_masks=("<blank>",)).text == "Paris is in [MASK]."


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=60))
def test_reading_is_idempotent(text: str) -> None:
    try:
        prompt = read_prompt(f"{text} [MASK]")
    except PromptError:
        assert text.count("[") > 1 or "_" in text or "<" in text
        return
    assert read_prompt(prompt.text) == prompt


@given(st.text(max_size=80))
def test_a_refusal_can_be_kept_and_shown_whatever_it_holds(text: str) -> None:
    shown = printable(text)
    shown.encode("utf-8")
    assert all(character.isprintable() or character in "\n\t" for character in shown)


WORDS = [
    ("plain", " paris ", "paris"),
    ("case is kept for cased checkpoints", "Paris", "Paris"),
    ("hyphen", "well\u2010known", "well-known"),
    ("emoji", "\U0001f600", "\U0001f600"),
    ("sign", "&", "&"),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in WORDS], ids=[row[0] for row in WORDS])
def test_a_candidate_is_one_word(text: str, expected: str) -> None:
    assert read_candidate(text) == expected


NO_WORDS = [
    ("empty", " ", "empty"),
    ("space", "new york", "space"),
    ("mask", "[MASK]", "mask"),
    ("control", "a\0b", "U+0000"),
    ("surrogate", "\udc00", "U+DC00"),
    ("invisible", "\u200b\u200d", "no letter"),
    ("long", "a" * 51, "51 characters"),
]


@pytest.mark.parametrize(("text", "word"), [row[1:] for row in NO_WORDS], ids=[row[0] for row in NO_WORDS])
def test_what_is_no_word_gets_a_sentence(text: str, word: str) -> None:
    with pytest.raises(CandidateError, match=word.replace("+", r"\+")):
        read_candidate(text)


def test_candidates_are_distinct_and_bounded() -> None:
    assert read_candidates(("a", "b", " a")) == ("a", "b")
    with pytest.raises(CandidateError, match="51 candidates"):
        read_candidates(tuple(f"w{i}" for i in range(51)))
