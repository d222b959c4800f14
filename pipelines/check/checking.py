"""A suite and a shelf -> a report: every prompt asked once, the answers held against what is expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations

from pipelines import checkpoints as places
from pipelines.ask import environment
from pipelines.check.asking import Progress, Round, Said, ask_rounds
from pipelines.check.cases import Case
from pipelines.check.expectations import words_of
from pipelines.check.findings import SHOWN, judge, judge_agreement, judge_invariance
from pipelines.check.problems import CheckError
from pipelines.check.prompts import CasePrompt
from pipelines.check.suite import Suite
from pipelines.check.verdicts import Aspect, Finding, Report, Unit, Verdict
from pipelines.distributions import Question
from pipelines.shelf import Shelf
from storage.records import Checkpoint, Prompt


@dataclass(frozen=True, slots=True)
class _Ready:
    """A case with nothing left open."""

    case: Case
    checkpoints: tuple[Checkpoint, ...]
    top_k: int

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.checkpoints)


def check_suite(
    suite: Suite,
    shelf: Shelf,
    *,
    checkpoints: Sequence[str] = (),
    top_k: int | None = None,
    on_progress: Progress | None = None,
) -> Report:
    """Ask everything that the suite asks, and say what holds.

    `checkpoints` and `top_k` stand in place of what the suite says for all its cases; a case that says its own keeps it. Every
    checkpoint is looked for, and its hash compared, before any weights are loaded.

    Raises `CheckError` where a case compares checkpoints and has one only, `CheckpointError` and `LoadError` where a checkpoint
    cannot be used.
    """
    started_at = datetime.now(UTC)
    known: dict[str, Checkpoint] = {}
    ready = [_made_ready(case, suite, tuple(checkpoints), top_k, shelf, known) for case in suite.cases]
    together: dict[tuple[str, ...], list[_Ready]] = {}
    for each in ready:
        if each.case.skip is None:
            together.setdefault(each.names, []).append(each)
    if not together:
        raise CheckError(f"Every case of {suite.name} is skipped: nothing was checked. Take a skip out.")
    said = ask_rounds({names: _round(cases) for names, cases in together.items()}, shelf, on_progress)
    verdicts = tuple(verdict for each in ready for verdict in _verdicts(each, said.get(each.names, Said())))
    return Report(suite.name, suite.sha256, started_at, verdicts, environment())


def _made_ready(
    case: Case, suite: Suite, chosen: tuple[str, ...], top_k: int | None, shelf: Shelf, known: dict[str, Checkpoint]
) -> _Ready:
    names = case.checkpoints or chosen or suite.checkpoints or places.defaults(shelf.settings)
    if case.agreement and len(names) < 2 and case.skip is None:
        raise CheckError(
            f"The case on line {case.line} of {suite.name} compares checkpoints, and only {names[0]} is asked. "
            "Name another one too, or give the case checkpoints of its own."
        )
    if len(set(names)) < len(names):
        raise CheckError("A checkpoint is named twice. Name each one once.")
    for name in names:
        if name not in known:
            known[name] = shelf.identify(name)
    return _Ready(case, tuple(known[name] for name in names), case.top_k or top_k or suite.top_k)


def _round(cases: Sequence[_Ready]) -> Round:
    """Each distinct prompt once, with all the words that any of the cases wants scored there."""
    words: dict[Prompt, dict[str, None]] = {}
    for each in cases:
        between = [word for wanted in each.case.invariant for word in words_of(wanted)]
        for one in each.case.prompts:
            here = [word for wanted in one.wanted for word in words_of(wanted)]
            words.setdefault(one.prompt, {}).update(dict.fromkeys([*here, *between]))
    # Ranks and probabilities come from the full distribution; only lists that are compared have to be as long as top_k.
    depth = max([SHOWN, *(each.top_k for each in cases if each.case.agreement or each.case.invariant)])
    return Round(tuple(Question(prompt, tuple(named)) for prompt, named in words.items()), depth)


def _verdicts(ready: _Ready, said: Said) -> Iterator[Verdict]:
    case = ready.case
    expecting = [each for each in case.prompts if each.wanted]
    if expecting:
        for one in ready.checkpoints:
            yield _verdict(ready, Aspect.ANSWERS, (one,), said, [(each,) for each in expecting])
    if case.agreement:
        for pair in combinations(ready.checkpoints, 2):
            yield _verdict(ready, Aspect.AGREEMENT, pair, said, [(each,) for each in case.prompts])
    if case.invariant:
        groups = [tuple(case.prompts[number] for number in group) for group in case.groups]
        for one in ready.checkpoints:
            yield _verdict(ready, Aspect.INVARIANCE, (one,), said, groups)


def _verdict(
    ready: _Ready,
    aspect: Aspect,
    checkpoints: tuple[Checkpoint, ...],
    said: Said,
    groups: Sequence[tuple[CasePrompt, ...]],
) -> Verdict:
    case = ready.case
    if case.skip is not None:
        return Verdict(case.name, case.line, aspect, checkpoints, skipped=case.skip)
    asked = dict.fromkeys(each.prompt for group in groups for each in group)
    return Verdict(
        case=case.name,
        line=case.line,
        aspect=aspect,
        checkpoints=checkpoints,
        units=tuple(_unit(ready, aspect, checkpoints, said, group) for group in groups),
        share=case.share,
        seconds=sum(said.seconds(prompt, one.name) for prompt in asked for one in checkpoints),
    )


def _unit(
    ready: _Ready, aspect: Aspect, checkpoints: tuple[Checkpoint, ...], said: Said, group: tuple[CasePrompt, ...]
) -> Unit:
    texts, first = tuple(each.prompt.text for each in group), group[0]
    problem = next((why for each in group if (why := said.refusal(each.prompt)) is not None), None)
    if problem is not None:
        return Unit(texts, first.line, first.file, problem=problem)
    return Unit(texts, first.line, first.file, tuple(_findings(ready, aspect, checkpoints, said, group)))


def _findings(
    ready: _Ready, aspect: Aspect, checkpoints: tuple[Checkpoint, ...], said: Said, group: tuple[CasePrompt, ...]
) -> Iterator[Finding]:
    case, top_k, names = ready.case, ready.top_k, tuple(each.name for each in checkpoints)
    at = [[said.answer(each.prompt, each.mask, name) for each in group] for name in names]
    if aspect is Aspect.INVARIANCE:
        yield from (judge_invariance(each, at[0], top_k) for each in case.invariant)
        return
    one = group[0]
    if aspect is Aspect.AGREEMENT:
        agreement = said.agreement(one.prompt, one.mask, (names[0], names[1]))
        yield from (judge_agreement(each, at[0][0], at[1][0], agreement, top_k) for each in case.agreement)
        return
    masks = {mask: said.answer(one.prompt, mask, names[0]) for mask in range(one.prompt.mask_count)}
    for wanted in one.wanted:
        yield from judge(wanted, masks, one.mask, top_k)
