"""The layers of BERT, RoBERTa, DistilBERT and ALBERT, run on rows that lie one behind the other without padding.

Under different names these are one stack: attention, then two products around an activation, each with its sum and its norm.
Run here it computes nothing that nobody reads: no token is padding, and in the last layer a token without a mask is only a key
and a value. What a row gets does not depend on what else is in the pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pipelines.rows import Row

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

LEAST = 8
"""Rows of the smallest matrix product. For fewer the library takes another way, whose last bits depend on how many they are."""


class OtherArchitecture(Exception):
    """A model whose layers are none of those that are known here. Never shown: such a model runs as transformers wrote it."""


@dataclass(frozen=True, slots=True)
class _Names:
    """Where an architecture keeps its layers, and the parts of one layer."""

    stack: str
    layers: str
    query: str
    key: str
    value: str
    mix: str
    mix_norm: str
    up: str
    activation: str
    down: str
    down_norm: str


_ARCHITECTURES = (
    _Names(  # BERT, RoBERTa and what is derived from them
        "encoder", "layer",
        "attention.self.query", "attention.self.key", "attention.self.value",
        "attention.output.dense", "attention.output.LayerNorm",
        "intermediate.dense", "intermediate.intermediate_act_fn", "output.dense", "output.LayerNorm",
    ),
    _Names(
        "transformer", "layer",  # DistilBERT
        "attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "sa_layer_norm",
        "ffn.lin1", "ffn.activation", "ffn.lin2", "output_layer_norm",
    ),
    _Names(
        "encoder", "albert_layer_groups",
        "attention.query", "attention.key", "attention.value", "attention.dense", "attention.LayerNorm",
        "ffn", "activation", "ffn_output", "full_layer_layer_norm",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one length with equally many masks, one behind the other."""

    rows: int
    length: int
    masks: int


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One layer. Hidden states have the shape (tokens, hidden)."""

    query_key_value: torch.Tensor
    """Three matrices in one product, shape (3 x hidden, hidden)."""
    bias: torch.Tensor
    heads: int
    mix: torch.nn.Module
    mix_norm: torch.nn.Module
    up: torch.nn.Module
    activation: Callable[[torch.Tensor], torch.Tensor]
    down: torch.nn.Module
    down_norm: torch.nn.Module

    def everywhere(self, hidden: torch.Tensor, groups: Sequence[Group]) -> torch.Tensor:
        """The next hidden states of all tokens."""
        import torch
        from torch.nn.functional import linear

        projected = linear(hidden, self.query_key_value, self.bias)
        attended = torch.empty_like(hidden)
        start = 0
        for group in groups:
            stop = start + group.rows * group.length
            query, key, value = self._by_head(projected[start:stop], group.rows, 3)
            attended[start:stop] = self._attend(query, key, value)
            start = stop
        return self._mix(attended, hidden)

    def at_masks(self, hidden: torch.Tensor, groups: Sequence[Group], masks: Sequence[int]) -> torch.Tensor:
        """Those of the masks alone; what lies behind the last one is of no use."""
        from torch.nn.functional import linear

        size = hidden.shape[1]
        projected = linear(hidden, self.query_key_value[size:], self.bias[size:])
        hidden = hidden[masks]
        queries = linear(hidden, self.query_key_value[:size], self.bias[:size])
        attended = hidden.new_zeros(hidden.shape)
        start = first = 0
        for group in groups:
            stop, last = start + group.rows * group.length, first + group.rows * group.masks
            if group.masks:
                key, value = self._by_head(projected[start:stop], group.rows, 2)
                if group.masks > 1:  # each mask by itself, so that it gets the same whichever others are asked for
                    key, value = (each.repeat_interleave(group.masks, dim=0) for each in (key, value))
                (query,) = self._by_head(queries[first:last], group.rows * group.masks, 1)
                attended[first:last] = self._attend(query, key, value)
            start, first = stop, last
        return self._mix(attended, hidden)

    def _by_head(self, projected: torch.Tensor, rows: int, parts: int) -> torch.Tensor:
        """(tokens, parts x hidden) -> (parts, rows, heads, tokens of a row, hidden of a head), a view."""
        return projected.view(rows, projected.shape[0] // rows, parts, self.heads, -1).permute(2, 0, 3, 1, 4)

    def _attend(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import scaled_dot_product_attention

        attended = scaled_dot_product_attention(query, key, value).transpose(1, 2)
        return attended.reshape(attended.shape[0] * attended.shape[1], -1)

    def _mix(self, attended: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        mixed: torch.Tensor = self.mix_norm(self.mix(attended).add_(hidden))
        following: torch.Tensor = self.down_norm(self.down(self.activation(self.up(mixed))).add_(mixed))
        return following


@dataclass(frozen=True, slots=True)
class _Pass:
    groups: Sequence[Group]
    masks: Sequence[int]
    """Places of the masks among all tokens, at least `LEAST` of them."""
    give_way: Callable[[], None]


class Packed:
    """A model of transformers whose layers are run from here; its embeddings and its head stay its own."""

    def __init__(self, model: PreTrainedModel) -> None:
        """Raises `OtherArchitecture`."""
        self._model = model
        stack, self._layers = _read(model)
        self._stack: Any = stack
        self._widen = getattr(self._stack, "embedding_hidden_mapping_in", None)  # of ALBERT
        # RoBERTa counts positions from behind its padding id, and gives that id itself none.
        table = getattr(getattr(model.base_model, "embeddings", None), "position_embeddings", None)
        self._padding: int | None = getattr(table, "padding_idx", None)
        self._pass = _Pass((), (), lambda: None)

    def tokens(self, lengths: Sequence[int]) -> int:
        """Those of the rows and no others."""
        return sum(lengths)

    def logits(self, rows: Sequence[Row], give_way: Callable[[], None]) -> torch.Tensor:
        """Shape (masks, vocabulary). The rows come sorted, so that those of one length and number of masks stand together."""
        import torch

        tokens: list[int] = []
        positions: list[int] = []
        masks: list[int] = []
        for row in rows:
            masks += [len(tokens) + position for position in row.positions]
            tokens += row.ids
            positions += self._positions(row.ids)
        groups = [Group(len(list(same)), *key) for key, same in groupby(rows, lambda row: (len(row.ids), len(row.positions)))]
        if (short := LEAST - len(tokens)) > 0:
            groups.append(Group(1, short, 0))
            tokens += tokens[:1] * short
            positions += positions[:1] * short
        wanted = len(masks)
        masks += masks[-1:] * (LEAST - wanted)
        with self._during(_Pass(groups, masks, give_way)):
            given = self._model(input_ids=torch.tensor([tokens]), position_ids=torch.tensor([positions]))
        logits: torch.Tensor = given.logits[0, :wanted]
        return logits

    def _positions(self, ids: Sequence[int]) -> Sequence[int]:
        if self._padding is None:
            return range(len(ids))
        numbers, number = [], self._padding
        for each in ids:
            number += each != self._padding
            numbers.append(number if each != self._padding else self._padding)
        return numbers

    @contextmanager
    def _during(self, here: _Pass) -> Iterator[None]:
        """One pass; another one of the same model may run inside it, where it gives way."""
        before, self._pass = self._pass, here
        own, self._stack.forward = self._stack.forward, self._run
        try:
            yield
        finally:
            self._pass, self._stack.forward = before, own

    def _run(self, hidden_states: torch.Tensor, *_: object, **__: object) -> Any:  # noqa: ANN401 - an output of transformers
        from transformers.modeling_outputs import BaseModelOutputWithPastAndCrossAttentions

        here = self._pass
        hidden = hidden_states[0] if self._widen is None else self._widen(hidden_states[0])
        for layer in self._layers[:-1]:
            here.give_way()
            hidden = layer.everywhere(hidden, here.groups)
        here.give_way()
        hidden = self._layers[-1].at_masks(hidden, here.groups, here.masks)
        return BaseModelOutputWithPastAndCrossAttentions(last_hidden_state=hidden[None])


def _read(model: PreTrainedModel) -> tuple[torch.nn.Module, list[Layer]]:
    """The module whose forward method runs the layers, and the layers in the order in which they run."""
    for names in _ARCHITECTURES:
        try:
            stack = model.base_model.get_submodule(names.stack)
            modules = list(stack.get_submodule(names.layers).children())
            if names.layers == "albert_layer_groups":
                modules = _repeated(modules, int(model.config.num_hidden_layers))
            known = {id(module): _layer(module, names, int(model.config.num_attention_heads)) for module in modules}
        except AttributeError:
            continue
        return stack, [known[id(module)] for module in modules]
    raise OtherArchitecture(type(model).__name__)


def _repeated(groups: Sequence[torch.nn.Module], count: int) -> list[torch.nn.Module]:
    """ALBERT runs the same few layers again and again."""
    return [layer for i in range(count) for layer in groups[i * len(groups) // count].get_submodule("albert_layers").children()]


def _layer(module: torch.nn.Module, names: _Names, heads: int) -> Layer:
    import torch
    from transformers.activations import NewGELUActivation

    three = [module.get_submodule(name) for name in (names.query, names.key, names.value)]
    weight = torch.cat([each.get_parameter("weight").detach() for each in three])
    bias = torch.cat([each.get_parameter("bias").detach() for each in three])
    size = weight.shape[1]
    for number, each in enumerate(three):  # the same memory, not a second copy
        each.weight = torch.nn.Parameter(weight[number * size : (number + 1) * size], requires_grad=False)
    activation: Callable[[torch.Tensor], torch.Tensor] = module.get_submodule(names.activation)
    if isinstance(activation, NewGELUActivation):
        # The same function in one pass over memory instead of eight.
        activation = partial(torch.nn.functional.gelu, approximate="tanh")
    return Layer(
        query_key_value=weight,
        bias=bias,
        heads=heads,
        mix=module.get_submodule(names.mix),
        mix_norm=module.get_submodule(names.mix_norm),
        up=module.get_submodule(names.up),
        activation=activation,
        down=module.get_submodule(names.down),
        down_norm=module.get_submodule(names.down_norm),
    )
