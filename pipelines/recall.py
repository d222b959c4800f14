"""What the log already knows of a question: then no model runs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import combinations

from pipelines.agreement import compare_again, cut_answer
from pipelines.answers import Filled
from pipelines.distributions import Question
from storage.errors import StorageError
from storage.log import Log
from storage.records import Agreement, Answer, AskedAnswer, Checkpoint, Filling, word_space


def remember(question: Question, checkpoints: Sequence[Checkpoint], log: Log, *, top_k: int, jointly: bool) -> Filled | None:
    """Everything that was asked, from the log; None where any part of it is not there in full, or cannot be read."""
    try:
        return _recall(question, checkpoints, log, top_k, jointly)
    except StorageError:
        return None  # then it is computed, and the append that follows says what is the matter with the log


def _recall(question: Question, checkpoints: Sequence[Checkpoint], log: Log, top_k: int, jointly: bool) -> Filled | None:
    started = time.perf_counter()
    prompt = question.prompt
    space = word_space(checkpoints)
    stored = log.find_answers([prompt], checkpoints)
    kept = log.find_agreements([prompt], checkpoints)
    answers: list[Answer] = []
    agreements: list[Agreement] = []
    for mask_index in range(prompt.mask_count):
        found = [stored.get((prompt.text, mask_index, each.identity)) for each in checkpoints]
        here = [
            cut_answer(each, top_k, question.words, space)
            for each in found
            if each is not None and _is_whole(each, top_k, question.words, space)
        ]
        if len(here) < len(checkpoints):
            return None
        answers += here
        for a, b in combinations(here, 2):
            agreement = kept.get((prompt.text, mask_index, a.checkpoint.identity, b.checkpoint.identity))
            if agreement is None or agreement.jsd_shared is None:
                return None
            agreements.append(compare_again(agreement, a, b))
    fillings: tuple[Filling, ...] = ()
    if prompt.mask_count > 1 and jointly:
        filled = log.find_fillings([prompt], checkpoints)
        if len(filled) < len(checkpoints):
            return None
        fillings = tuple(filling for each in checkpoints for filling in filled[prompt.text, each.identity])
    elapsed = (time.perf_counter() - started) * 1000
    return Filled(tuple(AskedAnswer(each, elapsed, reused=True) for each in answers), tuple(agreements), (), fillings)


def _is_whole(answer: Answer, top_k: int, words: Sequence[str], space: str) -> bool:
    """Whether a stored answer holds all that is asked. Imports know no full distribution, and so are not enough."""
    deep_enough = answer.depth >= min(top_k, answer.checkpoint.vocabulary_size)
    return (
        answer.entropy is not None
        and deep_enough
        and set(words) <= {each.word for each in answer.candidates if each.word_space == space}
    )
