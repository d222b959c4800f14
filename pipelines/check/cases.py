"""One case of a suite: prompts, and what is expected of the answers. Read from the fields that a person wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pipelines.ask import MAX_TOP_K
from pipelines.check import expectations
from pipelines.check.expectations import Likeness, Within
from pipelines.check.nodes import Fields, Listing, Node, Scalar, what_it_is
from pipelines.check.problems import SuiteProblem, did_you_mean
from pipelines.check.prompts import PER_PROMPT, CasePrompt, PromptReader
from pipelines.check.sources import Variant, read_file, read_list, read_prompt_text, read_templates
from pipelines.check.values import Bound, read_bound, read_text, read_texts, read_whole
from storage.spelling import short

MOST_VARIANTS = 200
"""Prompts that one invariance compares, each with each: 19,900 pairs."""
MAX_CASE_NAME = 200
_SHOWN = 100
"""Characters of a prompt that name a case without a name."""

SOURCES = ("prompt", "prompts", "template", "file")
"""Where the prompts of a case come from: one of these, or a template whose slots a file fills."""
_BELONGS = MappingProxyType({"words": "template", "over": "template", "tag": "file"})
ENTRY_KEYS = ("prompt", "mask", *PER_PROMPT)
CASE_KEYS = (
    "name", *SOURCES, *_BELONGS, "mask", "top_k", "checkpoints", *PER_PROMPT, "agreement", "invariant", "share", "skip",
)  # fmt: skip
ROW_KEYS = ("name", "prompt", "mask", "top_k", "checkpoints", *PER_PROMPT, "agreement", "skip")
"""What a row of a table can say."""
_MEANT = MappingProxyType(
    {
        "expect": "expected", "any": "expected", "all": "expected_all", "not": "not_expected", "none": "not_expected",
        "unexpected": "not_expected", "before": "order", "prefer": "order", "invariance": "invariant", "rbo": "agreement",
        "jsd": "agreement", "model": "checkpoints", "models": "checkpoints", "k": "top_k", "text": "prompt",
        "sentence": "prompt",
    }
)  # fmt: skip
"""What a person may have in mind where no spelling is close."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is checked together, and told together."""

    line: int
    name: str
    """Unique in its suite."""
    is_named: bool
    """Whether a person gave it the name."""
    prompts: tuple[CasePrompt, ...]
    """The same prompt with the same expectations is here once."""
    checkpoints: tuple[str, ...] = ()
    """None where those of the suite are meant."""
    top_k: int | None = None
    agreement: tuple[Likeness, ...] = ()
    """Of each pair of checkpoints, at each prompt."""
    invariant: tuple[Likeness | Within, ...] = ()
    """Of each checkpoint, within each group of prompts."""
    groups: tuple[tuple[int, ...], ...] = ()
    """Numbers of the prompts that are variants of each other."""
    share: Bound | None = None
    """How many of the prompts, or of the groups, have to hold; all of them where None."""
    skip: str | None = None
    """Why it is not checked for now."""


def read_case(node: Node, folder: Path, problems: list[SuiteProblem], keys: tuple[str, ...] = CASE_KEYS) -> Case | None:
    """The case that these fields describe; None where something is wrong, which is then among the problems.

    Files are looked for from `folder`. The name is the one given, else the prompt; it is not unique yet.
    """
    try:
        return _read(node, folder, problems, keys)
    except SuiteProblem as problem:
        problems.append(problem)
        return None


def check_keys(fields: Fields, known: tuple[str, ...], what: str) -> None:
    """Raise `SuiteProblem` for a key that is not one of these."""
    for key, line in fields.lines.items():
        if key not in known:
            meant = _MEANT.get(key.lower())
            hint = f"Did you mean {meant}?" if meant in known else did_you_mean(key, known, "The keys are")
            raise SuiteProblem(line, f"{short(key)} is no key of {what}. {hint}")


def read_checkpoints(node: Node) -> tuple[str, ...]:
    """Names of checkpoints, each once. Raises `SuiteProblem`."""
    names = tuple(text for _, text in read_texts(node, "checkpoints"))
    if len(set(names)) < len(names):
        raise SuiteProblem(node.line, "checkpoints names one twice. Name each once.")
    return names


