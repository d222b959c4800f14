"""Known answers of the real weights, published with their scores, wherever those weights are found."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.check.comparing import check_published
from pipelines.check.published import compare, read_published
from pipelines.check.telling import first_failure
from pipelines.check.verdicts import Outcome
from pipelines.checkpoints import Located, locate
from pipelines.settings import read_settings
from pipelines.shelf import Shelf
from storage.records import Answer

MODELS_DIR = os.environ.get("MASKBOARD_MODELS_DIR")


@pytest.mark.real_weights
@pytest.mark.parametrize("name", ["bert-base-uncased", "distilbert-base-uncased", "albert-base-v2"])
def test_real_weights_give_their_published_answers(name: str, shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if MODELS_DIR is None:
        pytest.skip(f"needs the real weights of {name}: MASKBOARD_MODELS_DIR names no folder")
    monkeypatch.setenv("MASKBOARD_MODELS_DIR", MODELS_DIR)
    settings = read_settings()
    if not isinstance(locate(name, settings), Located):
        pytest.skip(f"needs the real weights of {name}: they are not in {MODELS_DIR}")
    shelf = Shelf(settings)
    try:
        report = check_published(read_published(shared_data / "published_fillmask.json"), shelf, checkpoints=[name])
    finally:
        shelf.close()
    failed = [each for each in report.verdicts if each.outcome in (Outcome.FAILED, Outcome.ERROR)]
    assert not failed, "\n".join(f"{each.case}: {first_failure(each)}" for each in failed)


def test_the_comparison_with_published_answers_can_fail(shared_data: Path) -> None:
    entries = read_published(shared_data / "published_fillmask.json").entries
    assert len(entries) == 762
    for entry in entries:
        (published,) = entry.answers
        answer = published.answer
        assert all(each.holds for each in compare(published, answer))
        assert all(each.holds for each in compare(published, moved(answer, 0.01))) is (published.tolerance is None)
        assert answer.depth == 1 or not compare(published, turned(answer))[0].holds


def moved(answer: Answer, shift: float) -> Answer:
    """The same words, each log-probability moved by `shift` and the first one's score by at least 0.01."""
    first = max(shift / answer.predictions[0].score, shift) if answer.predictions[0].score else shift
    return replace(
        answer,
        predictions=tuple(
            replace(line, logprob=None if line.logprob is None else line.logprob + (first if line.rank == 1 else shift))
            for line in answer.predictions
        ),
    )


def turned(answer: Answer) -> Answer:
    """The same words the other way round."""
    return replace(answer, predictions=answer.predictions[::-1])
