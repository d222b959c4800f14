"""The three recipes, each in two lengths: what is built, how it starts, how it is trained. Every number of a run is here."""

from dataclasses import dataclass, replace
from typing import Literal

from pipelines.training.errors import TrainingError

Family = Literal["bert", "distilbert", "albert"]
Device = Literal["cpu", "cuda"]


@dataclass(frozen=True)
class Shape:
    """The size of a checkpoint."""

    vocabulary_size: int
    embedding_size: int
    """Equal to ``hidden_size`` except in ALBERT, which factorises the embedding (Lan et al. 2020, section 3.1)."""
    hidden_size: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    position_dimensions: int
    """How many dimensions of the embedding start as sinusoids; the others start as word vectors."""


@dataclass(frozen=True)
class Recipe:
    """How one bundled checkpoint is made in one of the two lengths."""

    name: str
    family: Family
    shape: Shape
    seed: int
    minutes: float
    """Of training, where the person names none."""
    teacher: str | None = None
    """The checkpoint it is distilled from, trained before it."""
    peak_rate: float = 3e-3
    warmup_steps: int = 100
    tokens_per_step: int = 2048
    row_lengths: tuple[int, ...] = (64, 64, 128)
    """Lengths of rows of running text. 128 pieces of context predict better, 64 are cheaper: two of three rows are short."""
    sentence_share: float = 0.3
    mask_share_first: float = 0.25
    mask_share_last: float = 0.2
    """The share of masked pieces falls linearly (Yang et al. 2023). The usual 15 % gives away signal in so short a training:
    700 more steps of a bert-mini ended at a held-out loss of 3.721 with 15 % and at 3.691 with 25 %, and took 14 % longer."""
    disguise_until: float = 0.9
    """Up to this part of the training some chosen pieces are shown as they are or as others, as BERT does it; then every one is
    [MASK], as in a prompt. More of it costs: a bert-mini without the disguise in its second half ended at 33.1 % top 1 after 52
    million pieces, one with it throughout had 34.7 % after 26 million. 700 last steps without gain 0.02 nats."""


BERT_MINI = Recipe(
    name="bert-mini",
    family="bert",
    shape=Shape(
        vocabulary_size=8192,
        embedding_size=256,
        hidden_size=256,
        layers=4,
        heads=4,
        feed_forward=1024,
        positions=128,
        position_dimensions=48,
    ),
    seed=20150401,
    minutes=85.0,
)

DISTILBERT_MINI = Recipe(
    name="distilbert-mini",
    family="distilbert",
    shape=replace(BERT_MINI.shape, layers=2),
    seed=20150402,
    minutes=20.0,
    teacher="bert-mini",
    peak_rate=2e-3,
)

ALBERT_MINI = Recipe(
    name="albert-mini",
    family="albert",
    shape=replace(BERT_MINI.shape, embedding_size=104, position_dimensions=24),
    seed=20150403,
    minutes=45.0,
)

_DEEP = replace(
    BERT_MINI.shape, embedding_size=192, hidden_size=192, layers=8, heads=6, feed_forward=768, position_dimensions=32
)
"""For a GPU: no more parameters, in twice the layers. Not yet run at its length."""

BERT_MINI_GPU = replace(
    BERT_MINI, shape=_DEEP, minutes=12.0, peak_rate=2e-3, warmup_steps=500, tokens_per_step=65_536, row_lengths=(64, 128, 128)
)
DISTILBERT_MINI_GPU = replace(
    DISTILBERT_MINI,
    shape=replace(_DEEP, layers=4),
    minutes=6.0,
    peak_rate=1.5e-3,
    warmup_steps=500,
    tokens_per_step=65_536,
    row_lengths=(64, 128, 128),
)
ALBERT_MINI_GPU = replace(
    ALBERT_MINI,
    shape=replace(ALBERT_MINI.shape, layers=8),
    minutes=7.0,
    peak_rate=1.5e-3,
    warmup_steps=500,
    tokens_per_step=65_536,
    row_lengths=(64, 128, 128),
)

RECIPES: dict[Device, dict[str, Recipe]] = {
    "cpu": {recipe.name: recipe for recipe in (BERT_MINI, DISTILBERT_MINI, ALBERT_MINI)},
    "cuda": {recipe.name: recipe for recipe in (BERT_MINI_GPU, DISTILBERT_MINI_GPU, ALBERT_MINI_GPU)},
}
"""The lengths by device. Two processor cores need at most 150 minutes for the three, one large GPU at most 25."""


def find_recipe(name: str, device: Device = "cpu") -> Recipe:
    """Return the recipe of a bundled checkpoint in the length for a device.

    Raises:
        TrainingError: there is no recipe of that name.
    """
    try:
        return RECIPES[device][name]
    except KeyError:
        raise TrainingError(f"There is no recipe for {name!r}: choose one of {', '.join(RECIPES[device])}.") from None
