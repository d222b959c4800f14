"""The whole examination of finished checkpoints: accuracy, baselines, speed, size, prompts and published probes."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModelForMaskedLM, AutoTokenizer, PreTrainedTokenizerFast

from pipelines.training.architecture import MaskedModel, at, encode, predict
from pipelines.training.baselines import count_baselines
from pipelines.training.evaluation import disguised, measure, questions
from pipelines.training.facts import REFERENCE, Evaluation
from pipelines.training.probes import ask_probes
from pipelines.training.prompts import PROMPTS, five_words
from pipelines.training.vocabulary import MASK
from pipelines.training.workshop import text

log = logging.getLogger(__name__)

PASSES = 15


def examine(folders: list[Path], corpus: Path, state: Path, device: torch.device) -> Iterator[tuple[Path, Evaluation]]:
    """Yield the figures of each checkpoint; speeds and sizes are compared with bert-mini where it is among them."""
    models = {folder: _load(folder, device) for folder in folders}
    speeds = dict(zip(folders, _milliseconds(list(models.values())), strict=True))
    reference = next((folder for folder in folders if folder.name == REFERENCE), None)
    for folder, model in models.items():
        log.info("examining %s", folder.name)
        words = text(Tokenizer.from_file(str(folder / "tokenizer.json")), corpus, state)
        length = model.config.max_position_embeddings
        asked = questions(words.held_out, length)
        tokenizer = cast("PreTrainedTokenizerFast", AutoTokenizer.from_pretrained(folder, local_files_only=True))
        evaluation = Evaluation(
            accuracy=measure(model, asked),
            disguised=measure(model, disguised(asked, model.config.vocab_size)),
            row_length=length,
            baselines=count_baselines(words, asked, model.config.vocab_size),
            milliseconds=speeds[folder],
            times_bert_speed=speeds[reference] / speeds[folder] if reference else None,
            share_of_bert=_size(model) / _size(models[reference]) if reference else None,
            megabytes=(folder / "model.safetensors").stat().st_size / 1e6,
            prompts={prompt: five_words(model, tokenizer, prompt) for prompt in PROMPTS},
            probes=ask_probes(model, tokenizer, corpus.parent / "probes"),
        )
        yield folder, evaluation


def _load(folder: Path, device: torch.device) -> MaskedModel:
    model: MaskedModel = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    nn.Module.to(model, device)
    return model


def _size(model: MaskedModel) -> int:
    return int(model.num_parameters())


@torch.inference_mode()
def _milliseconds(models: list[MaskedModel]) -> list[float]:
    """Time each model on 32 rows of 32 pieces with one mask each, head at the masks only, as the dashboard runs them.

    The models take turns and the fastest pass counts: what else the machine does can only slow a pass down.
    """
    fastest = [float("inf")] * len(models)
    for _ in range(PASSES):
        for place, model in enumerate(models):
            inputs, masks = _timed_rows(model)
            start = time.perf_counter()
            predict(model, at(encode(model, inputs), masks)).sum().item()
            fastest[place] = min(fastest[place], 1000 * (time.perf_counter() - start))
    return fastest


def _timed_rows(model: MaskedModel) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randint(MASK + 1, model.config.vocab_size, (32, 32), generator=generator)
    inputs[:, 16] = MASK
    masks = torch.arange(32) * 32 + 16
    return inputs.to(model.device), masks.to(model.device)
