"""The bundled checkpoints in memory, once for all tests of this layer, and prompts to ask them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product

import pytest

from pipelines.__main__ import main
from pipelines.checkpoints import Located, Source
from pipelines.fill_mask import LoadedCheckpoint, load
from pipelines.passes import Passes
from pipelines.settings import read_settings
from pipelines.shelf import Shelf
from storage.records import Checkpoint, Prompt
from tests.pipelines.commands import Command, Told

MINIS = ("bert-mini", "distilbert-mini", "albert-mini")

TEMPLATES = (
    "The capital of {} is [MASK].",
    "She went to {} because she wanted to [MASK].",
    "[MASK] is a city in {}.",
    "In {}, people [MASK] the [MASK].",
    '"I have [MASK] seen {}," he said, and [MASK] the door, as if [MASK] had happened.',
)
PLACES = (
    "France", "Rome", "the old country", "Ohio", "a town near the sea", "Japan", "Mexico City", "heaven", "court", "1871",
    "São Paulo", "the House of Lords", "Mr. Smith's office", "the U.S.", "Kraków", "bed", "the north-west", "Africa",
    "Tolstoy's novel", "it", "a 2nd-class train",
)  # fmt: skip
PROMPTS = tuple(Prompt(template.format(place)) for template, place in product(TEMPLATES, PLACES))


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """What a command says."""

    def run(*arguments: str) -> Told:
        monkeypatch.setattr(sys, "argv", ["python -m pipelines", *arguments])
        return Told(main(), *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MASKBOARD_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("MASKBOARD_MODELS_DIR", raising=False)
        patch.delenv("MASKBOARD_SETTINGS", raising=False)
        shelf = Shelf(read_settings())
    yield shelf
    shelf.close()


@pytest.fixture(scope="session")
def roberta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoadedCheckpoint]:
    """A tiny RoBERTa with random weights: byte-level pieces, another mask, positions counted from behind the padding id."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaForMaskedLM

    folder = tmp_path_factory.mktemp("roberta")
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer = trainers.BpeTrainer(
        special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    backend.train_from_iterator(["the cat sat on a mat", "a dog and the cat", "the dog of the man"] * 50, trainer)
    backend.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, mask_token="<mask>", pad_token="<pad>", unk_token="<unk>", model_max_length=64
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = RobertaConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=22, initializer_range=0.3,
    )  # fmt: skip
    RobertaForMaskedLM(config).save_pretrained(folder)
    located = Located("roberta-tiny", "roberta", Source.FOLDER, folder, "0" * 64, 0)
    passes = Passes()
    yield load(
        located, Checkpoint("roberta-tiny", "roberta", "folder", "0" * 64, "0" * 64, "1" * 64, 1, len(tokenizer)), passes
    )
    passes.close()


@pytest.fixture(scope="session")
def minis(shelf: Shelf) -> tuple[LoadedCheckpoint, ...]:
    """The three bundled checkpoints; they are part of the project, so nothing here is skipped."""
    return tuple(shelf.get(name) for name in MINIS)
