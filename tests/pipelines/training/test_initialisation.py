"""The start: PPMI by hand, sinusoids that shift by rotation, heads that look at their neighbours."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from pipelines.training.architecture import build
from pipelines.training.initialisation import initialise, shift, sinusoids
from pipelines.training.recipe import Recipe
from pipelines.training.word_vectors import count_neighbours, log_unigram, positive_pmi, word_vectors

TEXT = np.array([0, 1, 0, 2])


def test_neighbours_count_by_one_over_their_distance() -> None:
    counts = count_neighbours(TEXT, 3, window=2)
    # 0-1 twice at distance 1; 0-2 once; 0-0 at distance 2, from both ends; 1-2 at distance 2.
    assert counts == pytest.approx(np.array([[1.0, 2.0, 1.0], [2.0, 0.0, 0.5], [1.0, 0.5, 0.0]]))


def test_positive_pmi_of_a_text_of_four_words() -> None:
    counts = count_neighbours(TEXT, 3, window=1)
    # 0-1: 2, 0-2: 1. Word sums 3, 2, 1 of 6.
    powers = [3**0.75, 2**0.75, 1.0]
    expected = math.log((2 / 6) / ((3 / 6) * (powers[1] / sum(powers))))
    pmi = positive_pmi(counts)
    assert pmi[0, 1] == pytest.approx(expected, abs=1e-6)
    assert pmi[0, 2] == pytest.approx(math.log((1 / 6) / ((3 / 6) * (powers[2] / sum(powers)))), abs=1e-6)
    assert pmi[1, 2] == 0.0
    assert (pmi >= 0).all()


def test_words_of_alike_contexts_get_alike_vectors_of_one_length() -> None:
    random = np.random.default_rng(0)
    # 5 and 6 stand only beside 10-14, 7 only beside 15-19.
    pairs = [(word, other) for word, low in ((5, 10), (6, 10), (7, 15)) for other in random.integers(low, low + 5, 400)]
    random.shuffle(pairs)
    vectors = word_vectors(np.array(pairs).ravel(), 25, 6, seed=1)
    assert vectors[[5, 6, 7]].norm(dim=1).numpy() == pytest.approx(1.8, abs=1e-4)
    alike = torch.cosine_similarity(vectors[5], vectors[6], dim=0)
    assert alike > torch.cosine_similarity(vectors[5], vectors[7], dim=0) + 0.3
    assert vectors[24].norm() < 0.2


def test_a_rotation_shifts_a_sinusoid() -> None:
    waves = sinusoids(20, 12)
    for offset in (-2, -1, 1, 2):
        shifted = waves[5:15] @ shift(offset, 12).T
        assert torch.allclose(shifted, waves[5 + offset : 15 + offset], atol=1e-5)


def test_the_first_heads_look_at_their_neighbours_from_the_first_step(tiny_bert: Recipe, tiny_albert: Recipe) -> None:
    tokens = np.random.default_rng(1).integers(5, 600, 20_000)
    for recipe in (tiny_bert, tiny_albert):
        model = build(recipe.family, recipe.shape)
        initialise(model, recipe.shape, tokens, seed=1)
        model.set_attn_implementation("eager")
        inputs = torch.from_numpy(tokens[: 32 * 20].reshape(20, 32))
        with torch.inference_mode():
            weights = model.base_model(input_ids=inputs, output_attentions=True).attentions[0].mean(dim=0)
        places = torch.arange(1, 31)
        for head, offset in enumerate((-1, 1)):
            looked_at = weights[head, 1:31].argmax(dim=1)
            assert torch.equal(looked_at, places + offset), recipe.name


def test_the_first_answers_are_the_frequent_pieces(tiny_bert: Recipe) -> None:
    logs = log_unigram(np.array([1, 1, 1, 2]), 4)
    assert logs.exp().numpy() == pytest.approx([1 / 8, 4 / 8, 2 / 8, 1 / 8])
    tokens = np.random.default_rng(1).zipf(1.5, 20_000).clip(max=594) + 4
    model = build("bert", tiny_bert.shape)
    initialise(model, tiny_bert.shape, tokens, seed=1)
    bias = model.get_parameter("cls.predictions.bias")
    assert torch.equal(bias, log_unigram(tokens, 600))


def test_the_start_depends_on_the_seed_alone(tiny_albert: Recipe) -> None:
    tokens = np.random.default_rng(1).integers(5, 600, 5_000)
    states = []
    for seed in (1, 1, 2):
        model = build("albert", tiny_albert.shape)
        initialise(model, tiny_albert.shape, tokens, seed)
        states.append(model.state_dict())
    same = [torch.equal(states[0][name], states[1][name]) for name in states[0]]
    assert all(same)
    assert any(not torch.equal(states[0][name], states[2][name]) for name in states[0])


def test_distilbert_has_no_start_of_its_own(tiny_distilbert: Recipe) -> None:
    with pytest.raises(TypeError, match="teacher"):
        initialise(build("distilbert", tiny_distilbert.shape), tiny_distilbert.shape, np.arange(10), 1)
