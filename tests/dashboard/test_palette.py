"""Colours have one meaning each, the same in charts and badges, and can be seen in both modes."""

from __future__ import annotations

import tomllib

import pytest

from dashboard.palette import (
    FAMILY_BADGES,
    FAMILY_COLOURS,
    MORE_SHARED,
    NOT_SHARED,
    OTHER_FAMILY,
    SECOND_OF_FAMILY,
    SECOND_OF_OTHERS,
    WORD_COLOURS,
    checkpoint_styles,
    family_colour,
    word_colours,
)
from tests.conftest import ROOT

THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
OF_FAMILIES = {*FAMILY_COLOURS.values(), OTHER_FAMILY, *SECOND_OF_FAMILY.values(), SECOND_OF_OTHERS}
ALL = {*OF_FAMILIES, *WORD_COLOURS, MORE_SHARED, NOT_SHARED}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_colour_can_be_seen_on_the_page(mode: str) -> None:
    page = THEME[mode]["backgroundColor"]
    assert {colour: contrast(colour, page) for colour in ALL if contrast(colour, page) < 3} == {}


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_can_be_read_on_the_page(mode: str) -> None:
    theme = THEME[mode]
    texts = [value for key, value in theme.items() if key.endswith("extColor") or key == "linkColor"]
    assert [text for text in texts if contrast(text, theme["backgroundColor"]) < 4.5] == []
    assert contrast("#ffffff", theme["primaryColor"]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("under", ["backgroundColor", "secondaryBackgroundColor"])
def test_captions_can_be_read_on_the_page(mode: str, under: str) -> None:
    """Streamlit draws a caption at 60 % of the text's colour."""
    text, page = THEME[mode]["textColor"], THEME[mode][under]
    mixed = (round(0.6 * int(text[i : i + 2], 16) + 0.4 * int(page[i : i + 2], 16)) for i in (1, 3, 5))
    assert contrast("#" + "".join(f"{part:02x}" for part in mixed), page) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_badges_have_the_colours_of_the_families(mode: str) -> None:
    for family, badge in FAMILY_BADGES.items():
        assert THEME[mode][f"{badge}Color"] == FAMILY_COLOURS[family] == family_colour(family)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_first_chart_colour_is_that_of_text(mode: str) -> None:
    assert THEME[mode]["chartCategoricalColors"][0] == THEME[mode]["textColor"]


def test_no_word_has_a_colour_of_a_family() -> None:
    assert not {*WORD_COLOURS, MORE_SHARED, NOT_SHARED} & OF_FAMILIES


def test_no_badge_but_that_of_a_family_has_the_colour_of_one() -> None:
    for file in {*(ROOT / "dashboard").rglob("*.py")} - {ROOT / "dashboard" / "palette.py"}:
        for colour in FAMILY_BADGES.values():
            assert f'"{colour}"' not in file.read_text("utf-8"), file


def test_more_shared_words_than_colours_stay_told_from_unshared_ones() -> None:
    words = [f"w{i}" for i in range(12)]
    colours = word_colours([words, words])
    assert len(set(colours.values())) == len(WORD_COLOURS) + 1
    assert colours["w11"] == MORE_SHARED


def test_a_word_twice_in_one_list_is_not_shared() -> None:
    assert word_colours([["cat", "cat"], ["dog"]]) == {}


def test_the_checkpoints_of_a_family_are_told_apart_without_colour() -> None:
    styles = checkpoint_styles([(f"bert-{i}", "bert") for i in range(4)] + [("albert", "albert"), ("x", "electra")])
    assert len({style.dash for style in styles[:4]}) == 4
    assert len({style.colour for style in styles[:2]}) == 2
    assert styles[0].colour == FAMILY_COLOURS["bert"]
    assert [style.colour for style in styles[4:]] == [FAMILY_COLOURS["albert"], OTHER_FAMILY]
    assert {style.dash for style in styles[4:]} == {(1, 0)}
