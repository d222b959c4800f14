"""What came of a check: findings, each a number beside its bound, gathered into verdicts, and these into a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipelines.check.values import Bound
from pipelines.statistics import Interval, mean_interval
from storage.records import Checkpoint


class Outcome(StrEnum):
    """What a verdict says."""

    HELD = "held"
    FAILED = "failed"
    ERROR = "error"
    """It could not be told: a checkpoint cannot read the prompt."""
    SKIPPED = "skipped"


class Aspect(StrEnum):
    """What is looked at."""

    ANSWERS = "answers"
    """Of one checkpoint, prompt by prompt."""
    AGREEMENT = "agreement"
    """Of two checkpoints, prompt by prompt."""
    INVARIANCE = "invariance"
    """Of one checkpoint, between the variants of a prompt."""
    PUBLISHED = "published"
    """Of one checkpoint, beside the answer that was published."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One expectation, and what was found."""

    wanted: str
    """Such as `paris in the top 5`."""
    found: str
    """With its numbers."""
    holds: bool
    value: float | None = None
    """The number that decides; None where there is none, as of a word that stands at no rank."""
    limit: float | None = None
    """What it is held against."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What a share counts: one prompt, or the variants of one."""

    prompts: tuple[str, ...]
    line: int
    file: str | None = None
    """Where the line is, if not in the suite."""
    findings: tuple[Finding, ...] = ()
    problem: str | None = None
    """Why it could not be told."""

    @property
    def holds(self) -> bool:
        return self.problem is None and all(each.holds for each in self.findings)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One case, on one checkpoint or on two."""

    case: str
    line: int
    aspect: Aspect
    checkpoints: tuple[Checkpoint, ...]
    units: tuple[Unit, ...] = ()
    share: Bound | None = None
    """How many of the units have to hold; all of them where None."""
    skipped: str | None = None
    """Why nothing was looked at."""
    seconds: float = 0.0
    """In the checkpoints, for the answers that were looked at."""

    @property
    def outcome(self) -> Outcome:
        if self.skipped is not None:
            return Outcome.SKIPPED
        if any(each.problem is not None for each in self.units):
            return Outcome.ERROR
        enough = self.n_held == len(self.units) if self.share is None else self.share.holds(self.n_held / len(self.units))
        return Outcome.HELD if enough else Outcome.FAILED

    @property
    def n_held(self) -> int:
        """Units that hold."""
        return sum(each.holds for each in self.units)

    def interval(self) -> Interval:
        """The share that holds and its 95 % interval, Wilson's; without ends under 15 units."""
        return mean_interval([float(each.holds) for each in self.units])


@dataclass(frozen=True, slots=True)
class Report:
    """A whole check."""

    name: str
    """Of the suite or of the file of published answers."""
    sha256: str
    """Of that file."""
    started_at: datetime
    verdicts: tuple[Verdict, ...]
    """By case, and of each case by aspect and checkpoint."""
    environment: Mapping[str, object] = field(default_factory=dict)
    """Versions of the libraries that computed the answers."""
    notes: tuple[str, ...] = ()
    """Sentences for the person who reads it."""

    @property
    def held(self) -> bool:
        """Whether nothing failed. What was skipped does not count."""
        return not any(each.outcome in (Outcome.FAILED, Outcome.ERROR) for each in self.verdicts)

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Those that were looked at, once each, in the order of the verdicts."""
        return tuple(dict.fromkeys(one for each in self.verdicts for one in each.checkpoints))

    def counts(self) -> Mapping[Outcome, int]:
        """How many verdicts there are of each outcome."""
        return tally(self.verdicts)


def tally(verdicts: Iterable[Verdict]) -> Mapping[Outcome, int]:
    """How many of these verdicts there are of each outcome."""
    counted = Counter(each.outcome for each in verdicts)
    return {outcome: counted[outcome] for outcome in Outcome}
