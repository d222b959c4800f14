"""The text: where it lies, its articles, and which of them are kept aside for the evaluation."""

import lzma
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pipelines.training.errors import TrainingError

HELD_OUT_EVERY = 100
PROJECT = Path(__file__).resolve().parents[2]

# Prompts are folded to ASCII quotes and dashes before any tokenizer sees them; the text is folded the same way,
# or the model would learn marks that no prompt can contain.
FOLDED = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "\u00a0": " "})

# A sentence ends at . ! or ? (perhaps inside a quotation) before a space and a capital, digit or quotation mark.
# Abbreviations of one or two letters ("St. Peter", "U.S. Army") do not end one.
SENTENCE_END = re.compile(r"(?<=[a-z0-9%)]{3}[.!?])[\"')]?\s+(?=[\"'(]?[A-Z0-9])")


@dataclass(frozen=True)
class Article:
    """One article, chapter or novel, in the order of the corpus."""

    number: int
    """Counted from 0 over all files in the order of their names."""
    paragraphs: tuple[str, ...]

    @property
    def held_out(self) -> bool:
        """Whether the article is kept for the evaluation and never trained on: every hundredth is."""
        return self.number % HELD_OUT_EVERY == HELD_OUT_EVERY - 1


def find_corpus(folder: Path | None = None) -> Path:
    """Return the folder with the ``*.txt.xz`` files: the one named, or MASKBOARD_SHARED_DATA/corpus, or beside the project.

    Raises:
        TrainingError: no such folder, or no text in it.
    """
    if folder is None:
        shared = os.environ.get("MASKBOARD_SHARED_DATA")
        folder = Path(shared) / "corpus" if shared else PROJECT.parent / "shared" / "data" / "corpus"
    if not any(folder.glob("*.txt.xz")):
        raise TrainingError(
            f"There is no training text (*.txt.xz) in {folder}: name the folder with --corpus, "
            "or set MASKBOARD_SHARED_DATA to the folder that holds corpus/."
        )
    return folder


def read_articles(folder: Path) -> Iterator[Article]:
    """Yield every article of the folder's files: UTF-8, one paragraph per line, a blank line between articles.

    Raises:
        TrainingError: a file is not the xz text it should be.
    """
    number = 0
    for path in sorted(folder.glob("*.txt.xz")):
        try:
            with lzma.open(path, "rt", encoding="utf-8") as lines:
                for paragraphs in split_articles(lines):
                    yield Article(number, paragraphs)
                    number += 1
        except (lzma.LZMAError, EOFError, UnicodeDecodeError) as error:
            raise TrainingError(f"{path} is damaged ({error}): copy it again from its source.") from error


def split_articles(lines: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Group lines into articles at the blank lines; quotes and dashes come out as ASCII."""
    paragraphs: list[str] = []
    for line in lines:
        text = line.strip().translate(FOLDED)
        if text:
            paragraphs.append(text)
        elif paragraphs:
            yield tuple(paragraphs)
            paragraphs = []
    if paragraphs:
        yield tuple(paragraphs)


def split_sentences(paragraph: str) -> list[str]:
    """Cut a paragraph into sentences; ``"He left. She stayed."`` gives two. Good enough to start a row at a beginning."""
    cuts = [0, *(match.end() for match in SENTENCE_END.finditer(paragraph)), len(paragraph)]
    return [text for start, end in pairwise(cuts) if (text := paragraph[start:end].strip())]
