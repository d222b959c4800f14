"""Known answers of the real weights, published with their scores, wherever those weights are found."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipelines.answers import fill
from pipelines.checkpoints import Located, locate
from pipelines.distributions import Question
from pipelines.settings import read_settings
from pipelines.shelf import Shelf
from storage.records import Answer, Checkpoint, Prediction, Prompt

# How far a published score may lie from ours: half of its last printed digit, or what other hardware and versions of the
# libraries change in float32.
TOLERANCE = {"rank only": None, "full": 1e-3, "4 decimals": 6e-5, "3 decimals": 6e-4, "percent, 2 decimals": 6e-5}

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
    entries = [each for each in published(shared_data) if each["model"] == name]
    shelf = Shelf(settings)
    try:
        asked = fill([shelf.get(name)], [Question(Prompt(each["prompt"])) for each in entries], top_k=10).answers
    finally:
        shelf.close()
    answers = {each.answer.prompt.text: each.answer for each in asked}
    wrong = [problem for each in entries if (problem := difference(each, answers[each["prompt"]]))]
    assert not wrong, "\n".join(wrong)


def published(shared_data: Path) -> list[dict[str, Any]]:
    """The entries of the published file: model, prompt, top_k of {token, token_str, score}."""
    entries: list[dict[str, Any]] = json.loads((shared_data / "published_fillmask.json").read_text("utf-8"))["entries"]
    return entries


def difference(entry: Mapping[str, Any], answer: Answer) -> str | None:
    """What differs between a published answer and ours, in words; None where they are the same."""
    lines = entry["top_k"]
    ours = answer.predictions[: len(lines)]
    if [line["token"] for line in lines] != [line.token_id for line in ours]:
        return f"{entry['prompt']}: published {[line['token_str'] for line in lines]}, ours {[line.piece for line in ours]}"
    tolerance = TOLERANCE[entry["score_precision"]]
    for line, own in zip(lines, ours, strict=True):
        if tolerance is not None and abs(line["score"] - own.score) > tolerance:
            return f"{entry['prompt']}: {own.piece} published {line['score']}, ours {own.score}"
    return None


def test_the_comparison_with_published_answers_can_fail(shared_data: Path) -> None:
    entries = published(shared_data)
    assert len(entries) == 762
    entry = next(each for each in entries if each["score_precision"] == "full")
    assert difference(entry, answer_of(entry)) is None
    assert difference(entry, answer_of(entry, shift=0.01)) is not None
    assert difference({**entry, "top_k": entry["top_k"][::-1]}, answer_of(entry)) is not None


def answer_of(entry: Mapping[str, Any], shift: float = 0.0) -> Answer:
    """An answer that says what was published, each log-probability moved by `shift`."""
    checkpoint = Checkpoint(entry["model"], "bert", "folder", "0" * 64, "0" * 64, "0" * 64, 1, 1)
    lines = tuple(
        Prediction(rank, line["token"], line["token_str"], line["token_str"], True, math.log(line["score"]) + shift)
        for rank, line in enumerate(entry["top_k"], start=1)
    )
    return Answer(Prompt(entry["prompt"]), 0, checkpoint, lines)
