"""The loop: the schedule, and a killed run that ends with the very weights of an uninterrupted one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from pipelines.training import loop
from pipelines.training.architecture import MaskedModel, at, build, encode, predict
from pipelines.training.batches import Batch, BatchSource
from pipelines.training.errors import TrainingError
from pipelines.training.loop import Budget, Progress, learning_rate, mask_share, train
from pipelines.training.recipe import Recipe
from pipelines.training.stream import Stream

STEPS = 8


class Killed(Exception):
    """Stands for the end of the process."""


def run(recipe: Recipe, state: Path, killed_at: int | None = None) -> tuple[MaskedModel, Progress | None]:
    tokens = np.random.default_rng(3).integers(5, 600, 4_000).astype(np.uint16)
    starts = np.arange(0, 4_000, 20)
    stream = Stream(tokens, starts, starts + 20, np.full(200, 4_000))
    source = BatchSource(stream, 600, 128, (16, 32), 0.3, recipe.seed, torch.device("cpu"))
    torch.manual_seed(5)
    model = build("bert", recipe.shape)
    calls = 0

    def objective(batch: Batch) -> Tensor:
        nonlocal calls
        calls += 1
        if calls == killed_at:
            raise Killed
        logits = predict(model, at(encode(model, batch.inputs), batch.positions))
        return functional.cross_entropy(logits.float(), batch.targets)

    try:
        return model, train(model, objective, source, recipe, Budget(steps=STEPS), state)
    except Killed:
        return model, None


def test_a_killed_run_ends_with_the_weights_of_an_uninterrupted_one(
    tiny_bert: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "SAVE_EVERY_SECONDS", 0.0)
    whole, progress = run(tiny_bert, tmp_path / "whole.pt")
    _, stopped = run(tiny_bert, tmp_path / "broken.pt", killed_at=5)
    # What a kill in the middle of a save leaves behind is ignored and overwritten.
    (tmp_path / "broken.partial").write_bytes(b"half a state")
    resumed, rest = run(tiny_bert, tmp_path / "broken.pt")
    assert stopped is None
    assert progress is not None
    assert rest is not None
    assert (rest.step, rest.tokens) == (progress.step, progress.tokens) == (STEPS, progress.tokens)
    states = whole.state_dict(), resumed.state_dict()
    assert [name for name in states[0] if not torch.equal(states[0][name], states[1][name])] == []


def test_the_rate_warms_up_and_falls_to_zero(tiny_bert: Recipe) -> None:
    peak, warmup = tiny_bert.peak_rate, tiny_bert.warmup_steps
    assert learning_rate(tiny_bert, 0, 0.0) == pytest.approx(peak / warmup)
    assert learning_rate(tiny_bert, 10 * warmup, 0.25) == pytest.approx(0.75 * peak)
    assert learning_rate(tiny_bert, 10 * warmup, 1.0) == 0.0


def test_fewer_pieces_are_masked_towards_the_end(tiny_bert: Recipe) -> None:
    shares = [mask_share(tiny_bert, share) for share in (0.0, 0.5, 1.0)]
    assert shares == pytest.approx([0.25, 0.225, 0.2])


def test_a_budget_is_minutes_or_steps() -> None:
    assert Budget(minutes=2).share(step=1000, seconds=30) == pytest.approx(0.25)
    assert Budget(minutes=2, steps=10).share(step=5, seconds=9999) == pytest.approx(0.5)
    assert Budget(minutes=2).share(step=0, seconds=999) == 1.0


def test_the_state_of_another_training_is_refused(tiny_bert: Recipe, tmp_path: Path) -> None:
    torch.save({"module": {}, "optimizer": {}, "progress": {}}, tmp_path / "state.pt")
    with pytest.raises(TrainingError, match="another training"):
        run(tiny_bert, tmp_path / "state.pt")
