"""Colours with one meaning each, distinct to colour-blind readers and visible on light and dark pages.

Every colour has a contrast of at least 3 to 1 against both page backgrounds of `.streamlit/config.toml`, which names the
families' colours a second time for badges; a test holds the two together. No colour stands without its text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

BadgeColour = Literal["blue", "orange", "green", "gray", "yellow"]

FAMILY_COLOURS = {"bert": "#0072b2", "distilbert": "#d55e00", "albert": "#009e73"}
"""Three colours of Okabe and Ito's palette (2008): blue, vermillion, bluish green."""

OTHER_FAMILY = "#5160d8"
"""A family beyond the three of the catalogue."""

FAMILY_BADGES: dict[str, BadgeColour] = {"bert": "blue", "distilbert": "orange", "albert": "green"}
"""The same colours by the names that badges know them by."""

FAMILY_NAMES = {"bert": "BERT", "distilbert": "DistilBERT", "albert": "ALBERT"}

WORD_COLOURS = ("#b65fb0", "#b08a1e", "#2a9db5", "#c4506b", "#7a6fc9", "#7e8f2a", "#9a6b4b")
"""For words that several checkpoints give; none is a family's colour. Three lists of five share at most seven words."""

MORE_SHARED = "#556679"
"""Shared words beyond the seven."""

NOT_SHARED = "#8a8f98"
"""A word of one list only."""


def family_colour(family: str) -> str:
    """The colour of a family on every page."""
    return FAMILY_COLOURS.get(family, OTHER_FAMILY)


def word_colours(lists: Sequence[Sequence[str]]) -> dict[str, str]:
    """A colour for each word that stands in two lists or more, in the order in which the words come up by rank.

    >>> word_colours([["paris", "lyon"], ["rome", "paris"]])
    {'paris': '#b65fb0'}
    """
    distinct = [dict.fromkeys(words) for words in lists]
    longest = max((len(words) for words in lists), default=0)
    by_rank = dict.fromkeys(words[rank] for rank in range(longest) for words in lists if rank < len(words))
    shared = [word for word in by_rank if sum(word in words for words in distinct) > 1]
    return {word: WORD_COLOURS[i] if i < len(WORD_COLOURS) else MORE_SHARED for i, word in enumerate(shared)}
