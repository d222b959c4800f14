"""Histories written down word by word, so that every figure can be worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from storage.records import Answer, AskedAnswer, Checkpoint, Comparison, Expectation, Prediction, Prompt, RunKind
from tests.storage.samples import digest, run

Says = Sequence[tuple[str, float]]
"""Words with their probabilities, best first."""


def words(text: str, probability: float = 0.2) -> Says:
    """`a b c` as a list whose probabilities fall by half.

    >>> words("a b")
    [('a', 0.2), ('b', 0.1)]
    """
    return [(word, probability / 2**place) for place, word in enumerate(text.split())]


def answer(text: str, by: Checkpoint, says: Says, mask_index: int = 0, full: bool = True) -> Answer:
    """An answer with exactly this list; with `full` the figures of a distribution that has nothing else."""
    lines = []
    for rank, (word, probability) in enumerate(says, start=1):
        token = int(digest(word)[:6], 16)
        lines.append(Prediction(rank, token, word, word, not word.startswith("##"), math.log(probability)))
    return Answer(
        prompt=Prompt(text),
        mask_index=mask_index,
        checkpoint=by,
        predictions=tuple(lines),
        entropy=-sum(p * math.log(p) for _, p in says) if full else None,
        sum_p_squared=sum(p * p for _, p in says) if full else None,
        top1_margin=math.log(says[0][1] / says[1][1]) if full and len(says) > 1 else None,
        word_mass=1.0 if full else None,
    )


def history(
    told: Mapping[str, Mapping[Checkpoint, Says]],
    *,
    expected: Mapping[str, str] | None = None,
    number: int = 0,
    kind: RunKind = RunKind.ASK,
    full: bool = True,
) -> Comparison:
    """One run that asked every prompt of every checkpoint named for it; `number` tells runs apart, and sets the second."""
    answers = [
        AskedAnswer(answer(text, by, says, full=full), 5.0, reused=False, row_number=row)
        for row, (text, lists) in enumerate(told.items())
        for by, says in lists.items()
    ]
    return Comparison(
        run=replace(run(number), kind=kind),
        answers=tuple(answers),
        expectations=tuple(Expectation(Prompt(text), 0, word) for text, word in (expected or {}).items()),
    )
