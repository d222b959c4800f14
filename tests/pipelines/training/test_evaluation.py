"""The examination: the same questions every time, and baselines that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pipelines.training.architecture import build
from pipelines.training.baselines import measure_trigram, measure_unigram
from pipelines.training.evaluation import Questions, disguised, measure, questions
from pipelines.training.recipe import Recipe
from pipelines.training.stream import Stream
from pipelines.training.vocabulary import END, MASK, START


def one_article(tokens: list[int]) -> Stream:
    starts = np.array([0])
    return Stream(np.array(tokens, dtype=np.uint16), starts, starts + len(tokens), starts + len(tokens))


def test_questions_cover_every_chosen_piece_and_show_its_neighbours() -> None:
    held_out = one_article(list(range(5, 105)))
    asked = questions(held_out, length=42, rows=4)
    again = questions(held_out, length=42, rows=4)
    assert torch.equal(asked.inputs, again.inputs)
    assert (asked.inputs.view(-1)[asked.positions] == MASK).all()
    assert len(asked.positions) == len(asked.inputs) * 6
    for offset, beside in asked.neighbours.items():
        # The pieces of this text count upwards, so a neighbour that is neither mask nor mark tells its distance.
        plain = beside > MASK
        assert torch.equal(beside[plain], asked.targets[plain] + offset)


def test_disguised_questions_ask_for_the_same_pieces() -> None:
    starts = np.arange(0, 4_000, 100)
    held_out = Stream(np.full(4_000, 7, dtype=np.uint16), starts, starts + 100, np.full(40, 4_000))
    asked = questions(held_out, length=102)
    assert len(asked.targets) == 40 * 15
    shown = disguised(asked, 1000).inputs.view(-1)[asked.positions]
    assert (shown == MASK).float().mean().item() == pytest.approx(0.8, abs=0.05)
    assert (shown == 7).float().mean().item() == pytest.approx(0.1, abs=0.05)
    assert (asked.inputs.view(-1)[asked.positions] == MASK).all()


def ask(far: int, before: int, target: int, after: int) -> Questions:
    inputs = torch.tensor([[START, far, before, MASK, after, END]])
    neighbours = {-2: torch.tensor([far]), -1: torch.tensor([before]), 1: torch.tensor([after])}
    return Questions(inputs, torch.tensor([3]), torch.tensor([target]), neighbours)


def test_unigram_answers_with_the_frequent_pieces() -> None:
    train = one_article([5] * 6 + [6] * 3 + [7])
    found = measure_unigram(train, ask(7, 7, 5, 7), 10)
    assert found.loss == pytest.approx(-np.log(7 / 20))
    assert (found.top_1, found.top_5, found.masks) == (100.0, 100.0, 1)
    assert measure_unigram(train, ask(7, 7, 6, 7), 10).top_1 == 0.0


@pytest.mark.parametrize(
    ("context", "known", "other"),
    [
        # 6 is rare, but it is what follows 5 7, and what stands between 7 and 8.
        ((-2, -1), ask(5, 7, 6, 9), ask(5, 5, 6, 9)),
        ((-1, 1), ask(9, 7, 6, 8), ask(9, 5, 6, 5)),
    ],
)
def test_trigram_knows_what_goes_with_two_neighbours(context: tuple[int, int], known: Questions, other: Questions) -> None:
    train = one_article([5, 5, 5, 5, 7, 6, 8] * 30)
    assert measure_trigram(train, known, 10, context).top_1 == 100.0
    assert measure_trigram(train, other, 10, context).top_1 == 0.0
    assert measure_trigram(train, known, 10, context).loss < measure_unigram(train, known, 10).loss


def test_a_trigram_of_a_small_text_by_hand() -> None:
    train = one_article([5, 6, 7, 5, 6, 8])
    # After 5 6 come 7 and 8, once each; after 6 the same; each of the ten pieces is counted once more.
    unigram = 2 / 16
    bigram = (1 + 20 * unigram) / (2 + 20)
    trigram = (1 + 20 * bigram) / (2 + 20)
    assert measure_trigram(train, ask(5, 6, 7, 9), 10, (-2, -1)).loss == pytest.approx(-np.log(trigram), abs=1e-5)


def test_a_masked_neighbour_tells_nothing() -> None:
    train = one_article([5, 6, 7, 5, 6, 8])
    blind = measure_trigram(train, ask(MASK, MASK, 7, MASK), 10, (-1, 1))
    assert blind.loss == pytest.approx(measure_unigram(train, ask(MASK, MASK, 7, MASK), 10).loss, abs=1e-5)


def test_a_checkpoint_is_asked_every_question_once(tiny_bert: Recipe) -> None:
    torch.manual_seed(0)
    model = build("bert", tiny_bert.shape)
    asked = questions(one_article(list(range(5, 505))), length=32, rows=7)
    by_threes, at_once = measure(model, asked, rows_at_once=3), measure(model, asked)
    assert by_threes.masks == at_once.masks == len(asked.targets)
    assert by_threes.loss == pytest.approx(at_once.loss, abs=1e-5)
    # Untrained, it knows nothing: the loss is about log(600).
    assert by_threes.loss == pytest.approx(np.log(600), abs=0.5)
