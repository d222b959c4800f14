"""The values of a suite -> texts, lists of texts, whole numbers and bounds; the same of YAML and of the cells of a table."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from pipelines.check.nodes import Listing, Node, Scalar, what_it_is
from pipelines.check.problems import SuiteProblem
from storage.spelling import short, unprintable

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_NOISE = 1e-9
"""What the order of a sum changes in its last digits: two equal lists have an RBO of 0.9999999999999999."""


@dataclass(frozen=True, slots=True)
class Bound:
    """`at least 0.5` or `at most 0.5`."""

    is_least: bool
    limit: float

    def holds(self, value: float) -> bool:
        """Whether the value keeps to it."""
        return value >= self.limit - _NOISE if self.is_least else value <= self.limit + _NOISE

    def __str__(self) -> str:
        return f"at {'least' if self.is_least else 'most'} {self.limit:g}"


def read_text(node: Node, key: str, *, most: int | None = None) -> str:
    """One text that is not empty. Raises `SuiteProblem`, as all of these do."""
    if not isinstance(node, Scalar):
        raise SuiteProblem(
            node.line, f"{key} is {what_it_is(node)}. Write one text, in quotes where it begins with a sign such as [MASK]."
        )
    text = node.text.strip()
    if not text:
        raise SuiteProblem(node.line, f"{key} is empty. Give it a value, or leave it out.")
    if (problem := unprintable(text)) is not None:
        raise SuiteProblem(node.line, f"{key} {problem}")
    if most is not None and len(text) > most:
        raise SuiteProblem(node.line, f"{key} has {len(text):,} characters; at most {most} are read. Shorten it.")
    return text


def read_texts(node: Node, key: str) -> tuple[tuple[int, str], ...]:
    """Several texts with their lines: a list, or one text in which they stand apart by `|`. A list's texts are not parted."""
    if isinstance(node, Listing):
        found = tuple((each.line, read_text(each, f"A value of {key}")) for each in node.items)
    else:
        found = tuple((node.line, part.strip()) for part in read_text(node, key).split("|") if part.strip())
    if not found:
        raise SuiteProblem(node.line, f"{key} is empty. Give it a value, or leave it out.")
    return found


def read_whole(node: Node, key: str, most: int) -> int:
    """A whole number from 1."""
    text = read_text(node, key)
    number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
    if not 1 <= number <= most:
        raise SuiteProblem(node.line, f"{key} is {short(text)}. Give a whole number from 1 to {most:,}.")
    return number


def read_bound(words: str, line: int, *, what: str, example: str, lowest: float, highest: float) -> Bound:
    """A bound as people write it: `at least 0.5`, `at most 90 %`.

    >>> read_bound("at least 90 %", 1, what="share", example="share: at least 90 %", lowest=0, highest=1)
    Bound(is_least=True, limit=0.9)
    """
    parts = words.removesuffix("%").split()
    percent = words.endswith("%")
    if len(parts) != 3 or parts[0] != "at" or parts[1] not in ("least", "most"):
        raise SuiteProblem(line, f"{what} is {short(words)}. Write {example}.")
    number = read_number(parts[2], line, what=what, example=example) / (100 if percent else 1)
    if not lowest <= number <= highest:
        way_out = f" Write {parts[2]} % or {number / 100:g}." if not percent and highest == 1 < number <= 100 else ""
        between = f"from {lowest:g} to {highest:g}" if lowest > float("-inf") else f"{highest:g} or less"
        raise SuiteProblem(line, f"{what} is {short(words)}, and it can only be {between}.{way_out}")
    return Bound(parts[1] == "least", number)


def read_number(text: str, line: int, *, what: str, example: str) -> float:
    """A decimal number with a point."""
    if _NUMBER.fullmatch(text) is None:
        comma = " Write a decimal point, not a comma." if _NUMBER.fullmatch(text.replace(",", ".", 1)) else ""
        raise SuiteProblem(line, f"{what} holds {short(text)}, which is no number.{comma} Write {example}.")
    if not math.isfinite(float(text)):
        raise SuiteProblem(line, f"{what} holds {short(text)}, which is too large a number. Write {example}.")
    return float(text)