def _read(node: Node, folder: Path, problems: list[SuiteProblem], keys: tuple[str, ...]) -> Case | None:
    if not isinstance(node, Fields):
        raise SuiteProblem(node.line, f"A case is {what_it_is(node)}. Write prompt: and a sentence, and what is expected.")
    check_keys(node, keys, "a case")
    given = node.values
    agreement = expectations.read_agreements(given["agreement"]) if "agreement" in given else ()
    invariant = expectations.read_invariants(given["invariant"]) if "invariant" in given else ()
    source = _source(node, keys)
    written = tuple(_variants(node, source, folder))
    read = PromptReader(given, between=bool(agreement or invariant), keys=keys)
    amiss = len(problems)
    found: dict[object, CasePrompt] = {}
    groups: list[tuple[str, ...]] = []
    for each in written:
        try:
            prompt = read.prompt(each)
        except SuiteProblem as problem:
            problems.append(problem)
        else:
            key = (prompt.prompt, prompt.mask, prompt.wanted, each.group)
            if key not in found:
                found[key] = prompt
                groups.append(each.group)
    if len(problems) > amiss:
        return None
    return Case(
        line=node.line,
        name=_name(given, written),
        is_named="name" in given,
        prompts=tuple(found.values()),
        checkpoints=read_checkpoints(given["checkpoints"]) if "checkpoints" in given else (),
        top_k=read_whole(given["top_k"], "top_k", MAX_TOP_K) if "top_k" in given else None,
        agreement=agreement,
        invariant=invariant,
        groups=_groups(groups, given["invariant"].line) if invariant else (),
        share=_share(given["share"]) if "share" in given else None,
        skip=read_text(given["skip"], "skip", most=MAX_CASE_NAME) if "skip" in given else None,
    )


def _source(fields: Fields, keys: tuple[str, ...]) -> str:
    """Which key gives the prompts."""
    there = [key for key in SOURCES if key in fields.values]
    if not there:
        known = [key for key in SOURCES if key in keys]
        raise SuiteProblem(fields.line, f"The case has no prompt. Give it {' or '.join(known)}.")
    if len(there) > 1 and there != ["template", "file"]:
        raise SuiteProblem(fields.lines[there[1]], f"The case has both {there[0]} and {there[1]}. Make two cases of it.")
    for key, source in _BELONGS.items():
        if key in fields.values and source != there[-1]:
            raise SuiteProblem(fields.lines[key], f"{key} goes with {source}, and here the prompts come from {there[-1]}.")
    return there[-1]


def _variants(fields: Fields, source: str, folder: Path) -> Iterator[Variant]:
    given = fields.values
    node = given[source]
    if source == "prompt":
        return read_prompt_text(node)
    if source == "prompts":
        for each in node.items if isinstance(node, Listing) else ():
            if isinstance(each, Fields):
                check_keys(each, ENTRY_KEYS, "an entry of prompts")
        return read_list(node)
    if source == "template":
        return read_templates(node, given.get("words"), given.get("over"))
    return read_file(node, given.get("tag"), given.get("template"), folder)


def _groups(kept: list[tuple[str, ...]], line: int) -> tuple[tuple[int, ...], ...]:
    """The numbers of the prompts of each group. One prompt alone has nothing to be compared with."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, each in enumerate(kept):
        groups.setdefault(each, []).append(number)
    for members in groups.values():
        if len(members) < 2:
            raise SuiteProblem(line, "invariant compares the variants of a prompt, and there is one only. Give it several.")
        if len(members) > MOST_VARIANTS:
            raise SuiteProblem(
                line,
                f"invariant would compare {len(members):,} prompts, each with each; at most {MOST_VARIANTS} are compared. "
                "Name the slots whose words are the variants with over, or use fewer.",
            )
    return tuple(map(tuple, groups.values()))


def _share(node: Node) -> Bound:
    text = read_text(node, "share")
    return read_bound(text, node.line, what="share", example="share: at least 90 %", lowest=0, highest=1)


def _name(given: Mapping[str, Node], written: tuple[Variant, ...]) -> str:
    if "name" in given:
        return " ".join(read_text(given["name"], "name", most=MAX_CASE_NAME).split())
    node = next(given[key] for key in ("prompt", "template", "file", "prompts") if key in given)
    text = " ".join((node.text if isinstance(node, Scalar) else written[0].text).split())
    cut = f"{text[:_SHOWN]}..." if len(text) > _SHOWN else text
    more = len(written) - 1
    return f"{cut} and {more:,} more" if isinstance(node, Listing) and more else cut
