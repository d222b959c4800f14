"""Batches: whole rows, the rates of BERT, the same batch for the same step."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pipelines.training.batches import BatchSource, mask_rows
from pipelines.training.stream import Stream
from pipelines.training.vocabulary import END, MASK, START

SIZE = 1000


@pytest.fixture
def stream() -> Stream:
    """Two articles of 50 sentences of 10 pieces; piece ids count upwards, so a row shows where it was cut."""
    starts = np.arange(0, 1000, 10)
    return Stream((np.arange(1000) % (SIZE - 5) + 5).astype(np.uint16), starts, starts + 10, np.repeat([500, 1000], 50))


def source(stream: Stream, sentence_share: float, seed: int = 7) -> BatchSource:
    return BatchSource(stream, SIZE, 400, (32,), sentence_share, seed, torch.device("cpu"))


def test_of_the_chosen_pieces_80_percent_are_masked_10_random_10_kept() -> None:
    pieces = torch.full((2000, 100), 500)
    batch = mask_rows(pieces, 0.15, SIZE, torch.Generator().manual_seed(1))
    shown = batch.inputs.view(-1)[batch.positions]
    assert len(batch.positions) == 2000 * 15
    assert (batch.targets == 500).all()
    assert (shown == MASK).float().mean().item() == pytest.approx(0.8, abs=0.01)
    # One random piece in 995 is the true one.
    assert (shown == 500).float().mean().item() == pytest.approx(0.1, abs=0.01)
    random = shown[(shown != MASK) & (shown != 500)]
    assert random.min() > MASK
    assert random.max() < SIZE


def test_without_disguise_every_chosen_piece_is_a_mask() -> None:
    pieces = torch.full((20, 100), 500)
    plain, disguised = (
        mask_rows(pieces, 0.15, SIZE, torch.Generator().manual_seed(1), disguised=disguised) for disguised in (False, True)
    )
    assert (plain.inputs.view(-1)[plain.positions] == MASK).all()
    assert torch.equal(plain.positions, disguised.positions)
    assert int((plain.inputs == MASK).sum()) == 20 * 15


def test_marks_are_never_masked_and_other_pieces_stay() -> None:
    pieces = torch.arange(5, 605).reshape(20, 30)
    batch = mask_rows(pieces, 0.3, SIZE, torch.Generator().manual_seed(2))
    assert (batch.inputs[:, 0] == START).all()
    assert (batch.inputs[:, -1] == END).all()
    restored = batch.inputs.clone()
    restored.view(-1)[batch.positions] = batch.targets
    assert torch.equal(restored[:, 1:-1], pieces)
    assert len(set(batch.positions.tolist())) == 20 * 9


def test_running_text_starts_at_a_sentence_and_stays_in_its_article(stream: Stream) -> None:
    batch = source(stream, sentence_share=0.0).draw(0, 0.15)
    whole = batch.inputs.clone()
    whole.view(-1)[batch.positions] = batch.targets
    text = whole[:, 1:-1]
    assert text.shape == (12, 30)
    assert ((text[:, 0] - 5) % 10 == 0).all()
    assert (text.diff(dim=1) == 1).all()
    assert not ((text[:, 0] < 505) & (text[:, -1] >= 505)).any()


def test_a_batch_of_sentences_holds_whole_sentences(stream: Stream) -> None:
    batch = source(stream, sentence_share=1.0).draw(0, 0.15)
    assert batch.inputs.shape == (400 // 12, 12)


def test_a_step_always_has_the_same_batch_and_a_seed_its_own(stream: Stream) -> None:
    first, again, other = (source(stream, 0.5, seed).draw(3, 0.2) for seed in (7, 7, 8))
    assert torch.equal(first.inputs, again.inputs)
    assert torch.equal(first.positions, again.positions)
    assert first.inputs.shape != other.inputs.shape or not torch.equal(first.inputs, other.inputs)
