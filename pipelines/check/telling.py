"""A verdict in lines of plain text: the same in a terminal, in the log of a CI job and in JUnit XML."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.check.verdicts import Aspect, Unit, Verdict
from pipelines.statistics import FEWEST_FOR_INTERVAL


def headline(verdict: Verdict) -> str:
    """The case, on which checkpoints, and how much of it holds."""
    names = " and ".join(each.name for each in verdict.checkpoints)
    aspect = f" ({verdict.aspect})" if verdict.aspect in (Aspect.AGREEMENT, Aspect.INVARIANCE) else ""
    title = f"{verdict.case}{aspect} [{names}]"
    if verdict.skipped is not None:
        return f"{title}: {verdict.skipped}"
    if verdict.share is not None:
        return f"{title}: {_share(verdict)}"
    n = len(verdict.units)
    return f"{title}: {verdict.n_held:,} of {_counted(n, verdict)}" if n > 1 else title


def details(verdict: Verdict, most: int | None = None, *, held_too: bool = False) -> Iterator[str]:
    """What did not hold, with the numbers; at most so many prompts. `held_too` tells of what held as well."""
    told = [each for each in verdict.units if held_too or not each.holds]
    for unit in told[:most]:
        yield f"  {_prompts(unit)}"
        if unit.problem is not None:
            yield f"    not told: {unit.problem}"
        for finding in unit.findings:
            if held_too or not finding.holds:
                mark = f" ({'held' if finding.holds else 'failed'})" if held_too else ""
                yield f"    wanted  {finding.wanted}{mark}"
                yield f"    found   {finding.found}"
    if most is not None and len(told) > most:
        yield f"  And {len(told) - most:,} more; --all, --json and --junit tell of each."


def first_failure(verdict: Verdict) -> str:
    """What did not hold first, in one line."""
    unit = next(each for each in verdict.units if not each.holds)
    if unit.problem is not None:
        return unit.problem
    finding = next(each for each in unit.findings if not each.holds)
    more = len(verdict.units) - verdict.n_held - 1
    return f"{finding.wanted}: {finding.found}" + (f" (and {_counted(more, verdict)} more)" if more else "")


def _share(verdict: Verdict) -> str:
    interval, bound = verdict.interval(), verdict.share
    ends = (
        f"under {FEWEST_FOR_INTERVAL} no interval is drawn"
        if interval.low is None or interval.high is None
        else f"95 % interval {_percent(interval.low)} to {_percent(interval.high)}"
    )
    wanted = "" if bound is None else f", wanted at {'least' if bound.is_least else 'most'} {_percent(bound.limit)}"
    of_all = f"{verdict.n_held:,} of {_counted(len(verdict.units), verdict)}"
    return f"{of_all} ({_percent(interval.mean)}; {ends}){wanted}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _counted(number: int, verdict: Verdict) -> str:
    one, several = ("set of variants", "sets of variants") if verdict.aspect is Aspect.INVARIANCE else ("prompt", "prompts")
    return f"{number:,} {one if number == 1 else several}"


def _prompts(unit: Unit) -> str:
    more = len(unit.prompts) - 1
    variants = "" if not more else f" and {more:,} variant{'s' if more > 1 else ''}"
    where = "" if unit.file is None else f" (line {unit.line} of {unit.file})"
    return f"{unit.prompts[0]}{variants}{where}"
