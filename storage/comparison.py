"""A run, read back whole: what `Log.append` was given."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations

from storage.database import Cursor, Database
from storage.fillings import find_fillings
from storage.lookup import Contents, find_agreements, read_checkpoints, read_contents
from storage.questions import question
from storage.records import (
    Agreement,
    Answer,
    AskedAnswer,
    Candidate,
    Checkpoint,
    Comparison,
    Expectation,
    Filling,
    Prompt,
    Refused,
    Run,
    RunKind,
    RunStatus,
)


def comparison(database: Database, run_id: str, prompts: Sequence[int] | None = None) -> Comparison | None:
    """The run as it was appended, or None where the log has no run of that name. With `prompts`, keys of prompts, only what
    it asked of these: a large run is read a page at a time, and refused texts are left out.

    An answer is a fact and is kept once, so a run shows it as it is kept today, in the measure of what the run asked for:
    predictions down to the run's option `top_k` (all that are kept where it names none), and of the candidates those that
    its option `candidates` lists, in that order, in the word space that its option `word_space` names (all, where it lists
    none by name). An agreement or a set of figures that
    a later run has deepened or filled is shown as deepened. Expectations are those known today for its prompts.
    """
    try:
        canonical = str(uuid.UUID(run_id))
    except ValueError:
        return None
    return database.read(lambda cursor: _read(cursor, canonical, prompts))


def run_record(database: Database, run_id: str) -> Run | None:
    """The run by itself, without its answers; None where the log has no run of that name."""
    try:
        canonical = str(uuid.UUID(run_id))
    except ValueError:
        return None
    return database.read(lambda cursor: _run(cursor, canonical))


def _read(cursor: Cursor, run_id: str, prompts: Sequence[int] | None) -> Comparison | None:
    run = _run(cursor, run_id)
    if run is None:
        return None
    wanted = {"run_id": run_id, "prompts": None if prompts is None else list(prompts)}
    answers = _answers(cursor, run, wanted)
    expectations = cursor.execute(question("run_expectations"), wanted).fetchall()
    refused = cursor.execute(question("run_refused"), {"run_id": run_id}).fetchall() if prompts is None else []
    return Comparison(
        run=run,
        answers=answers,
        agreements=_agreements(cursor, answers),
        expectations=tuple(Expectation(Prompt(text), mask_index, word) for text, mask_index, word in expectations),
        refused=tuple(Refused(*row) for row in refused),
        fillings=_fillings(cursor, answers),
    )


def _fillings(cursor: Cursor, answers: Sequence[AskedAnswer]) -> tuple[Filling, ...]:
    """By prompt and checkpoint in the order of asking."""
    asked = dict.fromkeys((each.answer.prompt, each.answer.checkpoint) for each in answers)
    prompts, checkpoints = (list(dict.fromkeys(part)) for part in (zip(*asked, strict=True) if asked else ((), ())))
    known = find_fillings(cursor, prompts, checkpoints)
    return tuple(each for prompt, checkpoint in asked for each in known.get((prompt.text, checkpoint.identity), ()))


def _run(cursor: Cursor, run_id: str) -> Run | None:
    row = cursor.execute(question("run"), {"run_id": run_id}).fetchone()
    if row is None:
        return None
    kind, started_at, finished_at, status, label, author, options, environment = row
    return Run(
        run_id=run_id,
        kind=RunKind(kind),
        started_at=_aware(started_at),
        finished_at=None if finished_at is None else _aware(finished_at),
        status=RunStatus(status),
        label=label,
        author=author,
        options=json.loads(options),
        environment=json.loads(environment),
    )


def _answers(cursor: Cursor, run: Run, wanted: Mapping[str, object]) -> tuple[AskedAnswer, ...]:
    rows = cursor.execute(question("run_answers"), wanted).fetchall()
    contents = read_contents(cursor, [row[0] for row in rows], _depth(run.options))
    checkpoints = read_checkpoints(cursor)
    answers: dict[int, Answer] = {}
    asked = []
    for answer_id, latency_ms, reused, row_number, _, text, mask_index, checkpoint_id, *figures in rows:
        if answer_id not in answers:
            kept = _as_asked(contents[answer_id], run.options)
            answer = Answer(Prompt(text), mask_index, checkpoints[checkpoint_id], kept.predictions, *figures)
            answers[answer_id] = replace(answer, candidates=kept.candidates)
        asked.append(AskedAnswer(answers[answer_id], latency_ms, reused, row_number))
    return tuple(asked)


def _as_asked(contents: Contents, options: Mapping[str, object]) -> Contents:
    named = options.get("candidates")
    if not isinstance(named, Sequence) or isinstance(named, str):
        return contents
    space = options.get("word_space", "")
    by_word: dict[object, Candidate] = {each.word: each for each in contents.candidates if each.word_space == space}
    return replace(contents, candidates=tuple(by_word[word] for word in dict.fromkeys(named) if word in by_word))


def _depth(options: Mapping[str, object]) -> int | None:
    top_k = options.get("top_k")
    return top_k if isinstance(top_k, int) and not isinstance(top_k, bool) else None


def _agreements(cursor: Cursor, answers: Sequence[AskedAnswer]) -> tuple[Agreement, ...]:
    """Of every prompt and mask in the order of asking, the pairs of its checkpoints in the order of asking."""
    at_mask: dict[tuple[Prompt, int], dict[Checkpoint, None]] = {}
    for asked in answers:
        at_mask.setdefault((asked.answer.prompt, asked.answer.mask_index), {})[asked.answer.checkpoint] = None
    everyone = list(dict.fromkeys(checkpoint for checkpoints in at_mask.values() for checkpoint in checkpoints))
    known = find_agreements(cursor, [prompt for prompt, _ in at_mask], everyone)
    found = []
    for (prompt, mask_index), checkpoints in at_mask.items():
        for a, b in combinations([checkpoint for checkpoint in everyone if checkpoint in checkpoints], 2):
            agreement = known.get((prompt.text, mask_index, a.identity, b.identity))
            if agreement is not None:
                found.append(agreement)
    return tuple(found)


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
