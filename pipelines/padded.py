"""Any masked language model as transformers runs it, on rows padded to one length; only its head runs at the masks alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipelines.rows import Row

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel


class Padded:
    """A model with two hooks in it.

    Every `...ForMaskedLM` hands the encoder's first output to its head. Replacing it by the hidden states at the masks, of
    shape (1, masks, hidden), lets the head run on nothing else. Layers stand in a list; before each, a batch gives way.
    """

    def __init__(self, model: PreTrainedModel, pad_id: int) -> None:
        from torch.nn import ModuleList

        self._model = model
        self._pad_id = pad_id
        self._rows: Sequence[Row] = ()
        self._give_way: Callable[[], None] = lambda: None
        lists = [each for each in model.base_model.modules() if isinstance(each, ModuleList)]
        self._hooks = [model.base_model.register_forward_hook(self._gather)]
        self._hooks += [layer.register_forward_pre_hook(self._between_layers) for several in lists for layer in several]

    def tokens(self, lengths: Sequence[int]) -> int:
        """Each row as long as the longest."""
        return len(lengths) * max(lengths)

    def logits(self, rows: Sequence[Row], give_way: Callable[[], None]) -> torch.Tensor:
        """Shape (masks, vocabulary), in the order of the rows."""
        import torch

        width = max(len(each.ids) for each in rows)
        inputs = {"input_ids": torch.tensor([[*each.ids, *[self._pad_id] * (width - len(each.ids))] for each in rows])}
        if any(len(each.ids) != width for each in rows):
            lengths = torch.tensor([[len(each.ids)] for each in rows])
            inputs["attention_mask"] = (torch.arange(width)[None, :] < lengths).long()
        with self._during(rows, give_way):
            logits: torch.Tensor = self._model(**inputs).logits[0]
        return logits

    def remove(self) -> None:
        """Take the hooks out again."""
        for each in self._hooks:
            each.remove()

    @contextmanager
    def _during(self, rows: Sequence[Row], give_way: Callable[[], None]) -> Iterator[None]:
        """One pass; another one of the same model may run inside it, where it gives way."""
        before = self._rows, self._give_way
        self._rows, self._give_way = rows, give_way
        try:
            yield
        finally:
            self._rows, self._give_way = before

    def _between_layers(self, module: object, inputs: object) -> None:
        self._give_way()

    def _gather(self, module: object, inputs: object, output: Any) -> Any:  # noqa: ANN401 - torch's hook signature
        numbers = [number for number, each in enumerate(self._rows) for _ in each.positions]
        positions = [position for each in self._rows for position in each.positions]
        output.last_hidden_state = output.last_hidden_state[numbers, positions].unsqueeze(0)
        return output
