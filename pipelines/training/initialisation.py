"""A start that already knows what a short training would spend most of its time on: words, positions and neighbours.

Word vectors come from counts of the corpus (:mod:`pipelines.training.word_vectors`). Positions are sinusoids (Vaswani et
al. 2017). The first attention looks at the neighbours, since a rotation of a sinusoid is a shift; that weights should start
out imitating trained ones is the idea of mimetic initialisation (Trockman & Kolter 2023).
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import AlbertForMaskedLM, BertForMaskedLM, DistilBertForMaskedLM

from pipelines.training.architecture import MaskedModel
from pipelines.training.recipe import Shape
from pipelines.training.word_vectors import log_unigram, word_vectors

POSITION_AMPLITUDE = 0.7
SHORTEST_WAVE, LONGEST_WAVE = 3.3, 200.0
NEIGHBOURS = (-1, 1, -2, 2)
ALBERT_NEIGHBOURS = (-1, 1)
ALBERT_GAIN = 1.6
"""ALBERT's one layer acts at every depth, so it hands on less each time: this over the number of layers. With 4 layers the
held-out loss after 0.3 million pieces was 5.33 with two heads at 0.4, 5.56 with two at 1.0 and 5.88 with four at 1.0 (embedding
of 96); with 8 layers, after 0.2 million, 6.52 with two heads at 0.2 and 7.11 at 0.4."""
NEIGHBOUR_SCALE = 1.1


class Projections(NamedTuple):
    """The four linear maps of one attention."""

    query: nn.Linear
    key: nn.Linear
    value: nn.Linear
    output: nn.Linear


def sinusoids(positions: int, dimensions: int) -> Tensor:
    """Return sines in the first half of the dimensions and cosines in the second, shape (positions, dimensions)."""
    angles = torch.arange(positions)[:, None] * _frequencies(dimensions)[None, :]
    return torch.cat([angles.sin(), angles.cos()], dim=1) * POSITION_AMPLITUDE


def shift(offset: int, dimensions: int) -> Tensor:
    """Return the rotation that turns the sinusoid of position t into that of t + offset, shape (dimensions, dimensions)."""
    angles = offset * _frequencies(dimensions)
    cosine, sine = torch.diag(angles.cos()), torch.diag(angles.sin())
    return torch.cat([torch.cat([cosine, sine], dim=1), torch.cat([-sine, cosine], dim=1)], dim=0)


def initialise(model: MaskedModel, shape: Shape, tokens: NDArray[np.integer], seed: int) -> None:
    """Overwrite the random weights of an untrained BERT or ALBERT with the start described above, in place.

    Args:
        model: as :func:`pipelines.training.architecture.build` made it.
        shape: of that model.
        tokens: the training text, shape (tokens,).
        seed: of the random parts.
    """
    if isinstance(model, DistilBertForMaskedLM):
        raise TypeError("DistilBERT starts from its teacher's layers, not from counts")
    words = word_vectors(tokens, shape.vocabulary_size, shape.embedding_size - shape.position_dimensions, seed)
    torch.manual_seed(seed)
    with torch.no_grad():
        if isinstance(model, AlbertForMaskedLM):
            _fill_albert(model, words, shape, tokens)
        else:
            _fill_bert(model, words, shape, tokens)


def _fill_bert(model: BertForMaskedLM, words: Tensor, shape: Shape, tokens: NDArray[np.integer]) -> None:
    _fill_embeddings(model.get_submodule("bert.embeddings"), words, shape)
    read_words, read_positions = torch.eye(shape.hidden_size).tensor_split([words.shape[1]])
    for depth in range(shape.layers):
        layer = f"bert.encoder.layer.{depth}"
        names = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense")
        projections = Projections(*(_linear(model, f"{layer}.{name}") for name in names))
        _fill_attention(projections, shape, read_positions, read_words, NEIGHBOURS if depth == 0 else ())
        _fill_feed_forward(_linear(model, f"{layer}.intermediate.dense"), _linear(model, f"{layer}.output.dense"))
    bias = model.get_parameter("cls.predictions.bias")
    _fill_head(_linear(model, "cls.predictions.transform.dense"), bias, 0.5 * torch.eye(shape.hidden_size), tokens)


def _fill_albert(model: AlbertForMaskedLM, words: Tensor, shape: Shape, tokens: NDArray[np.integer]) -> None:
    _fill_embeddings(model.get_submodule("albert.embeddings"), words, shape)
    narrow = _orthonormal(shape.hidden_size, shape.embedding_size).T
    mapping = _linear(model, "albert.encoder.embedding_hidden_mapping_in")
    # The embedding leaves its normalisation with length sqrt(embedding); the layers expect sqrt(hidden).
    mapping.weight.copy_(narrow.T * math.sqrt(shape.hidden_size / shape.embedding_size))
    mapping.bias.zero_()
    layer = "albert.encoder.albert_layer_groups.0.albert_layers.0"
    names = ("query", "key", "value", "dense")
    projections = Projections(*(_linear(model, f"{layer}.attention.{name}") for name in names))
    read_words, read_positions = narrow.tensor_split([words.shape[1]])
    _fill_attention(projections, shape, read_positions, read_words, ALBERT_NEIGHBOURS, ALBERT_GAIN / shape.layers)
    _fill_feed_forward(_linear(model, f"{layer}.ffn"), _linear(model, f"{layer}.ffn_output"))
    _fill_head(_linear(model, "predictions.dense"), model.get_parameter("predictions.bias"), 0.5 * narrow, tokens)


def _linear(model: nn.Module, name: str) -> nn.Linear:
    linear = model.get_submodule(name)
    if not isinstance(linear, nn.Linear):
        raise TypeError(f"{name} is no linear map in this version of Transformers")
    return linear


def _fill_embeddings(embeddings: nn.Module, words: Tensor, shape: Shape) -> None:
    width = words.shape[1]
    for name in ("word_embeddings", "position_embeddings", "token_type_embeddings"):
        embeddings.get_parameter(f"{name}.weight").zero_()
    embeddings.get_parameter("word_embeddings.weight")[:, :width].copy_(words)
    positions = sinusoids(shape.positions, shape.position_dimensions)
    embeddings.get_parameter("position_embeddings.weight")[:, width:].copy_(positions)


def _fill_attention(
    attention: Projections, shape: Shape, read: Tensor, words: Tensor, neighbours: tuple[int, ...], gain: float = 1.0
) -> None:
    """Let the first heads look at one neighbour each and hand on its word vector; leave the others random and small.

    Word vectors of the factorised PMI have large products where the words go together. A masked position that sums up its
    neighbours' vectors is therefore near the vectors of the words that fit: a log-bilinear model before the first step.

    Args:
        attention: the four projections.
        shape: of the model.
        read: picks the position dimensions out of a hidden state, shape (position dimensions, hidden).
        words: picks the word dimensions out of a hidden state, shape (word dimensions, hidden).
        neighbours: offsets for the first heads.
        gain: how much of a neighbour's vector is handed on.
    """
    width = shape.hidden_size // shape.heads
    for projection in attention:
        projection.bias.zero_()
        nn.init.normal_(projection.weight, std=0.02)
    for head, offset in enumerate(neighbours):
        whole = slice(head * width, (head + 1) * width)
        rows = slice(head * width, head * width + shape.position_dimensions)
        attention.key.weight[rows] += NEIGHBOUR_SCALE * read
        attention.query.weight[rows] += NEIGHBOUR_SCALE * shift(offset, shape.position_dimensions) @ read
        passed = _orthonormal(words.shape[0], width).T @ words
        attention.value.weight[whole] = passed
        attention.output.weight[:, whole] = gain * passed.T


def _fill_feed_forward(inner: nn.Linear, outer: nn.Linear) -> None:
    for linear in (inner, outer):
        nn.init.normal_(linear.weight, std=0.02)
        nn.init.zeros_(linear.bias)


def _fill_head(dense: nn.Linear, bias: Tensor, transform: Tensor, tokens: NDArray[np.integer]) -> None:
    """Start the output near half the identity, on top of how common each piece is."""
    nn.init.normal_(dense.weight, std=0.02)
    dense.weight += transform
    dense.bias.zero_()
    bias.copy_(log_unigram(tokens, bias.shape[0]))


def _frequencies(dimensions: int) -> Tensor:
    waves = torch.logspace(math.log10(SHORTEST_WAVE), math.log10(LONGEST_WAVE), dimensions // 2)
    return 2 * math.pi / waves


def _orthonormal(rows: int, columns: int) -> Tensor:
    orthonormal: Tensor = torch.linalg.qr(torch.randn(rows, columns)).Q
    return orthonormal.contiguous()
