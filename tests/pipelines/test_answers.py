"""Answers equal the fill-mask pipeline's on every family, and the figures equal what the full distribution says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import entropy

from pipelines.answers import Filled, Question, fill
from pipelines.checkpoints import require
from pipelines.fill_mask import LoadedCheckpoint
from pipelines.metrics import jensen_shannon_divergence, rank_biased_overlap
from pipelines.settings import read_settings
from pipelines.words import share_words
from storage.records import Answer, Candidate, Prompt
from tests.pipelines.conftest import MINIS, PROMPTS

WORDS = ("London", "he", "unbelievableness", "\U0001f600", ".")


@pytest.fixture(scope="module")
def filled(minis: tuple[LoadedCheckpoint, ...]) -> Filled:
    return fill(minis, [Question(prompt, WORDS) for prompt in PROMPTS], top_k=5)


def of(filled: Filled, name: str) -> dict[tuple[str, int], Answer]:
    return {
        (each.answer.prompt.text, each.answer.mask_index): each.answer
        for each in filled.answers
        if each.answer.checkpoint.name == name
    }


@pytest.mark.parametrize("name", MINIS)
def test_answers_equal_the_pipeline_batched_and_alone(name: str, filled: Filled, minis: tuple[LoadedCheckpoint, ...]) -> None:
    from transformers import pipeline

    assert len(PROMPTS) >= 100
    loaded = minis[MINIS.index(name)]
    peer: Any = pipeline("fill-mask", model=str(require(name, read_settings()).folder), dtype="float32")
    answers = of(filled, name)
    for prompt in PROMPTS:
        expected = peer(prompt.text, top_k=5)
        expected = [expected] if isinstance(expected[0], dict) else expected
        alone = of(fill([loaded], [Question(prompt)], top_k=5), name)
        assert len(expected) == prompt.mask_count
        for mask_index, lines in enumerate(expected):
            for answer in (answers[prompt.text, mask_index], alone[prompt.text, mask_index]):
                assert [line.token_id for line in answer.predictions] == [line["token"] for line in lines]
                scores = np.array([line.score for line in answer.predictions])
                assert np.abs(scores - [line["score"] for line in lines]).max() < 1e-5
                assert [line.rank for line in answer.predictions] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("name", MINIS)
def test_figures_come_from_the_full_distribution(name: str, minis: tuple[LoadedCheckpoint, ...]) -> None:
    import torch

    loaded = minis[MINIS.index(name)]
    prompt = PROMPTS[0]
    answer = fill([loaded], [Question(prompt, WORDS)], top_k=5).answers[0].answer
    p = stock_distribution(loaded, prompt)
    assert answer.entropy == pytest.approx(float(entropy(p)), rel=1e-5)
    assert answer.sum_p_squared == pytest.approx(float((p**2).sum()), rel=1e-4)
    top = np.sort(p)[::-1]
    assert answer.top1_margin == pytest.approx(float(np.log(top[0] / top[1])), abs=1e-4)
    assert answer.word_mass == pytest.approx(float(p[loaded.words.starts_word == 1].sum()), rel=1e-5)
    assert torch.is_inference_mode_enabled() is False


def stock_distribution(loaded: LoadedCheckpoint, prompt: Prompt) -> NDArray[np.float64]:
    """The distribution at the only mask as transformers gives it, head at all positions, no hook."""
    import torch
    from transformers import AutoModelForMaskedLM

    folder = str(require(loaded.checkpoint.name, read_settings()).folder)
    model = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32)
    inputs = loaded.tokenizer(prompt.text, return_tensors="pt")
    with torch.inference_mode():
        logits = model(**inputs).logits[inputs["input_ids"] == loaded.tokenizer.mask_token_id]
    distribution: NDArray[np.float64] = logits[0].double().softmax(-1).numpy()
    return distribution


def test_a_candidate_of_one_piece_has_its_probability_and_rank(minis: tuple[LoadedCheckpoint, ...]) -> None:
    for loaded in minis:
        answer = fill([loaded], [Question(PROMPTS[0], ("he",))], top_k=5).answers[0].answer
        p = stock_distribution(loaded, PROMPTS[0])
        ids = list(loaded.words.word_ids("he"))
        (candidate,) = answer.candidates
        assert candidate.logprob == pytest.approx(float(np.log(p[ids].sum())), abs=1e-4)
        assert candidate.rank == int((p > p[ids].max()).sum()) + 1
        assert candidate.pieces in {(loaded.words.pieces[i],) for i in ids}


def test_a_candidate_of_several_pieces_is_scored_left_to_right(minis: tuple[LoadedCheckpoint, ...]) -> None:
    for loaded in minis:
        word = "unbelievableness"
        prompt = PROMPTS[0]
        pieces = loaded.words.word_pieces(word)
        assert len(pieces) > 1
        before, after = prompt.text.split("[MASK]")
        expected = 0.0
        ids = list(loaded.tokenizer(prompt.text)["input_ids"])
        at = ids.index(loaded.tokenizer.mask_token_id)
        for known in range(len(pieces)):
            filled_in = [*ids[:at], *pieces[:known], *[ids[at]] * (len(pieces) - known), *ids[at + 1 :]]
            expected += stock_score(loaded, filled_in, at + known, pieces[known])
        (candidate,) = fill([loaded], [Question(prompt, (word,))], top_k=5).answers[0].answer.candidates
        assert candidate.logprob == pytest.approx(expected, abs=1e-3)
        assert candidate.rank is None
        assert [loaded.words.pieces[i] for i in pieces] == list(candidate.pieces)
        assert before + after


def stock_score(loaded: LoadedCheckpoint, ids: list[int], position: int, piece: int) -> float:
    import torch
    from transformers import AutoModelForMaskedLM

    folder = str(require(loaded.checkpoint.name, read_settings()).folder)
    model = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32)
    with torch.inference_mode():
        return float(model(input_ids=torch.tensor([ids])).logits[0, position].double().log_softmax(-1)[piece])


def test_every_candidate_has_a_row_even_where_it_cannot_be_said(filled: Filled) -> None:
    for asked in filled.answers:
        assert [each.word for each in asked.answer.candidates] == list(WORDS)
        smile = asked.answer.candidates[WORDS.index("\U0001f600")]
        if not smile.in_vocabulary:
            assert smile == Candidate("\U0001f600", (), False, None, None, None)


def test_shared_ranks_are_among_the_words_all_can_say(filled: Filled, minis: tuple[LoadedCheckpoint, ...]) -> None:
    shared = share_words(*(each.words for each in minis))
    for asked in filled.answers:
        he = asked.answer.candidates[WORDS.index("he")]
        assert he.rank is not None
        assert he.rank_shared is not None
        assert 1 <= he.rank_shared <= len(shared.number)


def test_agreements_compare_the_lists_and_the_full_distributions(filled: Filled, minis: tuple[LoadedCheckpoint, ...]) -> None:
    prompt = PROMPTS[0]
    here = {
        (each.checkpoint_a.name, each.checkpoint_b.name): each
        for each in filled.agreements
        if each.prompt == prompt and each.mask_index == 0
    }
    assert set(here) == {(MINIS[0], MINIS[1]), (MINIS[0], MINIS[2]), (MINIS[1], MINIS[2])}
    for (a, b), agreement in here.items():
        first, second = minis[MINIS.index(a)], minis[MINIS.index(b)]
        shared = share_words(first.words, second.words)
        p = shared.project(0, stock_distribution(first, prompt)[None, :])
        q = shared.project(1, stock_distribution(second, prompt)[None, :])
        assert agreement.jsd_shared == pytest.approx(float(jensen_shannon_divergence(p, q)[0]), abs=1e-5)
        assert agreement.coverage_a == pytest.approx(1 - p[0, -1], abs=1e-5)
        assert agreement.coverage_b == pytest.approx(1 - q[0, -1], abs=1e-5)
        of_a, of_b = ([line.word for line in of(filled, name)[prompt.text, 0].predictions] for name in (a, b))
        assert agreement.rbo == pytest.approx(rank_biased_overlap(of_a, of_b).extrapolated)
        assert agreement.top1_same == (of_a[0] == of_b[0])


def test_answers_come_in_the_order_they_were_asked(filled: Filled) -> None:
    order = [(each.answer.prompt, each.answer.mask_index, each.answer.checkpoint.name) for each in filled.answers]
    assert order == [
        (prompt, mask_index, name) for prompt in PROMPTS for mask_index in range(prompt.mask_count) for name in MINIS
    ]


def test_a_prompt_too_long_for_one_checkpoint_is_refused_and_the_rest_go_on(
    minis: tuple[LoadedCheckpoint, ...],
) -> None:
    longest = max(each.max_tokens for each in minis)
    long = Prompt("word " * longest + "[MASK]")
    result = fill(minis, [Question(long, row_number=0), Question(PROMPTS[0], row_number=1)], top_k=3)
    assert [each.row_number for each in result.refused] == [0]
    assert "Shorten it" in result.refused[0].problem
    assert {each.row_number for each in result.answers} == {1}


def test_a_list_is_never_longer_than_the_vocabulary(minis: tuple[LoadedCheckpoint, ...]) -> None:
    size = len(minis[0].words.pieces)
    (asked,) = fill(minis[:1], [Question(PROMPTS[0])], top_k=size + 5).answers
    assert asked.answer.depth == size
    assert sum(line.score for line in asked.answer.predictions) == pytest.approx(1, abs=1e-6)
