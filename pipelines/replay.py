"""A run once more, on the weights at hand: every answer computed afresh, and how far each is from the one before.

An answer is a fact, so a fresh one of the same weights should be the same; where it is not, a library, a machine or a file has
changed, and that is what a replay is for. What is stored stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipelines.answers import Filled, fill
from pipelines.ask import MAX_NAME, MAX_TOP_K, environment
from pipelines.distributions import Question
from pipelines.errors import PipelineError
from pipelines.fill_mask import LoadedCheckpoint
from pipelines.shelf import Shelf
from storage.comparison import comparison as read_run
from storage.drift import Drift, measure_drift
from storage.log import Log
from storage.records import Answer, Checkpoint, Comparison, Prompt, Refused, Run, RunKind, RunStatus, word_space
from storage.run_ids import new_run_id

__all__ = ["FLOAT_NOISE", "Drift", "ReplayError", "Replayed", "replay"]

CHUNK = 32
"""Prompts between two reports of progress; each chunk is one transaction."""

FLOAT_NOISE = 1e-4
"""A drift of the same weights under this is rounding, not change. Prompts of one chunk go through a checkpoint together, and
sums of another shape are added up in another order: in float32, over 38 prompts of the three small checkpoints asked one by one
and replayed together, the greatest difference of ln p was 1.8e-5. A prompt that is alone in its run comes back with 0."""

Progress = Callable[[int, int], None]
"""Takes the prompts done and the prompts in all."""


class ReplayError(PipelineError):
    """A run that cannot be repeated; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it."""

    run_id: str
    """Of the new run, of the kind replay."""
    drifts: tuple[Drift, ...]
    """One for each answer of the repeated run that could be computed, the greatest drift first."""
    missing: tuple[str, ...] = ()
    """Names of checkpoints that are not at hand."""
    reasons: tuple[str, ...] = ()
    """For each of these a sentence with the way out."""
    other_weights: tuple[str, ...] = ()
    """Names that stand for other weights, or another tokenizer, now than then."""
    refused: tuple[Refused, ...] = ()
    """Prompts that a checkpoint cannot read now."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be computed."""

    top_k: int
    words: tuple[str, ...]
    jointly: bool
    answers: Mapping[tuple[Prompt, int, str], tuple[Answer, ...]]
    """As they are kept, by prompt, mask index and name of the checkpoint."""
    groups: Mapping[tuple[str, ...], tuple[Question, ...]]
    """The prompts by the names that answered them: a file of imported answers need not ask everyone everything."""

    @property
    def prompts(self) -> int:
        return sum(len(questions) for questions in self.groups.values())


def replay(run_id: str, *, log: Log, shelf: Shelf, author: str | None = None, on_progress: Progress | None = None) -> Replayed:
    """Ask everything that a run asked once more, without a look into the log, and keep it as a run of the kind replay.

    The new run names the repeated one in its option `repeats`. A name is asked of the weights that it stands for now; of a run
    of imported answers these are compared with what was published. Prompts that were refused are not asked again.
    `on_progress` may raise to stop: what was computed is kept, and the run is cancelled.

    Raises `ReplayError` where there is no such run, it has no answers, or none of its checkpoints is at hand; what `Shelf.get`
    raises; and StorageError where the log cannot be written.
    """
    if author is not None and len(author) > MAX_NAME:
        raise ReplayError(f"The author has {len(author):,} characters; at most {MAX_NAME} are kept. Shorten it.")
    kept = read_run(log.database, run_id)
    if kept is None:
        raise ReplayError(f"There is no run {run_id[:40]} in the history. Open History and choose one.")
    if not kept.answers:
        raise ReplayError("This run has no answers, so there is nothing to repeat. Ask its prompts anew on Compare.")
    at_hand, away = _at_hand(kept, shelf)
    if not at_hand:
        raise ReplayError(f"None of the checkpoints of this run is at hand. {' '.join(away.values())}")
    plan = _plan(kept, at_hand)
    run = Run(
        run_id=new_run_id(),
        kind=RunKind.REPLAY,
        started_at=datetime.now(UTC),
        status=RunStatus.RUNNING,
        author=author or None,
        options={
            "repeats": kept.run.run_id,
            "top_k": plan.top_k,
            "checkpoints": list(at_hand),
            "candidates": list(plan.words),
            "word_space": word_space(at_hand.values()),
            "missing": list(away),
        },
        environment=environment(),
    )
    found, refused = _compute(plan, run, log, {name: shelf.get(name) for name in at_hand}, on_progress)
    changed = [each.checkpoint_now.name for each in found if not each.same_weights]
    return Replayed(
        run_id=run.run_id,
        drifts=tuple(sorted(found, key=_greatest_first)),
        missing=tuple(away),
        reasons=tuple(away.values()),
        other_weights=tuple(dict.fromkeys(changed)),
        refused=tuple(refused),
    )


