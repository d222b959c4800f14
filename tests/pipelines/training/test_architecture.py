"""What was trained is what Transformers computes: the halves used in training equal the whole model."""

from __future__ import annotations

import pytest
import torch
from transformers import AlbertForMaskedLM, BertForMaskedLM, DistilBertForMaskedLM

from pipelines.training.architecture import at, build, choose_attention, encode, predict
from pipelines.training.recipe import RECIPES, Device, Family, Recipe

CLASSES = {"bert": BertForMaskedLM, "distilbert": DistilBertForMaskedLM, "albert": AlbertForMaskedLM}


@pytest.mark.parametrize("family", ["bert", "distilbert", "albert"])
def test_encode_and_predict_equal_the_whole_model(family: Family, tiny_bert: Recipe) -> None:
    torch.manual_seed(1)
    model = build(family, tiny_bert.shape)
    model.train(False)
    assert type(model) is CLASSES[family]
    inputs = torch.randint(5, 600, (3, 20))
    positions = torch.tensor([4, 25, 59])
    with torch.inference_mode():
        whole = model(input_ids=inputs, attention_mask=torch.ones_like(inputs)).logits.reshape(-1, 600)[positions]
        choose_attention(model, torch.device("cpu"))
        halves = predict(model, at(encode(model, inputs), positions))
    assert torch.allclose(whole, halves, atol=1e-5)


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_the_recipes_keep_the_proportions_of_the_real_families(device: Device) -> None:
    recipes = RECIPES[device]
    sizes = {name: build(recipe.family, recipe.shape).num_parameters() for name, recipe in recipes.items()}
    assert list(sizes) == ["bert-mini", "distilbert-mini", "albert-mini"]
    assert recipes["distilbert-mini"].shape.layers * 2 == recipes["bert-mini"].shape.layers
    assert 3 * sizes["albert-mini"] <= sizes["bert-mini"]
    assert max(sizes.values()) * 2 < 12e6
    assert sum(sizes.values()) * 2 < 32e6


def test_the_lengths_of_the_recipes_keep_their_promise() -> None:
    assert sum(recipe.minutes for recipe in RECIPES["cpu"].values()) <= 150
    assert sum(recipe.minutes for recipe in RECIPES["cuda"].values()) <= 25
