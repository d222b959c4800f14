"""The filters of the history as parameters of an address: the same as on the pages and in `python -m pipelines analyze`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, WithJsonSchema

from dashboard.api.fields import Asked, Text
from pipelines.analysis.filters import KEYS, read_filters
from storage.records import RunKind
from storage.selection import Counting, Selection, WordSpace

# A text, so that its sentence is that of the pages; the form is for whoever reads the description.
Day = Annotated[Text, WithJsonSchema({"type": "string", "format": "date"})]


class Filters(Asked):
    """Which part of the history. Nothing given selects everything."""

    since: Day | None = None
    """First day of the asks, UTC, such as 2026-03-07."""
    until: Day | None = None
    """Last day of the asks, UTC; it belongs to the selection."""
    checkpoint: list[Text] = Field(default_factory=list)
    """A name of the catalogue, or one of several weights of a name, as `bert-mini (abc1234)`. May be given several times."""
    kind: list[RunKind] = Field(default_factory=list)
    """A kind of run. May be given several times."""
    label: Text | None = None
    """Label of the run, whole."""
    author: Text | None = None
    """Author of the run, whole."""
    tag: Text | None = None
    """A tag on the run or on the prompt, whole."""
    text: Text | None = None
    """A part of the prompt; upper and lower case are the same."""
    run: Text | None = None
    """The id of one run."""

    def selection(self) -> Selection:
        """What they select. Raises `FilterInvalid`."""
        return read_filters([f"{key}={value}" for key in KEYS for value in _values(getattr(self, key, None))])


class CountingFilters(Filters):
    """For figures, what counts once and which words are compared, too."""

    count: Counting = Counting.DISTINCT
    """Whether a prompt counts once, or as often as it was asked."""
    space: WordSpace = WordSpace.WORDS
    """What of two lists is compared: words, pieces of each tokenizer, or words that every selected checkpoint can say."""


def _values(given: object) -> list[object]:
    if given is None:
        return []
    return given if isinstance(given, list) else [given]
