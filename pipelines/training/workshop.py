"""What a training prepares once and keeps outside the project: the vocabulary, the tokenized text, the saved states."""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from pipelines.training.corpus import read_articles, split_sentences
from pipelines.training.errors import TrainingError
from pipelines.training.recipe import Family, Recipe
from pipelines.training.stream import Stream, tokenize
from pipelines.training.vocabulary import learn_unigram, learn_wordpiece

log = logging.getLogger(__name__)

LEARN_FROM_EVERY: dict[Family, int] = {"bert": 4, "distilbert": 4, "albert": 12}
"""A vocabulary is learned from every n-th article: pieces that only the rest would add are too rare to be kept."""


@dataclass(frozen=True)
class Text:
    """The corpus in the pieces of one vocabulary."""

    train: Stream
    held_out: Stream
    folder: Path
    """Where it is kept, and what is counted in it."""


def vocabulary(recipe: Recipe, corpus: Path, state: Path) -> Tokenizer:
    """Learn the vocabulary of a recipe, or read it from the state folder if that was done before.

    BERT and DistilBERT share one vocabulary, as the real ones do.

    Args:
        recipe: whose vocabulary.
        corpus: folder of the text.
        state: folder for what is kept between runs; made if absent.

    Raises:
        TrainingError: so little text that it does not fill the vocabulary.
    """
    kind = "unigram" if recipe.family == "albert" else "wordpiece"
    path = state / f"{kind}-{recipe.shape.vocabulary_size}.json"
    if not path.exists():
        log.info("learning %d pieces", recipe.shape.vocabulary_size)
        state.mkdir(parents=True, exist_ok=True)
        learn = learn_unigram if recipe.family == "albert" else learn_wordpiece
        learned = learn(_training_sentences(corpus, recipe.family), recipe.shape.vocabulary_size)
        if learned.get_vocab_size() != recipe.shape.vocabulary_size:
            raise TrainingError(
                f"The text in {corpus} yields {learned.get_vocab_size()} pieces where {recipe.name} needs "
                f"{recipe.shape.vocabulary_size}: add more text."
            )
        partial = path.with_suffix(".partial")
        learned.save(str(partial))
        partial.replace(path)
    tokenizer: Tokenizer = Tokenizer.from_file(str(path))
    return tokenizer


def text(tokenizer: Tokenizer, corpus: Path, state: Path) -> Text:
    """Cut the corpus into pieces, or read them from the state folder if the same vocabulary cut them before.

    Args:
        tokenizer: learned here, or read from a finished checkpoint.
        corpus: folder of the text.
        state: folder for what is kept between runs; made if absent.
    """
    identity = hashlib.sha256(tokenizer.to_str().encode()).hexdigest()[:12]
    folder = state / f"text-{identity}"
    folder.mkdir(parents=True, exist_ok=True)
    streams = {}
    for name, held_out in (("held-out", True), ("train", False)):
        path = folder / f"{name}.npz"
        if not path.exists():
            log.info("cutting the %s articles into pieces", name)
            tokenize((a for a in read_articles(corpus) if a.held_out == held_out), tokenizer).save(path)
        streams[name] = Stream.load(path)
    log.info("%d training pieces, %d held out", len(streams["train"].tokens), len(streams["held-out"].tokens))
    return Text(streams["train"], streams["held-out"], folder)


def _training_sentences(corpus: Path, family: Family) -> Iterator[str]:
    for article in read_articles(corpus):
        if not article.held_out and article.number % LEARN_FROM_EVERY[family] == 0:
            for paragraph in article.paragraphs:
                yield from split_sentences(paragraph)
