"""What a suite expects: of a checkpoint at a mask, of two checkpoints, and of the variants of a prompt.

Each is written as one text that reads as it is meant, the same in YAML and in a cell of a table: `he before she`,
`paris at least 0.2`, `rbo at least 0.5`, `nurse within 0.7`. The place of a word in the text decides what it is, so that any
word can be named, also "at" and "before".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import inf

from pipelines.check.nodes import Node, Scalar
from pipelines.check.problems import SuiteProblem, did_you_mean
from pipelines.check.values import Bound, read_bound, read_number, read_texts
from pipelines.errors import PipelineError
from pipelines.prompts import read_candidates
from storage.spelling import short


@dataclass(frozen=True, slots=True)
class InTop:
    """Words that stand among the first k predictions."""

    words: tuple[tuple[str, ...], ...]
    """For each mask, from the first, the words; a mask without words is not looked at."""
    every: bool = False
    """Whether all of them must be there, or one of them is enough."""

    def __str__(self) -> str:
        joint = " and " if self.every else " or "
        return "; ".join(joint.join(words) for words in self.words if words)


@dataclass(frozen=True, slots=True)
class NotInTop:
    """Words of which none stands among the first k predictions."""

    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"no {' and no '.join(self.words)}"


@dataclass(frozen=True, slots=True)
class Order:
    """Words of which each is more probable than the next."""

    words: tuple[str, ...]

    def __str__(self) -> str:
        return " before ".join(self.words)


@dataclass(frozen=True, slots=True)
class Score:
    """A word that is so probable."""

    word: str
    bound: Bound
    logarithm: bool = False
    """Whether the bound is of the natural logarithm."""

    def __str__(self) -> str:
        return f"{'ln p' if self.logarithm else 'p'} of {self.word} {self.bound}"


Wanted = InTop | NotInTop | Order | Score
"""What is expected of one checkpoint at one prompt."""


class Measure(StrEnum):
    """How alike two answers are."""

    TOP1 = "top1"
    TOP_K = "top_k"
    RBO = "rbo"
    OVERLAP = "overlap"
    JACCARD = "jaccard"
    JSD = "jsd"


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two answers that are so alike: of two checkpoints to one prompt, or of one checkpoint to two variants."""

    measure: Measure
    bound: Bound
    """Of `top1` and `top_k`, which are the same or not, at least 1."""

    def __str__(self) -> str:
        same = self.measure in (Measure.TOP1, Measure.TOP_K)
        return f"{self.measure} same" if same else f"{self.measure} {self.bound}"


@dataclass(frozen=True, slots=True)
class Within:
    """A word whose ln p differs between two variants by no more than this."""

    word: str
    most: float
    """Nats."""

    def __str__(self) -> str:
        return f"{self.word} within {self.most:g}"


def words_of(wanted: Wanted | Likeness | Within) -> tuple[str, ...]:
    """The words that a checkpoint has to score for it."""
    if isinstance(wanted, InTop):
        return tuple(dict.fromkeys(word for words in wanted.words for word in words))
    if isinstance(wanted, NotInTop | Order):
        return wanted.words
    return () if isinstance(wanted, Likeness) else (wanted.word,)


def read_expected(node: Node, key: str, mask: int, *, every: bool) -> InTop:
    """Words that stand in the top k: a list, or a text with `|`; in a text `;` parts the masks. Raises `SuiteProblem`."""
    if isinstance(node, Scalar) and ";" in node.text:
        masks = tuple(tuple(word.strip() for word in part.split("|") if word.strip()) for part in node.text.split(";"))
        if not any(masks):
            raise SuiteProblem(node.line, f"{key} is {short(node.text)} and names no word. Part masks with ; and words with |.")
        return InTop(tuple(_words(node.line, words) for words in masks), every)
    return InTop(((),) * mask + (read_words(node, key),), every)


