"""Layers run from here give what transformers gives, whatever else is in the pass; a model of another build runs as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pipelines.answers import fill
from pipelines.checkpoints import Located, Source, require
from pipelines.distributions import Question
from pipelines.fill_mask import LoadedCheckpoint, load
from pipelines.packed import LEAST, Packed
from pipelines.padded import Padded
from pipelines.passes import Passes
from pipelines.rows import Row
from pipelines.settings import read_settings
from storage.records import Checkpoint, Prompt
from tests.pipelines.conftest import PROMPTS

if TYPE_CHECKING:
    from transformers import PretrainedConfig

TEXTS = (*(prompt.text for prompt in PROMPTS[::9]), "[MASK]", "[MASK] [MASK]", "so " * 100 + "[MASK] and [MASK]")


def rows_of(loaded: LoadedCheckpoint, texts: Sequence[str] = TEXTS) -> list[Row]:
    rows = [each for each in loaded.encode([Prompt(text) for text in texts]) if isinstance(each, Row)]
    assert len(rows) == len(texts)
    return rows


def test_the_known_families_run_without_padding(minis: tuple[LoadedCheckpoint, ...], roberta: LoadedCheckpoint) -> None:
    assert [type(each.network) for each in (*minis, roberta)] == [Packed] * 4


def test_every_row_gets_what_transformers_gives_it_alone(minis: tuple[LoadedCheckpoint, ...]) -> None:
    import torch
    from transformers import AutoModelForMaskedLM

    for loaded in minis:
        folder = str(require(loaded.checkpoint.name, read_settings()).folder)
        stock = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32)
        rows = rows_of(loaded)
        assert min(len(row.ids) for row in rows) < LEAST
        for row, scored in zip(rows, loaded.score(rows), strict=True):
            with torch.inference_mode():
                expected = stock(input_ids=torch.tensor([row.ids])).logits[0, list(row.positions)].double().log_softmax(-1)
            assert np.abs(np.exp(scored.logprobs) - np.exp(expected.numpy())).max() < 1e-5
            assert scored.logprobs == pytest.approx(expected.numpy(), abs=1e-4)


def test_a_row_gets_the_same_whatever_else_is_in_the_pass(minis: tuple[LoadedCheckpoint, ...]) -> None:
    for loaded in minis:
        rows = rows_of(loaded)
        within = 0.0 if products_of_rows_stand_alone(loaded) else 2e-5
        for row, together in zip(rows, loaded.score(rows), strict=True):
            (alone,) = loaded.score([row])
            assert np.abs(alone.logprobs - together.logprobs).max() <= within
            (last,) = loaded.score([Row(row.ids, row.positions[-1:])])
            assert np.abs(last.logprobs - together.logprobs[-1:]).max() <= within


def products_of_rows_stand_alone(loaded: LoadedCheckpoint) -> bool:
    """Whether this machine's library computes a row of a matrix product alike in small and in large matrices."""
    import torch

    with torch.inference_mode():
        for module in loaded.model.modules():
            if isinstance(module, torch.nn.Linear):
                large = torch.randn(600, module.in_features)
                if not torch.equal(module(large)[:LEAST], module(large[:LEAST].clone())):
                    return False
    return True


def test_the_quick_gelu_of_albert_is_the_one_that_transformers_wrote() -> None:
    import torch
    from transformers.activations import NewGELUActivation

    given = torch.cat([torch.linspace(-12, 12, 100_003), torch.tensor([0.0, 1e-30, -1e-30, 1e4, -1e4])])
    quick = torch.nn.functional.gelu(given, approximate="tanh")
    assert (quick - NewGELUActivation()(given)).abs().max() < 2e-6
    exact = NewGELUActivation()(given.double())
    assert (quick - exact).abs().max() < 2e-6


def own_weights(config: PretrainedConfig, folder: Path) -> LoadedCheckpoint:
    import torch
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    torch.manual_seed(0)
    AutoModelForMaskedLM.from_config(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(str(require("bert-mini", read_settings()).folder)).save_pretrained(folder)
    located = Located("own", "own", Source.FOLDER, folder, "0" * 64, 0)
    passes = Passes()
    checkpoint = Checkpoint("own", "own", "folder", "0" * 64, "0" * 64, "1" * 64, 1, config.vocab_size)
    return load(located, checkpoint, passes)


def small(**more: object) -> dict[str, Any]:
    return {
        "vocab_size": 8192, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48,
        "max_position_embeddings": 64, "initializer_range": 0.3, **more,
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["modernbert", "causal"])
def test_another_build_runs_as_transformers_wrote_it(kind: str, tmp_path: Path) -> None:
    from transformers import BertConfig, ModernBertConfig, pipeline

    # The layers of the second have the names of BERT's, and look at earlier tokens only.
    config = BertConfig(**small(is_decoder=True)) if kind == "causal" else ModernBertConfig(**small(pad_token_id=0))
    loaded = own_weights(config, tmp_path)
    assert isinstance(loaded.network, Padded)
    peer: Any = pipeline("fill-mask", model=str(tmp_path), dtype="float32")
    texts = ["the [MASK] sat.", "it was [MASK] that he came to the [MASK] of them all.", "[MASK] and so on and so on."]
    answers = iter(each.answer for each in fill([loaded], [Question(Prompt(text)) for text in texts], top_k=5).answers)
    for text in texts:
        expected = peer(text, top_k=5)
        for lines in [expected] if isinstance(expected[0], dict) else expected:
            answer = next(answers)
            assert [line.token_id for line in answer.predictions] == [line["token"] for line in lines]
            scores = np.array([line.score for line in answer.predictions])
            assert np.abs(scores - [line["score"] for line in lines]).max() < 1e-5
    loaded.passes.close()
