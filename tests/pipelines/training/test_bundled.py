"""The three checkpoints that come with the project load, are what they say, and stay small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer, PreTrainedTokenizerFast

from pipelines.training.architecture import MaskedModel
from pipelines.training.card import render
from pipelines.training.facts import Facts
from pipelines.training.prompts import PROMPTS, five_words

BUNDLED = Path(__file__).parents[3] / "pipelines" / "bundled"
CLASSES = {
    "bert-mini": "BertForMaskedLM",
    "distilbert-mini": "DistilBertForMaskedLM",
    "albert-mini": "AlbertForMaskedLM",
}
FAMILIES = {"bert-mini": "bert", "distilbert-mini": "distilbert", "albert-mini": "albert"}
FILES = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "training.json", "README.md"}
SEED_PROMPT = "MLM and NSP is the [MASK] task of BERT."

each = pytest.mark.parametrize("name", CLASSES)


def load(name: str) -> tuple[MaskedModel, PreTrainedTokenizerFast]:
    model = AutoModelForMaskedLM.from_pretrained(BUNDLED / name, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(BUNDLED / name)
    assert isinstance(tokenizer, PreTrainedTokenizerFast)
    return model, tokenizer


@each
def test_it_loads_as_its_family(name: str) -> None:
    model, tokenizer = load(name)
    assert type(model).__name__ == CLASSES[name]
    assert model.config.model_type == FAMILIES[name]
    assert model.config.vocab_size == len(tokenizer) == Facts.load(BUNDLED / name).training.vocabulary_size
    assert tokenizer.model_max_length == model.config.max_position_embeddings == 128
    assert tokenizer.mask_token == "[MASK]"
    assert model.num_parameters() == Facts.load(BUNDLED / name).training.parameters


@each
def test_the_folder_holds_only_what_is_needed(name: str) -> None:
    assert {path.name for path in (BUNDLED / name).iterdir()} == FILES
    assert AutoModelForMaskedLM.from_pretrained(BUNDLED / name).dtype == torch.float16


def test_the_weights_stay_small() -> None:
    sizes = [(BUNDLED / name / "model.safetensors").stat().st_size for name in CLASSES]
    assert max(sizes) < 12e6
    assert sum(path.stat().st_size for path in BUNDLED.rglob("*") if path.is_file()) < 32e6


def test_the_three_differ_as_the_real_ones_do() -> None:
    found = {name: Facts.load(BUNDLED / name) for name in CLASSES}
    assert 3 * found["albert-mini"].training.parameters <= found["bert-mini"].training.parameters
    assert 2 * found["distilbert-mini"].training.layers == found["bert-mini"].training.layers
    assert found["albert-mini"].training.embedding_size < found["albert-mini"].training.hidden_size
    student = found["distilbert-mini"].evaluation
    assert student is not None
    assert student.times_bert_speed is not None
    assert student.times_bert_speed >= 1.6
    vocabularies = [(BUNDLED / name / "tokenizer.json").read_bytes() for name in CLASSES]
    assert vocabularies[0] == vocabularies[1] != vocabularies[2]


@each
def test_it_has_learned_more_than_counts(name: str) -> None:
    found = Facts.load(BUNDLED / name).evaluation
    assert found is not None
    counts = found.baselines
    assert found.accuracy.loss < counts.trigram.loss < counts.unigram.loss
    assert found.accuracy.top_5 > counts.trigram.top_5 > counts.unigram.top_5


def test_the_figures_keep_their_promise() -> None:
    """Of masked pieces in held-out articles, every one shown as [MASK], and well above counting."""
    found = {name: Facts.load(BUNDLED / name).evaluation for name in CLASSES}
    bert, distilbert, albert = (found[name] for name in CLASSES)
    assert bert is not None
    assert distilbert is not None
    assert albert is not None
    assert bert.accuracy.top_5 >= 58
    assert albert.accuracy.top_5 >= 52
    assert distilbert.accuracy.top_5 >= bert.accuracy.top_5 - 3
    for each in (bert, distilbert, albert):
        assert each.accuracy.top_5 >= each.baselines.trigram.top_5 + 10


@each
def test_rounding_to_float16_costs_nothing(name: str) -> None:
    facts = Facts.load(BUNDLED / name)
    assert facts.evaluation is not None
    assert facts.evaluation.accuracy.top_1 == pytest.approx(facts.training.float32.top_1, abs=0.1)
    assert facts.evaluation.accuracy.top_5 == pytest.approx(facts.training.float32.top_5, abs=0.1)
    assert facts.evaluation.accuracy.loss == pytest.approx(facts.training.float32.loss, abs=0.005)


@each
def test_the_card_says_what_the_run_recorded_and_the_checkpoint_still_says_it(name: str) -> None:
    facts = Facts.load(BUNDLED / name)
    card = (BUNDLED / name / "README.md").read_text(encoding="utf-8")
    assert card == render(facts)
    assert "not one of Google's or Hugging Face's" in card
    assert all(licence in card for licence in ("CC BY-SA 3.0", "CC BY 4.0", "public domain"))
    assert not re.search(r"/(home|work|tmp|root)/", card)
    model, tokenizer = load(name)
    assert facts.evaluation is not None
    assert list(facts.evaluation.prompts) == list(PROMPTS)
    # First words only: further down two words may lie closer together than two machines round.
    assert five_words(model, tokenizer, SEED_PROMPT)[0] == facts.evaluation.prompts[SEED_PROMPT][0]


@each
def test_the_seed_prompt_gets_words(name: str) -> None:
    model, tokenizer = load(name)
    words = five_words(model, tokenizer, SEED_PROMPT)
    assert sum(word.isalpha() and len(word) > 2 for word in words) >= 4
    assert {"main", "first", "second", "only", "same", "primary", "new", "major", "final"} & set(words)
