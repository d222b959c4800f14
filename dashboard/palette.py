"""Colours with one meaning each, distinct to colour-blind readers and visible on light and dark pages.

Every colour has a contrast of at least 3 to 1 against both page backgrounds of `.streamlit/config.toml`, which names the
families' colours a second time for badges; a test holds the two together. No colour stands without its text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

BadgeColour = Literal["blue", "orange", "green", "gray", "yellow"]

FAMILY_COLOURS = {"bert": "#0072b2", "distilbert": "#d55e00", "albert": "#009e73"}
"""Three colours of Okabe and Ito's palette (2008): blue, vermillion, bluish green."""

OTHER_FAMILY = "#5160d8"
"""A family beyond the three of the catalogue."""

SECOND_OF_FAMILY = {"bert": "#4096d2", "distilbert": "#a94a00", "albert": "#007a5e"}
"""A lighter or darker shade of the family's colour, for a second checkpoint beside the first."""

SECOND_OF_OTHERS = "#8089e6"

DASHES = ((1, 0), (7, 3), (2, 3), (8, 3, 2, 3))
"""Lengths of dash and gap: what tells the checkpoints of one family apart without colour. The first is a whole line."""

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


@dataclass(frozen=True, slots=True)
class CheckpointStyle:
    """How one checkpoint is drawn. It never stands without its label."""

    label: str
    colour: str
    dash: tuple[int, ...]


def checkpoint_styles(labels_and_families: Sequence[tuple[str, str]]) -> tuple[CheckpointStyle, ...]:
    """A style for each checkpoint, in the order given: the first of a family has its colour and a whole line.

    The second has a shade of it, and from there on the dash changes, so that no two of a family look the same without colour.

    >>> [style.colour for style in checkpoint_styles([("bert-mini", "bert"), ("bert-base-uncased", "bert")])]
    ['#0072b2', '#4096d2']
    """
    seen: defaultdict[str, int] = defaultdict(int)
    styles = []
    for label, family in labels_and_families:
        known = family if family in FAMILY_COLOURS else ""
        place = seen[known]
        seen[known] += 1
        shade = SECOND_OF_FAMILY.get(family, SECOND_OF_OTHERS) if place % 2 else family_colour(family)
        styles.append(CheckpointStyle(label, shade, DASHES[place % len(DASHES)]))
    return tuple(styles)


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
