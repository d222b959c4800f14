"""A comparison -> what a report says, in words and rows. Nothing here is markup yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.report.sections import Section, section
from dashboard.side_by_side import prompts_side_by_side
from dashboard.wording import DEFINITIONS, ELSEWHERE, SOURCES, count, listed, moment
from storage.records import UNKNOWN_HASH, Checkpoint, Comparison, Prompt, Refused, Run, RunKind

MOST_BLANKS = 30
"""Blanks that a report shows, which takes some seconds to draw; at least one prompt is shown whole."""
MOST_REFUSED = 50

_KINDS = {
    RunKind.ASK: "an ask",
    RunKind.BATCH: "a batch",
    RunKind.IMPORT: "an import: the answers were made elsewhere",
    RunKind.REPLAY: "a replay of an earlier run",
    RunKind.SAMPLE: "the sample that comes with Maskboard: the answers were made elsewhere",
}
_MEANINGS = (
    ("Probability", "probability"), ("Choices", "choices"), ("Lead", "lead"), ("On words", "word_mass"), ("Time", "latency"),
    ("Same first", "top1"), ("Overlap", "overlap"), ("Jaccard", "jaccard"), ("RBO", "rbo"), ("JSD", "jsd"),
    ("Coverage", "coverage"), ("Rank", "rank"), ("Rank, shared words", "rank_shared"),
)  # fmt: skip
_OF_PAIRS = {"top1", "overlap", "jaccard", "rbo", "jsd", "coverage"}
_OF_CANDIDATES = {"rank", "rank_shared"}

Pairs = tuple[tuple[str, str], ...]
"""Names with what is said of each."""


@dataclass(frozen=True, slots=True)
class Answerer:
    """One exact set of weights that answered."""

    name: str
    facts: Pairs
    doubt: str
    """Why the name may mislead; empty where it does not."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that stands in a report."""

    headline: str
    act: Pairs
    """When, by whom, as what."""
    started_at: datetime
    sections: tuple[Section, ...]
    """One for each prompt that is shown."""
    cut: str
    """What of the run is not shown, and where it is; empty where all is."""
    refused: tuple[Refused, ...]
    refused_cut: str
    answerers: tuple[Answerer, ...]
    made_with: Pairs
    """What computed the answers: libraries with their versions."""
    meanings: Pairs
    """What the figures mean that occur here."""
    made_by: str
    """What wrote the report, and when."""


def contents(
    comparison: Comparison, made_at: datetime, version: str, published: Callable[[str], str | None] = lambda _: None
) -> Contents:
    """What a report of the run says.

    Args:
        comparison: the run, as it was asked.
        made_at: the moment of the report, UTC.
        version: of Maskboard.
        published: the SHA-256 of the weights that the hub publishes under a name, where it is known.
    """
    groups = prompts_side_by_side(comparison)
    shown = _fitting(groups)
    sections = tuple(section(comparison, prompts, place, len(groups)) for place, prompts in enumerate(shown, start=1))
    checkpoints = tuple(dict.fromkeys(asked.answer.checkpoint for asked in comparison.answers))
    return Contents(
        headline=_headline(checkpoints, groups),
        act=_act(comparison),
        started_at=comparison.run.started_at,
        sections=sections,
        cut=_cut(len(shown), len(groups), comparison),
        refused=comparison.refused[:MOST_REFUSED],
        refused_cut=_refused_cut(len(comparison.refused)),
        answerers=tuple(_answerer(each, published(each.name)) for each in checkpoints),
        made_with=tuple((str(name), str(value)) for name, value in comparison.run.environment.items()),
        meanings=_meanings(sections),
        made_by=f"Made by Maskboard ({version}) on {moment(made_at)}.",
    )


def _fitting(groups: Sequence[Sequence[Prompt]]) -> Sequence[Sequence[Prompt]]:
    """The first prompts, as many as have no more blanks than a report shows."""
    blanks = 0
    for place, prompts in enumerate(groups):
        blanks += prompts[0].mask_count
        if blanks > MOST_BLANKS and place:
            return groups[:place]
    return groups


def _cut(shown: int, prompts: int, comparison: Comparison) -> str:
    if shown == prompts:
        return ""
    where = f"The whole run is in the history under its id, {comparison.run.run_id}." if comparison.saved else ""
    return (
        f"This report shows the first {shown:,} of {count(prompts, 'prompt')}, since it holds at most {MOST_BLANKS} blanks. "
        f"{where}".strip()
    )


def _refused_cut(refused: int) -> str:
    return "" if refused <= MOST_REFUSED else f"The first {MOST_REFUSED} of {refused:,} are listed."


def _headline(checkpoints: Sequence[Checkpoint], groups: Sequence[Sequence[Prompt]]) -> str:
    if not groups:
        return "Nothing was answered"
    names = list(dict.fromkeys(each.name for each in checkpoints))
    who = listed(names) if len(names) <= 3 else count(len(names), "checkpoint")
    fill = "fills" if len(names) == 1 else "fill"
    blanks = "the blank" if groups[0][0].mask_count == 1 else "the blanks"
    return f"How {who} {fill} {blanks if len(groups) == 1 else f'the blanks of {len(groups):,} prompts'}"


def _act(comparison: Comparison) -> Pairs:
    run = comparison.run
    named = run.options.get("candidates")
    facts = [
        ("When", moment(run.started_at)),
        ("By", run.author or "no name given"),
        ("Label", run.label or ""),
        ("What", _KINDS[run.kind]),
        ("From", _text(run, "file")),
        ("List length", _text(run, "top_k")),
        ("Candidates", ", ".join(map(str, named)) if isinstance(named, list) else ""),
        ("Run", run.run_id if comparison.saved else "not saved, so no history holds it"),
    ]
    return tuple((name, said) for name, said in facts if said)


def _text(run: Run, option: str) -> str:
    value = run.options.get(option)
    return "" if value is None else str(value)


def _answerer(checkpoint: Checkpoint, published: str | None) -> Answerer:
    label, meaning = SOURCES.get(checkpoint.source, ELSEWHERE)
    sizes = {"Parameters": checkpoint.parameters, "Pieces in the vocabulary": checkpoint.vocabulary_size}
    other = checkpoint.weights_sha256 != UNKNOWN_HASH and published not in (None, checkpoint.weights_sha256)
    return Answerer(
        name=checkpoint.name,
        facts=(
            ("Family", checkpoint.family),
            ("Source", f"{label}. {meaning}"),
            ("Revision", checkpoint.revision),
            ("Weights, SHA-256", checkpoint.weights_sha256),
            ("Tokenizer, SHA-256", checkpoint.tokenizer_sha256),
            *((name, f"{size:,}" if size else "unknown") for name, size in sizes.items()),
        ),
        doubt="Not as published: the hub publishes other weights under this name; their SHA-256 differs." if other else "",
    )


def _meanings(sections: Sequence[Section]) -> Pairs:
    """The definitions of the figures that the sections show."""
    blanks = [blank for each in sections for blank in each.blanks]
    absent = set() if any(blank.pairs for blank in blanks) else set(_OF_PAIRS)
    absent |= set() if any(blank.candidates for blank in blanks) else _OF_CANDIDATES
    meanings: Mapping[str, str] = DEFINITIONS
    return tuple((label, meanings[name]) for label, name in _MEANINGS if blanks and name not in absent)
