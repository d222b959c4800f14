"""A small corpus of real text that ships with Python, and a recipe small enough for a test."""

from __future__ import annotations

import lzma
from dataclasses import replace
from pathlib import Path
from pydoc_data.topics import topics

import pytest

from pipelines.training.recipe import ALBERT_MINI, BERT_MINI, RECIPES, Recipe, Shape

TINY = Shape(
    vocabulary_size=600,
    embedding_size=64,
    hidden_size=64,
    layers=2,
    heads=4,
    feed_forward=128,
    positions=32,
    position_dimensions=16,
)


@pytest.fixture
def tiny_bert() -> Recipe:
    return replace(
        BERT_MINI, name="tiny-bert", shape=TINY, tokens_per_step=512, row_lengths=(16, 32), warmup_steps=20, peak_rate=5e-3
    )


@pytest.fixture
def tiny_albert(tiny_bert: Recipe) -> Recipe:
    shape = replace(TINY, embedding_size=32, position_dimensions=8)
    return replace(tiny_bert, name="tiny-albert", family=ALBERT_MINI.family, shape=shape)


@pytest.fixture
def tiny_distilbert(tiny_bert: Recipe) -> Recipe:
    return replace(tiny_bert, name="tiny-distilbert", family="distilbert", shape=replace(TINY, layers=1), teacher="tiny-bert")


@pytest.fixture
def tiny_recipes(tiny_bert: Recipe, tiny_albert: Recipe, tiny_distilbert: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    """The three small recipes can be trained by their names."""
    for recipe in (tiny_bert, tiny_albert, tiny_distilbert):
        monkeypatch.setitem(RECIPES["cpu"], recipe.name, recipe)


@pytest.fixture
def python_manual(tmp_path: Path) -> Path:
    """A corpus folder: the language reference that Python carries for its ``help()``, some 150,000 words of prose."""
    paragraphs = [" ".join(part.split()) for text in topics.values() for part in text.split("\n\n") if len(part) > 80]
    articles = ["\n".join(paragraphs[first : first + 8]) for first in range(0, len(paragraphs), 8)]
    folder = tmp_path / "corpus"
    folder.mkdir()
    with lzma.open(folder / "manual.txt.xz", "wt", encoding="utf-8", preset=0) as file:
        file.write("\n\n".join(articles))
    return folder
