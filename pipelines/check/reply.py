"""A report for a shell: the JSON that scripts read, and the lines that people read."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pipelines.check.telling import details, headline
from pipelines.check.verdicts import Aspect, Outcome, Report, Verdict, tally
from storage.records import Checkpoint

if TYPE_CHECKING:
    from rich.text import Text

MOST_SHOWN = 10
"""Prompts of one verdict that a terminal repeats; JSON and JUnit hold all."""
_STYLES = MappingProxyType(
    {Outcome.HELD: "green", Outcome.FAILED: "bold red", Outcome.ERROR: "bold red", Outcome.SKIPPED: "yellow"}
)
_WORDS = MappingProxyType({Outcome.FAILED: "failed", Outcome.ERROR: "not told", Outcome.SKIPPED: "skipped"})


def report_as_json(report: Report) -> dict[str, Any]:
    """The documented JSON of `python -m pipelines check --json`."""
    return {
        "file": report.name,
        "file_sha256": report.sha256,
        "held": report.held,
        "counts": {str(outcome): count for outcome, count in report.counts().items()},
        "checkpoints": [_checkpoint(each) for each in report.checkpoints],
        "environment": dict(report.environment),
        "notes": list(report.notes),
        "verdicts": [_verdict(each) for each in report.verdicts],
    }


def report_as_lines(report: Report, *, show_all: bool = False) -> Iterator[Text]:
    """What failed and why, every share, and at the end how much held on which weights.

    What a person or a model wrote is `Text`: it is never read as markup. `show_all` tells of what held and was skipped, too.
    """
    from rich.text import Text

    for verdict in report.verdicts:
        failed = verdict.outcome in (Outcome.FAILED, Outcome.ERROR)
        if failed or show_all or (verdict.share is not None and verdict.skipped is None):
            place = "" if verdict.aspect is Aspect.PUBLISHED else f" {report.name}:{verdict.line}"
            yield Text.assemble((f"{verdict.outcome.upper():<8}", _STYLES[verdict.outcome]), headline(verdict), (place, "dim"))
        if failed or show_all:
            yield from (Text(line) for line in details(verdict, None if show_all else MOST_SHOWN, held_too=show_all))
    for note in report.notes:
        yield Text(note, style="yellow")
    for checkpoint in report.checkpoints:
        own = [each for each in report.verdicts if checkpoint in each.checkpoints]
        if any(each.skipped is None for each in own):
            weights = f"{checkpoint.source}, weights {checkpoint.weights_sha256[:12]}"
            yield Text(f"{checkpoint.name} ({weights}): {_counted(own)}")
    total = f"{report.name}: {_counted(report.verdicts)}"
    yield Text(total, style=_STYLES[Outcome.HELD if report.held else Outcome.FAILED])


def _counted(verdicts: list[Verdict] | tuple[Verdict, ...]) -> str:
    """Such as `7 of 9 checks held, 1 failed, 1 skipped`."""
    counts = tally(verdicts)
    told = [f"{counts[Outcome.HELD]:,} of {len(verdicts):,} checks held"]
    told += [f"{counts[each]:,} {word}" for each, word in _WORDS.items() if counts[each]]
    return ", ".join(told)


def _checkpoint(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "name": checkpoint.name,
        "family": checkpoint.family,
        "source": checkpoint.source,
        "revision": checkpoint.revision,
        "weights_sha256": checkpoint.weights_sha256,
        "tokenizer_sha256": checkpoint.tokenizer_sha256,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    share = None
    if verdict.share is not None and verdict.units:
        interval = verdict.interval()
        share = {
            "wanted": str(verdict.share),
            "value": interval.mean,
            "low": interval.low,
            "high": interval.high,
        }
    return {
        "case": verdict.case,
        "line": verdict.line,
        "aspect": str(verdict.aspect),
        "checkpoints": [each.name for each in verdict.checkpoints],
        "outcome": str(verdict.outcome),
        "n": len(verdict.units),
        "n_held": verdict.n_held,
        "share": share,
        "skipped": verdict.skipped,
        "units": [
            {
                "prompts": list(unit.prompts),
                "line": unit.line,
                "file": unit.file,
                "holds": unit.holds,
                "problem": unit.problem,
                "findings": [
                    {
                        "wanted": each.wanted,
                        "found": each.found,
                        "holds": each.holds,
                        "value": each.value,
                        "limit": each.limit,
                    }
                    for each in unit.findings
                ],
            }
            for unit in verdict.units
        ],
    }