def _at_hand(kept: Comparison, shelf: Shelf) -> tuple[dict[str, Checkpoint], dict[str, str]]:
    """Of the names in the run, the weights that they stand for now, and why there are none."""
    at_hand: dict[str, Checkpoint] = {}
    away: dict[str, str] = {}
    for name in dict.fromkeys(asked.answer.checkpoint.name for asked in kept.answers):
        try:
            at_hand[name] = shelf.identify(name)
        except PipelineError as error:
            away[name] = str(error)
    return at_hand, away


def _plan(kept: Comparison, at_hand: Mapping[str, Checkpoint]) -> _Plan:
    named = kept.run.options.get("candidates")
    words = tuple(str(word) for word in named) if isinstance(named, Sequence) and not isinstance(named, str) else ()
    answers: dict[tuple[Prompt, int, str], dict[Answer, None]] = {}
    asked_of: dict[Prompt, dict[str, None]] = {}
    rows: dict[Prompt, int] = {}
    for asked in kept.answers:
        answer = asked.answer
        if answer.checkpoint.name in at_hand:
            answers.setdefault((answer.prompt, answer.mask_index, answer.checkpoint.name), {})[answer] = None
            asked_of.setdefault(answer.prompt, {})[answer.checkpoint.name] = None
            rows.setdefault(answer.prompt, asked.row_number)
    groups: dict[tuple[str, ...], list[Question]] = {}
    for prompt, names in asked_of.items():
        groups.setdefault(tuple(name for name in at_hand if name in names), []).append(Question(prompt, words, rows[prompt]))
    top_k = kept.run.options.get("top_k")
    deepest = max(answer.depth for several in answers.values() for answer in several)
    return _Plan(
        top_k=min(top_k if isinstance(top_k, int) and top_k > 0 else deepest, MAX_TOP_K),
        words=words,
        jointly=bool(kept.fillings),
        answers={key: tuple(several) for key, several in answers.items()},
        groups={names: tuple(questions) for names, questions in groups.items()},
    )


def _compute(
    plan: _Plan, run: Run, log: Log, loaded: Mapping[str, LoadedCheckpoint], on_progress: Progress | None
) -> tuple[list[Drift], list[Refused]]:
    """Chunk by chunk, each kept before the next one starts."""
    found: list[Drift] = []
    refused: list[Refused] = []
    report = on_progress or (lambda done, total: None)
    done = kept = 0
    try:
        for each in loaded.values():
            log.keep_vocabulary(each.checkpoint.tokenizer_sha256, each.words.sayable)
        report(0, plan.prompts)
        for names, questions in _chunks(plan):
            filled = fill([loaded[name] for name in names], questions, plan.top_k, jointly=plan.jointly)
            drifts = _drifts(plan, filled)
            found += drifts
            refused += filled.refused
            done += len(questions)
            log.append(_comparison(plan, filled, _ended(run, found) if done == plan.prompts else run), drifts)
            kept = done
            report(done, plan.prompts)
    except BaseException as error:
        if 0 < kept < plan.prompts:
            status = RunStatus.FAILED if isinstance(error, Exception) else RunStatus.CANCELLED
            log.update_run(replace(run, status=status, finished_at=datetime.now(UTC)))
        raise
    return found, refused


def _chunks(plan: _Plan) -> Iterator[tuple[tuple[str, ...], Sequence[Question]]]:
    for names, questions in plan.groups.items():
        for start in range(0, len(questions), CHUNK):
            yield names, questions[start : start + CHUNK]


def _ended(run: Run, found: Sequence[Drift]) -> Run:
    return replace(run, status=RunStatus.COMPLETE if found else RunStatus.FAILED, finished_at=datetime.now(UTC))


def _drifts(plan: _Plan, filled: Filled) -> list[Drift]:
    return [
        measure_drift(then, asked.answer) for asked in filled.answers for then in plan.answers.get(_place(asked.answer), ())
    ]


def _comparison(plan: _Plan, filled: Filled, run: Run) -> Comparison:
    """What is kept of it. No list is longer than the one that is stored under the same weights: it would replace that one."""
    asked = tuple(
        replace(each, answer=_no_deeper(each.answer, plan.answers.get(_place(each.answer), ()))) for each in filled.answers
    )
    return Comparison(run=run, answers=asked, agreements=filled.agreements, refused=filled.refused, fillings=filled.fillings)


def _no_deeper(answer: Answer, before: Sequence[Answer]) -> Answer:
    stored = [each.depth for each in before if each.checkpoint.identity == answer.checkpoint.identity]
    return replace(answer, predictions=answer.predictions[: min(stored)]) if stored else answer


def _place(answer: Answer) -> tuple[Prompt, int, str]:
    return (answer.prompt, answer.mask_index, answer.checkpoint.name)


def _greatest_first(drift: Drift) -> tuple[bool, float, int]:
    """Lists that share nothing, then the greatest difference, then those of which only the places are known."""
    nothing_shared = drift.n_compared == 0 and drift.changed_ranks == drift.depth
    return (not nothing_shared, -1.0 if drift.max_abs_dlogp is None else -drift.max_abs_dlogp, -drift.changed_ranks)
