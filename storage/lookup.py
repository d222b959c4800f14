"""Finding answers and agreements again: before a model runs, and to show a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from storage.database import Cursor
from storage.questions import question
from storage.records import Agreement, Answer, Candidate, Checkpoint, Prediction, Prompt
from storage.staging import AnswerKey, IdentityKey, answer_key

AgreementKey = tuple[str, int, IdentityKey, IdentityKey]
"""Text of the prompt, mask index, identity of the one and of the other checkpoint."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The lists of one answer."""

    predictions: tuple[Prediction, ...] = ()
    candidates: tuple[Candidate, ...] = ()


def find_answers(cursor: Cursor, prompts: Sequence[Prompt], checkpoints: Sequence[Checkpoint]) -> dict[AnswerKey, Answer]:
    """Known answers of these checkpoints to these prompts, at every mask."""
    texts = {prompt.text_sha256: prompt for prompt in prompts}
    by_id = {checkpoint_id: checkpoint for checkpoint, checkpoint_id in asked_ids(cursor, checkpoints).items()}
    found = cursor.execute(question("find_answers"), {"prompts": list(texts), "checkpoints": list(by_id)}).fetchall()
    contents = read_contents(cursor, [row[3] for row in found])
    answers: dict[AnswerKey, Answer] = {}
    for digest, mask_index, checkpoint_id, answer_id, *figures in found:
        kept = contents[answer_id]
        answer = Answer(texts[digest], mask_index, by_id[checkpoint_id], kept.predictions, *figures)
        answer = replace(answer, candidates=kept.candidates)
        answers[answer_key(answer)] = answer
    return answers


def find_agreements(
    cursor: Cursor, prompts: Sequence[Prompt], checkpoints: Sequence[Checkpoint]
) -> dict[AgreementKey, Agreement]:
    """Known agreements between these checkpoints, each with the earlier one in `checkpoints` as checkpoint_a."""
    texts = {prompt.text_sha256: prompt for prompt in prompts}
    ids = asked_ids(cursor, checkpoints)
    by_id = {checkpoint_id: checkpoint for checkpoint, checkpoint_id in ids.items()}
    place = {checkpoint_id: place for place, checkpoint_id in enumerate(by_id)}
    agreements: dict[AgreementKey, Agreement] = {}
    parameters = {"prompts": list(texts), "checkpoints": list(by_id)}
    for digest, mask_index, a, b, *figures in cursor.execute(question("find_agreements"), parameters).fetchall():
        agreement = Agreement(texts[digest], mask_index, by_id[a], by_id[b], *figures)
        if place[a] > place[b]:
            agreement = turned(agreement)
        key = (agreement.prompt.text, mask_index, agreement.checkpoint_a.identity, agreement.checkpoint_b.identity)
        agreements[key] = agreement
    return agreements


def turned(agreement: Agreement) -> Agreement:
    """The same agreement, told from the other side."""
    return replace(
        agreement,
        checkpoint_a=agreement.checkpoint_b,
        checkpoint_b=agreement.checkpoint_a,
        coverage_a=agreement.coverage_b,
        coverage_b=agreement.coverage_a,
    )


def read_checkpoints(cursor: Cursor) -> dict[int, Checkpoint]:
    """Every checkpoint of the log by its key. There are few: one per set of weights ever asked."""
    return {row[0]: Checkpoint(*row[1:9]) for row in cursor.execute(question("checkpoints")).fetchall()}


def read_contents(cursor: Cursor, answers: Iterable[int], depth: int | None = None) -> Mapping[int, Contents]:
    """Predictions down to a depth, and all candidates, of answers named by their keys."""
    ids = list(dict.fromkeys(answers))
    if not ids:
        return {}
    predictions: defaultdict[int, list[Prediction]] = defaultdict(list)
    parameters = {"answers": ids, "depth": depth}
    for answer_id, *fields in cursor.execute(question("answer_predictions"), parameters).fetchall():
        predictions[answer_id].append(Prediction(*fields))
    candidates: defaultdict[int, list[Candidate]] = defaultdict(list)
    for answer_id, word, pieces, *rest in cursor.execute(question("answer_candidates"), {"answers": ids}).fetchall():
        candidates[answer_id].append(Candidate(word, tuple(pieces), *rest))
    return {i: Contents(tuple(predictions[i]), tuple(candidates[i])) for i in ids}


def asked_ids(cursor: Cursor, checkpoints: Sequence[Checkpoint]) -> dict[Checkpoint, int]:
    """The keys of those checkpoints that the log knows, in the order in which they were named."""
    known = {checkpoint.identity: checkpoint_id for checkpoint_id, checkpoint in read_checkpoints(cursor).items()}
    return {checkpoint: known[checkpoint.identity] for checkpoint in checkpoints if checkpoint.identity in known}
