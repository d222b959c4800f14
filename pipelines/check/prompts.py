"""A prompt of a case as it is written -> the prompt that is asked, and what is expected there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.check import expectations
from pipelines.check.expectations import InTop, Wanted
from pipelines.check.nodes import Node, Scalar
from pipelines.check.problems import SuiteProblem
from pipelines.check.sources import Variant
from pipelines.check.values import read_whole
from pipelines.errors import PipelineError
from pipelines.prompts import MAX_MASKS, read_prompt
from storage.records import Prompt
from storage.spelling import short

PER_PROMPT = ("expected", "expected_all", "not_expected", "order", "probability", "logprob")
"""What can be expected of each checkpoint at each prompt."""
BY_MASK = ("expected", "expected_all")
"""Of these, those whose text can name words for each mask, parted by `;`."""


@dataclass(frozen=True, slots=True)
class CasePrompt:
    """One prompt of a case."""

    line: int
    """Of the suite, or of `file`."""
    prompt: Prompt
    mask: int
    """Index of the mask that is looked at, where an expectation does not name its masks itself."""
    wanted: tuple[Wanted, ...]
    file: str | None = None
    """The file of prompts that it stands in, if it does."""


class PromptReader:
    """Reads the prompts of one case; what the case itself expects is read once for each mask."""

    def __init__(self, given: Mapping[str, Node], *, between: bool, keys: tuple[str, ...]) -> None:
        self._given = {key: given[key] for key in ("mask", *PER_PROMPT) if key in given}
        self._between = between
        """Whether answers are compared with each other, so that nothing else need be expected."""
        self._also = [key for key in ("agreement", "invariant") if key in keys]
        self._known: dict[int, tuple[Wanted, ...]] = {}

    def prompt(self, variant: Variant) -> CasePrompt:
        """Raises `SuiteProblem`."""
        try:
            prompt = read_prompt(variant.text)
        except PipelineError as error:
            raise SuiteProblem(variant.line, f"{error} The prompt is {short(variant.text)}.") from error
        given = {**self._given, **variant.own}
        if variant.expected:
            given.pop("expected", None)
        mask = self._mask(given, prompt, variant.line)
        if variant.own or variant.expected:
            wanted = (*((InTop(variant.expected),) if variant.expected else ()), *_wanted(given, mask))
        else:
            if mask not in self._known:
                self._known[mask] = _wanted(given, mask)
            wanted = self._known[mask]
        if not wanted and not self._between:
            named = ", ".join((*PER_PROMPT, *self._also))
            raise SuiteProblem(variant.line, f"Nothing is expected of {short(prompt.text)}. Give it one of {named}.")
        for each in wanted:
            if isinstance(each, InTop) and len(each.words) > prompt.mask_count:
                raise SuiteProblem(
                    variant.line,
                    f"Expected words are given for {len(each.words)} masks, and {short(prompt.text)} has {prompt.mask_count}. "
                    "Part masks with ; and alternatives with |.",
                )
        return CasePrompt(variant.line, prompt, mask, wanted, variant.file)

    def _mask(self, given: Mapping[str, Node], prompt: Prompt, line: int) -> int:
        """The index of the mask that is meant."""
        if "mask" in given:
            number = read_whole(given["mask"], "mask", MAX_MASKS)
            if number > prompt.mask_count:
                raise SuiteProblem(given["mask"].line, f"mask is {number}, and {short(prompt.text)} has {prompt.mask_count}.")
            return number - 1
        asking = [key for key in PER_PROMPT if key in given and not (key in BY_MASK and _names_masks(given[key]))]
        if prompt.mask_count > 1 and (asking or self._between):
            raise SuiteProblem(
                line, f"{short(prompt.text)} has {prompt.mask_count} masks. Say which one is meant, such as mask: 1."
            )
        return 0


def _names_masks(node: Node) -> bool:
    return isinstance(node, Scalar) and ";" in node.text


def _wanted(given: Mapping[str, Node], mask: int) -> tuple[Wanted, ...]:
    found: list[Wanted] = [
        expectations.read_expected(given[key], key, mask, every=key == "expected_all") for key in BY_MASK if key in given
    ]
    if "not_expected" in given:
        found.append(expectations.NotInTop(expectations.read_words(given["not_expected"], "not_expected")))
    if "order" in given:
        found += expectations.read_orders(given["order"])
    for key in ("probability", "logprob"):
        if key in given:
            found += expectations.read_scores(given[key], key)
    return tuple(found)
