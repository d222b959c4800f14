"""The corpus as numbers: one long array of pieces, and where each sentence begins."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from pipelines.training.corpus import Article, split_sentences

SENTENCES_AT_ONCE = 50_000


@dataclass(frozen=True)
class Stream:
    """Tokenized articles, end to end, without sentence marks."""

    tokens: NDArray[np.uint16]
    """Piece ids, shape (tokens,). 16 bits hold every vocabulary of at most 65,536 pieces."""
    starts: NDArray[np.int64]
    """Where each sentence begins in ``tokens``, shape (sentences,), ascending."""
    ends: NDArray[np.int64]
    """Where each sentence ends, shape (sentences,)."""
    article_ends: NDArray[np.int64]
    """Where the article of each sentence ends, shape (sentences,)."""

    def save(self, path: Path) -> None:
        """Write the stream, whole or not at all."""
        partial = path.with_suffix(".partial.npz")
        np.savez(partial, tokens=self.tokens, starts=self.starts, ends=self.ends, article_ends=self.article_ends)
        partial.replace(path)

    @staticmethod
    def load(path: Path) -> "Stream":
        """Read what :meth:`save` wrote."""
        with np.load(path) as arrays:
            return Stream(arrays["tokens"], arrays["starts"], arrays["ends"], arrays["article_ends"])


def tokenize(articles: Iterable[Article], tokenizer: Tokenizer) -> Stream:
    """Cut the articles into pieces, sentence by sentence."""
    pieces: list[NDArray[np.uint16]] = []
    lengths: list[int] = []
    numbers: list[int] = []
    rows = _numbered_sentences(articles)
    while chunk := list(islice(rows, SENTENCES_AT_ONCE)):
        encodings = tokenizer.encode_batch_fast([text for _, text in chunk], add_special_tokens=False)
        for (number, _), encoding in zip(chunk, encodings, strict=True):
            ids = encoding.ids
            if ids:
                pieces.append(np.array(ids, dtype=np.uint16))
                lengths.append(len(ids))
                numbers.append(number)
    ends = np.cumsum(lengths, dtype=np.int64)
    article = np.array(numbers)
    last_of_article = np.searchsorted(article, article, side="right") - 1
    return Stream(np.concatenate(pieces), ends - np.array(lengths), ends, ends[last_of_article])


def _numbered_sentences(articles: Iterable[Article]) -> Iterator[tuple[int, str]]:
    for article in articles:
        for paragraph in article.paragraphs:
            for sentence in split_sentences(paragraph):
                yield article.number, sentence
