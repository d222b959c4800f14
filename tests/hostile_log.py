"""A log in which every text that a person, a file or a model wrote would run or call somebody, if it were more than text."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from storage.annotations import MAX_AUTHOR, MAX_TAG, Target, add_note, add_tag, star
from storage.batches import begin_batch
from storage.drift import Drift
from storage.history import prompt_ids_of
from storage.log import Log
from storage.pending import PendingRow, gathered
from storage.records import (
    AskedAnswer,
    Candidate,
    Checkpoint,
    Comparison,
    Expectation,
    FilledSlot,
    Filling,
    FillingOrder,
    Prediction,
    Refused,
    Run,
    RunKind,
    RunStatus,
)
from storage.saved_queries import LONGEST_NAME, Parameter, SavedQuery, save_query
from tests.payloads import PAYLOADS
from tests.storage import samples

_PAYLOADS = tuple(PAYLOADS.values())


@dataclass(frozen=True, slots=True)
class Written:
    """What the log holds."""

    runs: dict[str, str]
    """By the name of a payload, the id of the run that bears it."""
    again: dict[str, str]
    """The same prompts once more, by other weights: the replays."""
    queries: dict[str, str]
    """Names of saved queries."""
    batch: str
    """The id of a batch that asked and tagged all payloads, and was refused all of them."""
    left: str
    """The id of a batch that has still to ask them, of checkpoints that nobody has."""


def write_hostile_log(path: Path) -> Written:
    """Make the log. Names of checkpoints, prompts, words, pieces, candidates, expected words, labels, authors, notes, tags,
    refusals, options, versions, files of batches, saved queries and their parameters: all of them are payloads."""
    with Log.open(path) as log:
        runs = {name: _write_run(log, number, name) for number, name in enumerate(PAYLOADS)}
        again = {name: _write_replay(log, len(PAYLOADS) + number, name) for number, name in enumerate(PAYLOADS)}
        queries = {name: _save(log, name) for name in PAYLOADS if name != "direction"}  # whose signs a name may not hold
        batch, left = _write_batch(log, 2 * len(PAYLOADS)), _begin_batch(log, 2 * len(PAYLOADS) + 1)
    return Written(runs, again, queries, batch, left)


def checkpoints(weights: str = "first") -> tuple[Checkpoint, ...]:
    """Four that bear all payloads between them: the names of a file are anybody's."""
    quarters = [" ".join(_PAYLOADS[start::4]) for start in range(4)]
    families = ("bert", "distilbert", "albert", _PAYLOADS[1])
    made = [
        samples.checkpoint(f"{family} {quarter}", weights=weights) for family, quarter in zip(families, quarters, strict=True)
    ]
    return tuple(replace(each, family=family) for each, family in zip(made, families, strict=True))


def _write_run(log: Log, number: int, name: str) -> str:
    comparison = _comparison(number, name, checkpoints())
    log.append(comparison)
    run_id = comparison.run.run_id
    payload = PAYLOADS[name]
    of_prompt = next(iter(prompt_ids_of(log.database, run_id).values()))
    for target in (Target(run_id=run_id), Target(prompt_id=of_prompt)):
        star(log.database, target, payload[:MAX_AUTHOR])
        add_tag(log.database, target, payload[:MAX_TAG], payload[:MAX_AUTHOR])
        add_note(log.database, target, f"{payload}\n{payload}", payload[:MAX_AUTHOR])
    return run_id


def _write_replay(log: Log, number: int, name: str) -> str:
    now = checkpoints("second")
    comparison = _comparison(number, name, now)
    comparison = replace(comparison, run=replace(comparison.run, kind=RunKind.REPLAY), refused=())
    prompt = comparison.answers[0].answer.prompt
    drifts = [Drift(prompt, 0, a, b, 0.25, 2, 3, 5) for a, b in zip(checkpoints(), now, strict=True)]
    log.append(comparison, drifts=drifts)
    return comparison.run.run_id


