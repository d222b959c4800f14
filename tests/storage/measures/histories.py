"""Small histories told by their lists of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from storage.log import Log
from storage.records import (
    Agreement,
    Answer,
    AskedAnswer,
    Candidate,
    Checkpoint,
    Comparison,
    Expectation,
    Prediction,
    Prompt,
    RunKind,
    RunStatus,
)
from tests.storage.samples import run

TEXT = "It is a [MASK]."
Lists = Mapping[Checkpoint, Sequence[str]]


def spoken(by: Checkpoint, words: Sequence[str], scores: Sequence[float | None] | None = None) -> tuple[Prediction, ...]:
    """A ranked list. A word that comes again is another piece, and ALBERT marks the first."""
    mark = "\u2581" if by.family == "albert" else ""
    lines = []
    for place, word in enumerate(words):
        before = list(words[:place]).count(word)
        token = sum(map(ord, word)) * 40 + before
        logprob = -0.3 * (place + 1) if scores is None else scores[place]
        piece = f"{word}~{before}" if before else mark + word
        lines.append(Prediction(place + 1, token, piece, word, True, logprob))
    return tuple(lines)


def told(
    by: Checkpoint,
    words: Sequence[str],
    *,
    text: str = TEXT,
    mask_index: int = 0,
    scores: Sequence[float | None] | None = None,
    full: bool = True,
    candidates: tuple[Candidate, ...] = (),
) -> Answer:
    """An answer that says these words; without `full` as one made elsewhere, whose distribution is not known."""
    lines = spoken(by, words, scores)
    figures = (2.0, 0.25, 0.3, 0.9) if full else (None, None, None, None)
    return replace(Answer(Prompt(text), mask_index, by, lines, *figures), candidates=candidates)


def keep(
    log: Log,
    *answers: Answer,
    number: int = 0,
    kind: RunKind = RunKind.ASK,
    label: str | None = None,
    author: str | None = None,
    agreements: Sequence[Agreement] = (),
    expected: Sequence[str] = (),
    reused: bool = False,
) -> str:
    """Append one run that asked for these answers, `number` seconds after the first; the expected words are of every mask."""
    places = dict.fromkeys((answer.prompt, answer.mask_index) for answer in answers)
    asked_run = replace(run(number), kind=kind, label=label, author=author, status=RunStatus.COMPLETE)
    log.append(
        Comparison(
            run=asked_run,
            answers=tuple(AskedAnswer(answer, 3.0, reused=reused, row_number=row) for row, answer in enumerate(answers)),
            agreements=tuple(agreements),
            expectations=tuple(Expectation(prompt, mask, word) for prompt, mask in places for word in expected),
        )
    )
    return asked_run.run_id


def ids(log: Log) -> dict[str, int]:
    """The key of each checkpoint by name; of several weights of a name the last."""
    return dict(log.database.rows("SELECT name, checkpoint_id FROM checkpoint ORDER BY checkpoint_id"))
