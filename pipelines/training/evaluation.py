"""How well a checkpoint fills blanks in articles it has never seen."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from pipelines.training.architecture import MaskedModel, at, encode, predict
from pipelines.training.batches import disguise, sentence_rows
from pipelines.training.facts import Accuracy
from pipelines.training.stream import Stream
from pipelines.training.vocabulary import MASK

ROWS = 2048
"""Enough that a top-5 accuracy is known to a quarter of a point (one standard error over 39,000 masks)."""
MASK_SHARE = 0.15
SEED = 1


@dataclass(frozen=True)
class Questions:
    """Held-out rows with 15 % of the pieces covered by [MASK], always the same ones."""

    inputs: Tensor
    """Masked rows, shape (rows, length)."""
    positions: Tensor
    """Flat indices of the masks, shape (masks,)."""
    targets: Tensor
    """The pieces under them, shape (masks,)."""
    neighbours: dict[int, Tensor]
    """What stands two and one before the mask and one after it, as the checkpoint sees it, masks included; each (masks,)."""


def questions(held_out: Stream, length: int, rows: int = ROWS) -> Questions:
    """Cut evenly spread rows of running text and cover 15 % of their pieces.

    Every chosen piece becomes [MASK], unlike in training: what a prompt asks is a mask, not a changed word.
    :func:`disguised` asks the same as in training.

    Args:
        held_out: articles that were not trained on.
        length: of a row, [CLS] and [SEP] included.
        rows: at most this many.
    """
    starts = held_out.starts[held_out.article_ends - held_out.starts >= length - 2]
    spread = starts[np.linspace(0, len(starts) - 1, min(rows, len(starts))).astype(np.int64)]
    pieces = torch.from_numpy(held_out.tokens[spread[:, None] + np.arange(length - 2)].astype(np.int64))
    whole = sentence_rows(pieces)
    generator = torch.Generator().manual_seed(SEED)
    chosen = max(1, round(MASK_SHARE * (length - 2)))
    columns = torch.rand(pieces.shape, generator=generator).topk(chosen, dim=1).indices + 1
    positions = (columns + torch.arange(len(whole))[:, None] * length).flatten()
    targets = whole.view(-1)[positions]
    shown = whole.view(-1)
    shown[positions] = MASK
    # Two before the first piece of a row is the row before: its [SEP] follows nothing in any text, so it tells nothing.
    neighbours = {offset: shown[(positions + offset).clamp(min=0)] for offset in (-2, -1, 1)}
    return Questions(whole, positions, targets, neighbours)


def disguised(asked: Questions, vocabulary_size: int) -> Questions:
    """Ask for the same pieces with BERT's training disguise: 10 % of them are shown as random pieces and 10 % as they are."""
    inputs = asked.inputs.clone()
    generator = torch.Generator().manual_seed(SEED)
    inputs.view(-1)[asked.positions] = disguise(asked.targets, vocabulary_size, generator)
    return replace(asked, inputs=inputs)


@torch.inference_mode()
def measure(model: MaskedModel, asked: Questions, rows_at_once: int = 64) -> Accuracy:
    """Ask a checkpoint every question.

    Args:
        model: on the device where it is to run.
        asked: what :func:`questions` gave.
        rows_at_once: of one forward pass.
    """
    tally = Tally()
    model.train(False)
    length = asked.inputs.shape[1]
    per_row = len(asked.positions) // len(asked.inputs)
    for first in range(0, len(asked.inputs), rows_at_once):
        inputs = asked.inputs[first : first + rows_at_once].to(model.device)
        masks = slice(first * per_row, (first + len(inputs)) * per_row)
        positions = (asked.positions[masks] - first * length).to(model.device)
        logits = predict(model, at(encode(model, inputs), positions)).float().cpu()
        tally.add(functional.log_softmax(logits, dim=-1), asked.targets[masks])
    return tally.result()


class Tally:
    """Adds up log-probabilities of masks, part by part."""

    def __init__(self) -> None:
        self.loss = 0.0
        self.first = self.five = self.masks = 0

    def add(self, logs: Tensor, targets: Tensor) -> None:
        """Add log-probabilities of all pieces, shape (masks, vocabulary), and the true pieces, shape (masks,)."""
        self.loss -= float(logs.gather(1, targets[:, None]).double().sum())
        hits = logs.topk(5, dim=1).indices == targets[:, None]
        self.first += int(hits[:, 0].sum())
        self.five += int(hits.sum())
        self.masks += len(targets)

    def result(self) -> Accuracy:
        """Return the figures of all that was added."""
        share = 100 / self.masks
        return Accuracy(self.loss / self.masks, self.first * share, self.five * share, self.masks)
