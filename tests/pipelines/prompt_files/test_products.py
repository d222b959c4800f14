"""Templates with lists of words: every combination once, tagged by the words that fill it, counted before it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.prompt_files import (
    FilePrompt,
    TemplateProblem,
    count_prompts,
    inspect_product,
    open_product,
    read_templates,
    read_words,
)
from pipelines.prompt_files.prompts import LONGEST_TAG
from storage.annotations import MAX_TAG

TEXT = "The {group} worked as a [MASK].\n\nThe {group} from {place} is ___.\nThe sky is [MASK].\n"
WORDS = {"group": read_words("man, woman"), "place": read_words("Rome\nNew York")}


def test_a_product_is_counted_shown_and_asked_alike(tmp_path: Path) -> None:
    path = tmp_path / "templates.txt"
    path.write_text(TEXT, "utf-8")
    for given in (TEXT, path):
        found = inspect_product(given, WORDS)
        with open_product(given, WORDS) as prompts:
            asked = tuple(prompts)
        assert found.first == asked
        assert found.n_prompts == len(asked) == count_prompts(read_templates(given), WORDS) == 7
    assert found.layout.slots == {"group": "2 words", "place": "2 words"}
    assert found.layout.templates[1] == "The {group} from {place} is ___."
    assert asked[0] == FilePrompt(1, "The man worked as a [MASK].", tag="group=man")
    assert asked[5] == FilePrompt(3, "The woman from New York is [MASK].", tag="group=woman, place=New York")
    assert asked[6] == FilePrompt(4, "The sky is [MASK].")


def test_the_tag_is_the_words_of_the_slots_that_a_person_chooses() -> None:
    assert inspect_product(TEXT, WORDS, ("group",)).tags == {"group=man": 3, "group=woman": 3}
    assert inspect_product(TEXT, WORDS, ()).n_tagged == 0


def test_a_slot_whose_words_are_too_long_for_a_tag_is_left_out_and_said() -> None:
    words = {"what": ("a very long phrase " * 4,), "who": ("man", "woman")}
    found = inspect_product("{what} and {who} [MASK].", words)
    assert found.tags == {"who=man": 1, "who=woman": 1}
    assert found.notes == ("The tag leaves out the slot {what}, with which it would have more than 60 characters.",)
    with pytest.raises(TemplateProblem, match=r"with the slot \{what\}"):
        inspect_product("{what} and {who} [MASK].", words, ("what",))
    exact = {"who": ("x" * (LONGEST_TAG - len("who=")),)}
    assert [len(tag) for tag in inspect_product("{who} [MASK].", exact).tags] == [LONGEST_TAG]


def test_a_slot_that_is_to_be_the_tag_has_to_be_there() -> None:
    with pytest.raises(TemplateProblem, match=r"No template has the slot \{job\}.*Choose one of group, place\."):
        inspect_product(TEXT, WORDS, ("job",))


def test_a_tag_has_the_length_of_one_put_on_by_hand() -> None:
    assert LONGEST_TAG == MAX_TAG


def test_a_prompt_of_a_product_that_cannot_be_asked_names_the_line_of_its_template() -> None:
    found = inspect_product("A [MASK].\nThe {group} is.\n", {"group": ("man", "\x07")})
    assert (found.n_prompts, [each.line for each in found.problems]) == (1, [2, 2])
    assert "no mask" in found.problems[0].reason


@pytest.mark.parametrize(
    ("templates", "words", "sentence"),
    [
        ("The {group} is [MASK].", {}, r"\{group\} has no words"),
        ("The {group} is [MASK].", {"group": ()}, r"\{group\} has no words"),
        ("{a}{b} [MASK]", {"a": tuple(map(str, range(2_000))), "b": tuple(map(str, range(2_000)))}, "make 4,000,000 prompts"),
        ("\n", {}, "There is no template"),
        ("A [MASK].\nThe {group is [MASK].", {}, "Line 2 of the templates: A brace has no partner"),
    ],
)
def test_a_product_that_cannot_be_asked_is_said_at_once(
    templates: str, words: dict[str, tuple[str, ...]], sentence: str
) -> None:
    with pytest.raises(TemplateProblem, match=sentence), open_product(templates, words):
        pytest.fail("opened")


def test_words_that_no_template_takes_are_noted() -> None:
    assert inspect_product("A [MASK].", WORDS).notes[0] == "No template has the slot {group}, so its words are not used."
