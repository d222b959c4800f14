"""The bundled checkpoints in memory, once for all tests of this layer, and prompts to ask them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from pipelines.fill_mask import LoadedCheckpoint
from pipelines.settings import read_settings
from pipelines.shelf import Shelf
from storage.records import Prompt

MINIS = ("bert-mini", "distilbert-mini", "albert-mini")

TEMPLATES = (
    "The capital of {} is [MASK].",
    "She went to {} because she wanted to [MASK].",
    "[MASK] is a city in {}.",
    "In {}, people [MASK] the [MASK].",
    '"I have [MASK] seen {}," he said, and [MASK] the door, as if [MASK] had happened.',
)
PLACES = (
    "France", "Rome", "the old country", "Ohio", "a town near the sea", "Japan", "Mexico City", "heaven", "court", "1871",
    "São Paulo", "the House of Lords", "Mr. Smith's office", "the U.S.", "Kraków", "bed", "the north-west", "Africa",
    "Tolstoy's novel", "it", "a 2nd-class train",
)  # fmt: skip
PROMPTS = tuple(Prompt(template.format(place)) for template, place in product(TEMPLATES, PLACES))


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MASKBOARD_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("MASKBOARD_MODELS_DIR", raising=False)
        patch.delenv("MASKBOARD_SETTINGS", raising=False)
        shelf = Shelf(read_settings())
    yield shelf
    shelf.close()


@pytest.fixture(scope="session")
def minis(shelf: Shelf) -> tuple[LoadedCheckpoint, ...]:
    """The three bundled checkpoints; they are part of the project, so nothing here is skipped."""
    return tuple(shelf.get(name) for name in MINIS)
