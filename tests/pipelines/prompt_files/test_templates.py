"""Templates: slots and their words, and how many prompts come of them before any is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.prompt_files.templates import (
    MOST_PROMPTS,
    TemplateProblem,
    count_prompts,
    fill_templates,
    read_template,
    read_words,
)

GROUPS = ("man", "woman")
JOBS = ("doctor", "nurse", "cook")


def test_every_combination_is_asked_once() -> None:
    template = read_template("The {group} worked as a {job} in [MASK].")
    found = list(fill_templates([template], {"group": GROUPS, "job": JOBS}))
    assert len(found) == count_prompts([template], {"group": GROUPS, "job": JOBS}) == 6
    assert [each.text for each in found[:2]] == [
        "The man worked as a doctor in [MASK].", "The man worked as a nurse in [MASK].",
    ]  # fmt: skip
    assert found[-1].words == {"group": "woman", "job": "cook"}


def test_a_slot_that_stands_twice_takes_one_word() -> None:
    template = read_template("{name} met {name} at [MASK].")
    assert [each.text for each in fill_templates([template], {"name": GROUPS})] == [
        "man met man at [MASK].", "woman met woman at [MASK].",
    ]  # fmt: skip


def test_a_template_without_slots_is_one_prompt() -> None:
    assert [each.text for each in fill_templates([read_template("The sky is [MASK].")], {})] == ["The sky is [MASK]."]


def test_words_with_braces_or_backslashes_stay_as_they_are() -> None:
    template = read_template("A {x} [MASK].")
    assert [each.text for each in fill_templates([template], {"x": ["{x}", r"\1", "$0"]})] == [
        "A {x} [MASK].", r"A \1 [MASK].", "A $0 [MASK].",
    ]  # fmt: skip


def test_pararel_patterns_take_the_columns_of_its_pairs() -> None:
    template = read_template("[X] was born in [Y].")
    assert (template.text, template.slots) == ("{X} was born in [MASK].", ("X",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A {b [MASK].", "no partner"),
        ("A b} [MASK].", "no partner"),
        ("A {} [MASK].", "no name"),
        ("A {1+1} [MASK].", "no name"),
    ],
)
def test_a_slip_in_a_template_is_said(text: str, words: str) -> None:
    with pytest.raises(TemplateProblem, match=words):
        read_template(text)


def test_a_slot_needs_words_and_a_product_has_a_bound() -> None:
    template = read_template("{a} {b} [MASK].")
    with pytest.raises(TemplateProblem, match=r"\{b\} has no words"):
        count_prompts([template], {"a": GROUPS})
    many = [str(number) for number in range(1_001)]
    with pytest.raises(TemplateProblem, match=f"1,002,001 prompts; at most {MOST_PROMPTS:,}"):
        count_prompts([template], {"a": many, "b": many})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("man, woman", GROUPS),
        ("man\nwoman\n", GROUPS),
        ("man\nNew York, NY\n", ("man", "New York, NY")),
        ("a, a,,b", ("a", "b")),
        ("", ()),
    ],
)
def test_word_lists_are_lines_or_commas(text: str, words: tuple[str, ...]) -> None:
    assert read_words(text) == words


@given(
    st.dictionaries(st.sampled_from(["a", "b", "c"]), st.lists(st.text("xyz", min_size=1), min_size=1, max_size=4), min_size=3)
)
def test_the_count_is_the_number_of_prompts(words: dict[str, list[str]]) -> None:
    templates = [read_template("{a} {b} [MASK]."), read_template("{c} {c} [MASK]."), read_template("[MASK].")]
    assert len(list(fill_templates(templates, words))) == count_prompts(templates, words)