def _comparison(number: int, name: str, by: tuple[Checkpoint, ...]) -> Comparison:
    payload = PAYLOADS[name]
    asked = samples.ask(f"{payload} [MASK] and {payload} [MASK].", number=number, checkpoints=by)
    answers = tuple(_said(each, number) for each in asked.answers)
    run = replace(
        asked.run,
        label=payload,
        author=payload,
        options={"top_k": 5, "candidates": list(_PAYLOADS), "file": payload, "checkpoints": [each.name for each in by]},
        environment={"torch": payload, "transformers": payload, payload: payload},
    )
    prompt = asked.answers[0].answer.prompt
    return replace(
        asked,
        run=run,
        answers=answers,
        expectations=tuple(Expectation(prompt, 0, word) for word in (payload, _word(number, 1))),
        refused=(Refused(payload, payload),),
        fillings=tuple(_filled(each, payload) for each in asked.fillings),
    )


def _said(asked: AskedAnswer, number: int) -> AskedAnswer:
    """Its first words are payloads, those of the other prompts and checkpoints among them."""
    shift = number + asked.answer.mask_index + len(asked.answer.checkpoint.name) % 3
    lines = tuple(
        Prediction(
            line.rank, 900 + shift + line.rank, _word(shift, line.rank), _word(shift, line.rank), line.rank != 4, line.logprob
        )
        for line in asked.answer.predictions
    )
    scored = tuple(Candidate(word, (word, word), True, -3.5, 12, 9) for word in _PAYLOADS)
    return replace(asked, answer=replace(asked.answer, predictions=lines, candidates=scored))


def _word(number: int, rank: int) -> str:
    return _PAYLOADS[(number + rank - 1) % len(_PAYLOADS)]


def _filled(filling: Filling, payload: str) -> Filling:
    slots = tuple(FilledSlot(each.mask_index, 900 + each.mask_index, payload, payload, each.logprob) for each in filling.slots)
    return replace(filling, slots=slots, order=FillingOrder(filling.order))


def _write_batch(log: Log, number: int) -> str:
    """At its end. A person's own payload stands in each place where one can be."""
    by = checkpoints()
    parts = [samples.ask(f"{payload} [MASK].", number=number, checkpoints=by) for payload in _PAYLOADS]
    answers = tuple(replace(_said(asked, row), row_number=row) for row, part in enumerate(parts) for asked in part.answers)
    expected = tuple(Expectation(part.answers[0].answer.prompt, 0, word) for part in parts for word in _PAYLOADS[:2])
    refused = tuple(Refused(payload, payload, row) for row, payload in enumerate(_PAYLOADS, start=100))
    run = replace(_run_of_batch(number), status=RunStatus.COMPLETE, label=_PAYLOADS[1], author=_PAYLOADS[2])
    log.append(Comparison(run, answers, tuple(pair for part in parts for pair in part.agreements), expected, refused))
    for payload, prompt_id in zip(_PAYLOADS, prompt_ids_of(log.database, run.run_id).values(), strict=True):
        add_tag(log.database, Target(prompt_id=prompt_id), payload[:MAX_TAG])
    return run.run_id


def _begin_batch(log: Log, number: int) -> str:
    """Not at its end: the server that opens the log goes on with it, and says why it cannot."""
    run = replace(_run_of_batch(number), status=RunStatus.RUNNING)
    rows = [PendingRow(place, place, f"{payload} [MASK].") for place, payload in enumerate(_PAYLOADS, start=1)]
    with gathered(rows) as kept:
        begin_batch(log.database, run, kept)
    return run.run_id


def _run_of_batch(number: int) -> Run:
    names = [each.name for each in checkpoints()]
    options = {
        "source": " ".join(_PAYLOADS), "top_k": 5, "checkpoints": names, "n_rows": len(_PAYLOADS), "n_refused": len(_PAYLOADS),
        "identities": {each.name: list(each.identity) for each in checkpoints()},
    }  # fmt: skip
    return replace(samples.run(number, options), kind=RunKind.BATCH, finished_at=None)


def _save(log: Log, name: str) -> str:
    payload = PAYLOADS[name]
    query = SavedQuery(
        saved_query_id=str(uuid.uuid4()),
        name=payload[:LONGEST_NAME].strip(),
        sql="\n".join(["SELECT prompt, word, $word AS said FROM predictions", f"-- {payload}"]),
        saved_at=datetime(2026, 3, 1, tzinfo=UTC),
        parameters=(Parameter("word", default=payload),),
        author=payload,
    )
    return save_query(log.database, query).name
