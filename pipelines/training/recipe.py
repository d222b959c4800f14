"""The three recipes: what is built, how it starts and how it is trained. Every number of a run is here."""

from dataclasses import dataclass
from typing import Literal

from pipelines.training.errors import TrainingError

Family = Literal["bert", "distilbert", "albert"]


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
    """How one bundled checkpoint is made."""

    name: str
    family: Family
    shape: Shape
    seed: int
    teacher: str | None = None
    """The checkpoint it is distilled from, trained before it."""
    peak_rate: float = 3e-3
    warmup_steps: int = 100
    tokens_per_step: int = 2048
    tokens_per_step_cuda: int = 65_536
    lengths: tuple[int, ...] = (64, 64, 128)
    """Lengths of rows of running text. 128 pieces of context predict better, 64 are cheaper: two of three rows are short."""
    sentence_share: float = 0.3
    mask_share_first: float = 0.25
    mask_share_last: float = 0.15
    """The share of masked pieces falls linearly: more signal early, the usual 15 % late (Yang et al. 2023)."""


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
)

DISTILBERT_MINI = Recipe(
    name="distilbert-mini",
    family="distilbert",
    shape=Shape(
        vocabulary_size=8192,
        embedding_size=256,
        hidden_size=256,
        layers=2,
        heads=4,
        feed_forward=1024,
        positions=128,
        position_dimensions=48,
    ),
    seed=20150402,
    teacher="bert-mini",
    peak_rate=2e-3,
)

ALBERT_MINI = Recipe(
    name="albert-mini",
    family="albert",
    shape=Shape(
        vocabulary_size=8192,
        embedding_size=104,
        hidden_size=256,
        layers=4,
        heads=4,
        feed_forward=1024,
        positions=128,
        position_dimensions=24,
    ),
    seed=20150403,
)

RECIPES = {recipe.name: recipe for recipe in (BERT_MINI, DISTILBERT_MINI, ALBERT_MINI)}


def find_recipe(name: str) -> Recipe:
    """Return the recipe of a bundled checkpoint.

    Raises:
        TrainingError: there is no recipe of that name.
    """
    try:
        return RECIPES[name]
    except KeyError:
        raise TrainingError(f"There is no recipe for {name!r}: choose one of {', '.join(RECIPES)}.") from None
