"""Batches without padding: rows cut from running text, and single sentences of one length; masked as in BERT."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pipelines.training.stream import Stream
from pipelines.training.vocabulary import END, MASK, START

SHORTEST = 3
"""Sentences of fewer pieces say too little about their masked one."""


@dataclass(frozen=True)
class Batch:
    """Masked rows and what was under the masks."""

    inputs: Tensor
    """Piece ids, shape (rows, length): [CLS] text [SEP]."""
    positions: Tensor
    """Flat indices into ``inputs`` of the pieces to predict, shape (masked,)."""
    targets: Tensor
    """The pieces that stood there, shape (masked,)."""


class BatchSource:
    """Draws the batch of any step; the same seed and step give the same batch, so a resumed run needs no history.

    Args:
        stream: the text.
        vocabulary_size: pieces from which the random replacements are drawn.
        tokens_per_step: rows times length of one batch, about.
        lengths: the row lengths of running text, each used equally often, [CLS] and [SEP] included.
        sentence_share: how many of the batches are single sentences. A prompt is a single sentence.
        seed: of the draws.
        device: where the text is kept and the batches are made.
    """

    def __init__(
        self,
        stream: Stream,
        vocabulary_size: int,
        tokens_per_step: int,
        lengths: tuple[int, ...],
        sentence_share: float,
        seed: int,
        device: torch.device,
    ) -> None:
        self.vocabulary_size = vocabulary_size
        self.tokens_per_step = tokens_per_step
        self.lengths = lengths
        self.sentence_share = sentence_share
        self.seed = seed
        self.device = device
        self.tokens = torch.from_numpy(stream.tokens.astype("int32")).to(device)
        starts, ends = torch.from_numpy(stream.starts), torch.from_numpy(stream.ends)
        room = torch.from_numpy(stream.article_ends) - starts
        self.row_starts = {length: starts[room >= length - 2].to(device) for length in lengths}
        sentence_lengths = (ends - starts).clamp(max=max(lengths))
        order = torch.argsort(sentence_lengths, stable=True)
        counts = torch.bincount(sentence_lengths, minlength=max(lengths) + 1)
        self.by_length = starts[order].to(device)
        self.length_offsets = torch.cumsum(counts, 0) - counts
        self.length_counts = counts
        shares = counts.float() * torch.arange(len(counts))
        shares[:SHORTEST] = 0
        shares[max(lengths) - 1 :] = 0
        self.length_shares = shares

    def draw(self, step: int, mask_share: float, disguised: bool = True) -> Batch:
        """Return the batch of a step (from 0), with that share of the pieces chosen; see :func:`mask_rows`."""
        on_host = torch.Generator().manual_seed(self.seed * 1_000_003 + step)
        generator = torch.Generator(self.device).manual_seed(self.seed * 1_000_003 + step)
        if torch.rand((), generator=on_host) < self.sentence_share and self.length_shares.sum() > 0:
            text = int(torch.multinomial(self.length_shares, 1, generator=on_host))
            first, count = int(self.length_offsets[text]), int(self.length_counts[text])
            choices = self.by_length[first : first + count]
        else:
            length = self.lengths[int(torch.randint(len(self.lengths), (), generator=on_host))]
            text, choices = length - 2, self.row_starts[length]
        rows = max(1, self.tokens_per_step // (text + 2))
        starts = choices[torch.randint(len(choices), (rows,), generator=generator, device=self.device)]
        pieces = self.tokens[starts[:, None] + torch.arange(text, device=self.device)].long()
        return mask_rows(pieces, mask_share, self.vocabulary_size, generator, disguised)


def mask_rows(pieces: Tensor, share: float, vocabulary_size: int, generator: torch.Generator, disguised: bool = True) -> Batch:
    """Mask text: disguised as in BERT (Devlin et al. 2019), or with [MASK] in place of every chosen piece.

    Every row gets the same number of chosen pieces, at least one, so that batches keep one shape.

    Args:
        pieces: text without sentence marks, shape (rows, length).
        share: of the pieces to choose, 0 to 1.
        vocabulary_size: random pieces are drawn from 5 (after the special ones) up to this.
        generator: of the draws, on the device of ``pieces``.
        disguised: show 80 % of the chosen pieces as [MASK], 10 % as a random piece and 10 % as they are.
    """
    rows, length = pieces.shape
    device = pieces.device
    chosen = max(1, round(share * length))
    columns = torch.rand((rows, length), generator=generator, device=device).topk(chosen, dim=1).indices
    inputs = sentence_rows(pieces)
    positions = (columns + 1 + torch.arange(rows, device=device)[:, None] * (length + 2)).flatten()
    targets = inputs.view(-1)[positions]
    inputs.view(-1)[positions] = disguise(targets, vocabulary_size, generator) if disguised else MASK
    return Batch(inputs, positions, targets)


def disguise(targets: Tensor, vocabulary_size: int, generator: torch.Generator) -> Tensor:
    """Return what is shown in place of chosen pieces: 80 % [MASK], 10 % a random piece, 10 % the piece itself."""
    dice = torch.rand(targets.shape, generator=generator, device=targets.device)
    random = torch.randint(MASK + 1, vocabulary_size, targets.shape, generator=generator, device=targets.device)
    return torch.where(dice < 0.8, MASK, torch.where(dice < 0.9, random, targets))


def sentence_rows(pieces: Tensor) -> Tensor:
    """Put [CLS] before and [SEP] after each row: (rows, length) to (rows, length + 2)."""
    start = torch.full_like(pieces[:, :1], START)
    return torch.cat([start, pieces, torch.full_like(start, END)], dim=1)
