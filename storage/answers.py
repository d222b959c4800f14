"""Writing answers: which are new, which are better than what is kept, which fill a gap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from storage.database import Cursor
from storage.keys import PieceDescription, new_ids, piece_ids
from storage.records import Answer
from storage.staging import AnswerKey, IdentityKey, stage, stage_columns, storable, worth

_ANSWERS = pa.schema(
    [
        ("answer_id", pa.int64()),
        ("prompt_id", pa.int64()),
        ("mask_index", pa.int32()),
        ("checkpoint_id", pa.int64()),
        ("depth", pa.int32()),
        ("top_word_id", pa.int64()),
        ("top_logprob", pa.float64()),
        ("entropy", pa.float64()),
        ("sum_p_squared", pa.float64()),
        ("top1_margin", pa.float64()),
        ("word_mass", pa.float64()),
    ]
)
_PREDICTIONS = pa.schema(
    [
        ("answer_id", pa.int64()),
        ("rank", pa.int32()),
        ("piece_id", pa.int64()),
        ("word_id", pa.int64()),
        ("logprob", pa.float64()),
    ]
)
_CANDIDATES = pa.schema(
    [
        ("candidate_id", pa.int64()),
        ("answer_id", pa.int64()),
        ("word_id", pa.int64()),
        ("pieces", pa.list_(pa.string())),
        ("in_vocabulary", pa.bool_()),
        ("logprob", pa.float64()),
        ("rank", pa.int64()),
        ("rank_shared", pa.int64()),
        ("word_space", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the log already has of an answer."""

    answer_id: int
    has_scores: bool
    """Whether the probability of its first prediction is known."""
    depth: int
    has_figures: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What an append does to the answers."""

    new: tuple[AnswerKey, ...]
    bettered: tuple[AnswerKey, ...]
    """Deeper, or the first with scores. Their predictions are replaced as a whole: two computations may order near-equal pieces
    differently."""
    filled: tuple[AnswerKey, ...]
    """Their figures were unknown and now are."""


def plan(answers: Mapping[AnswerKey, Answer], kept: Mapping[AnswerKey, Kept]) -> Plan:
    """Decide, without touching anything."""
    known = {key: answer for key, answer in answers.items() if key in kept}
    bettered = tuple(key for key, answer in known.items() if worth(answer) > (kept[key].has_scores, kept[key].depth))
    gaps = [key for key, answer in known.items() if not kept[key].has_figures and answer.entropy is not None]
    return Plan(
        new=tuple(key for key in answers if key not in kept),
        bettered=bettered,
        filled=tuple(key for key in gaps if key not in set(bettered)),
    )


def write_answers(
    cursor: Cursor,
    answers: Mapping[AnswerKey, Answer],
    checkpoints: Mapping[IdentityKey, int],
    prompts: Mapping[str, int],
    words: Mapping[str, int],
    now: datetime,
) -> dict[AnswerKey, int]:
    """Bring the log to what the answers say, and return the key of each."""
    kept = _find(cursor, answers, checkpoints, prompts)
    todo = plan(answers, kept)
    ids = {key: answer.answer_id for key, answer in kept.items()}
    ids.update(zip(todo.new, new_ids(cursor, "answer_id_sequence", len(todo.new)), strict=True))

    def rows(keys: Iterable[AnswerKey]) -> list[tuple[object, ...]]:
        return [_row(ids[key], answers[key], checkpoints, prompts, words) for key in keys]

    if todo.new:
        stage(cursor, "staged_answer", _ANSWERS, rows(todo.new))
        cursor.execute(
            "INSERT INTO answer (answer_id, prompt_id, mask_index, checkpoint_id, depth, top_word_id, top_logprob, entropy,"
            " sum_p_squared, top1_margin, word_mass, created_at) SELECT *, $1 FROM staged_answer",
            [now],
        )
    if todo.bettered:
        stage(cursor, "staged_answer", _ANSWERS, rows(todo.bettered))
        cursor.execute(
            "UPDATE answer SET top_word_id = s.top_word_id, top_logprob = s.top_logprob, depth = s.depth"
            " FROM staged_answer AS s WHERE s.answer_id = answer.answer_id"
        )
        cursor.execute("DELETE FROM prediction WHERE answer_id IN (SELECT answer_id FROM staged_answer)")
    if todo.bettered or todo.filled:
        # What is no better only brings figures; those of what is better win over those kept, if it has any.
        stage(cursor, "staged_answer", _ANSWERS, rows(todo.bettered + todo.filled))
        cursor.execute(
            "UPDATE answer SET"
            " entropy = coalesce(s.entropy, answer.entropy),"
            " sum_p_squared = coalesce(s.sum_p_squared, answer.sum_p_squared),"
            " top1_margin = coalesce(s.top1_margin, answer.top1_margin),"
            " word_mass = coalesce(s.word_mass, answer.word_mass)"
            " FROM staged_answer AS s WHERE s.answer_id = answer.answer_id"
        )
    _write_predictions(cursor, {ids[key]: answers[key] for key in todo.new + todo.bettered}, words)
    _write_candidates(cursor, {ids[key]: answer for key, answer in answers.items() if answer.candidates}, words)
    return ids


def _find(
    cursor: Cursor,
    answers: Mapping[AnswerKey, Answer],
    checkpoints: Mapping[IdentityKey, int],
    prompts: Mapping[str, int],
) -> dict[AnswerKey, Kept]:
    by_numbers = {(prompts[text], mask, checkpoints[identity]): (text, mask, identity) for text, mask, identity in answers}
    schema = pa.schema([_ANSWERS.field("prompt_id"), _ANSWERS.field("mask_index"), _ANSWERS.field("checkpoint_id")])
    stage(cursor, "staged_answer", schema, by_numbers)
    found = cursor.execute(
        "SELECT prompt_id, mask_index, checkpoint_id, answer_id, top_logprob IS NOT NULL, depth, entropy IS NOT NULL"
        " FROM answer SEMI JOIN staged_answer USING (prompt_id, mask_index, checkpoint_id)"
    ).fetchall()
    return {by_numbers[row[:3]]: Kept(*row[3:]) for row in found}


def _row(
    answer_id: int,
    answer: Answer,
    checkpoints: Mapping[IdentityKey, int],
    prompts: Mapping[str, int],
    words: Mapping[str, int],
) -> tuple[object, ...]:
    first = answer.predictions[0] if answer.predictions else None
    return (
        answer_id,
        prompts[answer.prompt.text],
        answer.mask_index,
        checkpoints[answer.checkpoint.identity],
        answer.depth,
        None if first is None else words[first.word],
        None if first is None else first.logprob,
        answer.entropy,
        answer.sum_p_squared,
        answer.top1_margin,
        answer.word_mass,
    )


def _write_predictions(cursor: Cursor, answers: Mapping[int, Answer], words: Mapping[str, int]) -> None:
    numbers: dict[PieceDescription, int] = {}
    answer_ids, ranks, pieces, word_column, logprobs = [], [], [], [], []
    for answer_id, answer in answers.items():
        tokenizer = answer.checkpoint.tokenizer_sha256
        for said in answer.predictions:
            description = (tokenizer, said.token_id, said.piece, said.word, said.starts_word)
            answer_ids.append(answer_id)
            ranks.append(said.rank)
            pieces.append(numbers.setdefault(description, len(numbers)))
            word_column.append(words[said.word])
            logprobs.append(said.logprob)
    if not ranks:
        return
    ids = list(piece_ids(cursor, numbers, words).values())
    columns = (answer_ids, ranks, [ids[number] for number in pieces], word_column, logprobs)
    stage_columns(cursor, "staged_prediction", _PREDICTIONS, columns)
    cursor.execute(
        "INSERT INTO prediction (answer_id, rank, piece_id, word_id, logprob)"
        " SELECT answer_id, rank, piece_id, word_id, logprob FROM staged_prediction"
    )


def _write_candidates(cursor: Cursor, answers: Mapping[int, Answer], words: Mapping[str, int]) -> None:
    named = {
        (answer_id, words[candidate.word], candidate.word_space): candidate
        for answer_id, answer in answers.items()
        for candidate in answer.candidates
    }
    if not named:
        return
    schema = pa.schema([_CANDIDATES.field(name) for name in ("answer_id", "word_id", "word_space")])
    stage(cursor, "staged_key", schema, named)
    known = set(
        cursor.execute(
            "SELECT answer_id, word_id, word_space FROM candidate SEMI JOIN staged_key USING (answer_id, word_id, word_space)"
        ).fetchall()
    )
    missing = [(key, candidate) for key, candidate in named.items() if key not in known]
    if not missing:
        return
    ids = new_ids(cursor, "candidate_id_sequence", len(missing))
    rows = [
        (
            candidate_id,
            answer_id,
            word_id,
            [storable(piece) for piece in candidate.pieces],
            candidate.in_vocabulary,
            candidate.logprob,
            candidate.rank,
            candidate.rank_shared,
            word_space,
        )
        for candidate_id, ((answer_id, word_id, word_space), candidate) in zip(ids, missing, strict=True)
    ]
    stage(cursor, "staged_candidate", _CANDIDATES, rows)
    cursor.execute(
        "INSERT INTO candidate (candidate_id, answer_id, word_id, pieces, in_vocabulary, logprob, rank, rank_shared,"
        " word_space) SELECT candidate_id, answer_id, word_id, pieces, in_vocabulary, logprob, rank, rank_shared, word_space"
        " FROM staged_candidate"
    )