def read_words(node: Node, key: str) -> tuple[str, ...]:
    """Words as they are scored. Raises `SuiteProblem`."""
    if isinstance(node, Scalar) and ";" in node.text:
        raise SuiteProblem(
            node.line, f"{key} is {short(node.text)}, and parts no masks with ;. Part words with |, and name a mask."
        )
    texts = read_texts(node, key)
    return _words(texts[0][0], tuple(text for _, text in texts))


def read_orders(node: Node) -> tuple[Order, ...]:
    """`he before she`. Raises `SuiteProblem`."""
    return tuple(_order(text, line) for line, text in read_texts(node, "order"))


def read_scores(node: Node, key: str) -> tuple[Score, ...]:
    """`paris at least 0.2`; `key` is `probability` or `logprob`. Raises `SuiteProblem`."""
    logarithm = key == "logprob"
    example = "paris at least -2" if logarithm else "paris at least 0.2"
    lowest, highest = (-inf, 0) if logarithm else (0, 1)
    found = []
    for line, text in read_texts(node, key):
        word, _, rest = text.partition(" ")
        bound = read_bound(rest.strip(), line, what=f"{key} of {short(word)}", example=example, lowest=lowest, highest=highest)
        found.append(Score(_words(line, (word,))[0], bound, logarithm))
    return tuple(found)


def read_agreements(node: Node) -> tuple[Likeness, ...]:
    """`rbo at least 0.5`, `jsd at most 0.3`, `top1 same`. Raises `SuiteProblem`."""
    return tuple(_likeness(text, line, "agreement", tuple(Measure)) for line, text in read_texts(node, "agreement"))


def read_invariants(node: Node) -> tuple[Likeness | Within, ...]:
    """The same without jsd, and `nurse within 0.7`. Raises `SuiteProblem`."""
    measures = tuple(each for each in Measure if each is not Measure.JSD)
    found: list[Likeness | Within] = []
    for line, text in read_texts(node, "invariant"):
        parts = text.split()
        if len(parts) == 3 and parts[1] == "within":
            most = read_number(parts[2], line, what="invariant", example="nurse within 0.7")
            if most < 0:
                raise SuiteProblem(line, f"invariant is {short(text)}: a difference is 0 or more.")
            found.append(Within(_words(line, parts[:1])[0], most))
        elif parts[0] == Measure.JSD:
            raise SuiteProblem(line, "jsd is known between checkpoints only. Write rbo, overlap or jaccard at least so much.")
        else:
            found.append(_likeness(text, line, "invariant", measures))
    return tuple(found)


def _order(text: str, line: int) -> Order:
    parts = text.split()
    if len(parts) < 3 or len(parts) % 2 == 0 or set(parts[1::2]) != {"before"}:
        raise SuiteProblem(line, f"order is {short(text)}. Write he before she.")
    words = _words(line, parts[::2])
    if len(words) < len(parts[::2]):
        raise SuiteProblem(line, f"order is {short(text)}: it names a word twice.")
    return Order(words)


def _likeness(text: str, line: int, key: str, measures: tuple[Measure, ...]) -> Likeness:
    parts = text.split()
    if parts[0] not in measures:
        hint = did_you_mean(parts[0], measures, "It begins with one of")
        raise SuiteProblem(line, f"{key} is {short(text)}. {hint} Write rbo at least 0.5.")
    measure = Measure(parts[0])
    if measure in (Measure.TOP1, Measure.TOP_K):
        if parts[1:] != ["same"]:
            raise SuiteProblem(line, f"{key} is {short(text)}. Write {measure} same.")
        return Likeness(measure, Bound(is_least=True, limit=1))
    example = "jsd at most 0.3" if measure is Measure.JSD else f"{measure} at least 0.5"
    bound = read_bound(" ".join(parts[1:]), line, what=f"{key}, {measure}", example=example, lowest=0, highest=1)
    return Likeness(measure, bound)


def _words(line: int, texts: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    try:
        return read_candidates(tuple(texts))
    except PipelineError as error:
        raise SuiteProblem(line, str(error)) from error
