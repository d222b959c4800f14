"""Answers equal the fill-mask pipeline's on every family, and the figures equal what the full distribution says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import entropy

from pipelines.answers import Filled, fill, rank_pieces
from pipelines.checkpoints import require
from pipelines.distributions import Question
from pipelines.fill_mask import LoadedCheckpoint
from pipelines.metrics import jensen_shannon_divergence, rank_biased_overlap
from pipelines.passes import Pass, Passes
from pipelines.prompts import CandidateError
from pipelines.settings import read_settings
from pipelines.words import share_words
from storage.records import Answer, Candidate, Prompt, word_space
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


def stock_score(loaded: LoadedCheckpoint, ids: list[int], position: int, piece: int) -> float:
    import torch
    from transformers import AutoModelForMaskedLM

    folder = str(require(loaded.checkpoint.name, read_settings()).folder)
    model = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32)
    with torch.inference_mode():
        return float(model(input_ids=torch.tensor([ids])).logits[0, position].double().log_softmax(-1)[piece])


def test_every_candidate_has_a_row_even_where_it_cannot_be_said(filled: Filled) -> None:
    he_space = word_space(dict.fromkeys(each.answer.checkpoint for each in filled.answers))
    for asked in filled.answers:
        assert [each.word for each in asked.answer.candidates] == list(WORDS)
        smile = asked.answer.candidates[WORDS.index("\U0001f600")]
        assert smile == Candidate("\U0001f600", (), False, None, None, None, he_space)


def test_shared_ranks_are_among_the_words_all_can_say(filled: Filled, minis: tuple[LoadedCheckpoint, ...]) -> None:
    sayable = set.intersection(*(set(each.words.ids) for each in minis))
    prompt = PROMPTS[0]
    for loaded in minis:
        p = stock_distribution(loaded, prompt)
        mass = {word: float(p[list(loaded.words.ids[word])].sum()) for word in sayable}
        answer = of(filled, loaded.checkpoint.name)[prompt.text, 0]
        for word in ("he", "London", "."):
            (scored,) = (each for each in answer.candidates if each.word == word)
            own = mass[word.lower()]
            better = sum(other > own * (1 + 1e-4) for other in mass.values())
            about_equal = sum(abs(other - own) <= own * 1e-4 for other in mass.values())
            assert scored.rank_shared is not None
            assert better + 1 <= scored.rank_shared <= better + about_equal


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
    scores = [line.score for line in asked.answer.predictions]
    assert np.sum(np.array(scores, dtype=np.float64)) == pytest.approx(1, abs=1e-6)


def test_the_pieces_of_one_word_add_up(minis: tuple[LoadedCheckpoint, ...]) -> None:
    checked = 0
    for loaded in minis:
        words = loaded.words
        several = [word for word, ids in words.ids.items() if len(ids) > 1 and word == words.fold(word)][:1]
        if not several:
            continue
        checked += 1
        p = stock_distribution(loaded, PROMPTS[0])
        (candidate,) = fill([loaded], [Question(PROMPTS[0], tuple(several))], top_k=5).answers[0].answer.candidates
        ids = list(words.ids[several[0]])
        assert candidate.logprob is not None
        assert candidate.logprob == pytest.approx(float(np.log(p[ids].sum())), abs=1e-4)
        assert candidate.logprob > float(np.log(p[ids].max())) + 1e-6
    assert checked > 0


def test_a_word_is_spelled_as_long_as_it_fits_into_the_positions(minis: tuple[LoadedCheckpoint, ...]) -> None:
    loaded = minis[0]
    word = "unbelievableness"
    pieces = len(loaded.words.word_pieces(word))
    room = loaded.max_tokens - len(loaded.tokenizer("[MASK]")["input_ids"]) + 1
    for filler, fits in ((room - pieces, True), (room - pieces + 1, False)):
        prompt = Prompt("the " * filler + "[MASK]")
        (candidate,) = fill([loaded], [Question(prompt, (word,))], top_k=1).answers[0].answer.candidates
        assert (candidate.logprob is not None) is fits
        assert len(candidate.pieces) == pieces


def test_words_share_the_rows_in_which_nothing_of_them_is_spelled_yet(minis: tuple[LoadedCheckpoint, ...]) -> None:
    words = ("unbelievableness", "overpoweringness", "unbelievably", "xqzjk")
    for loaded in minis:
        seen: list[Pass] = []
        own = replace(loaded, passes=Passes(watch=seen.append))
        cuts = [loaded.words.word_pieces(word) for word in words]
        several = [ids for ids in cuts if len(ids) > 1]
        begun = {(len(ids), ids[:known]) for ids in several for known in range(len(ids))}
        assert 1 < len(begun) < sum(map(len, several))
        (asked,) = fill([own], [Question(PROMPTS[0], words)], top_k=1).answers
        own.passes.close()
        assert sum(each.rows for each in seen) == 1 + len(begun)
        for word, candidate in zip(words, asked.answer.candidates, strict=True):
            (alone,) = fill([loaded], [Question(PROMPTS[0], (word,))], top_k=1).answers[0].answer.candidates
            assert alone.logprob == pytest.approx(candidate.logprob, abs=1e-4)


def test_many_masks_are_held_in_small_chunks(minis: tuple[LoadedCheckpoint, ...]) -> None:
    prompts = [Prompt("[MASK] " * count + "end.") for count in (10, 1, 10, 10, 10, 10, 10, 10, 2, 10)]
    seen: list[Pass] = []
    own = replace(minis[0], passes=Passes(watch=seen.append))
    filled = fill([own], [Question(prompt, row_number=row) for row, prompt in enumerate(prompts)], top_k=1)
    own.passes.close()
    assert [each.rows for each in seen] == [7, 3]  # of 61 and 22 masks; the next one would have been the 71st
    assert [each.row_number for each in filled.answers] == [
        row for row, prompt in enumerate(prompts) for _ in range(prompt.mask_count)
    ]


def test_words_that_take_too_many_passes_are_refused(minis: tuple[LoadedCheckpoint, ...]) -> None:
    words = tuple(f"{letter}xqzjk" * 8 for letter in "abcdefgh")
    with pytest.raises(CandidateError, match="fewer or shorter"):
        fill(minis[:1], [Question(Prompt("[MASK] " * 10), words)], top_k=1)


def test_equal_scores_are_ranked_by_id(minis: tuple[LoadedCheckpoint, ...]) -> None:
    flat = np.zeros(len(minis[0].words.pieces))
    flat[7] = 1.0
    assert [line.token_id for line in rank_pieces(minis[0], flat, 5)] == [7, 0, 1, 2, 3]


@pytest.mark.parametrize("depth", [1, 2, 5, 60, 300])
def test_the_best_pieces_are_those_of_a_full_sort(depth: int, minis: tuple[LoadedCheckpoint, ...]) -> None:
    chance = np.random.default_rng(depth)
    scores = chance.integers(-40, 40, len(minis[0].words.pieces)).astype(np.float32)  # many are equal
    scores[chance.integers(0, len(scores), 3)] = 50
    lines = rank_pieces(minis[0], scores, depth, log_total=60.5)
    expected = sorted(range(len(scores)), key=lambda i: (-scores[i], i))[:depth]
    assert [line.token_id for line in lines] == expected
    assert [line.logprob for line in lines] == [float(scores[i]) - 60.5 for i in expected]


def test_passes_leave_the_number_of_threads_of_others_as_it_was(minis: tuple[LoadedCheckpoint, ...]) -> None:
    import torch

    usual = torch.get_num_threads()
    fill(minis, [Question(PROMPTS[0])], top_k=5)
    assert torch.get_num_threads() == usual
    with ThreadPoolExecutor(1) as fresh:
        assert fresh.submit(torch.get_num_threads).result() >= 1


def test_a_byte_level_checkpoint_answers_like_the_pipeline(roberta: LoadedCheckpoint) -> None:
    from transformers import pipeline

    peer: Any = pipeline("fill-mask", model=str(roberta.tokenizer.name_or_path), dtype="float32")
    assert roberta.max_tokens == 20
    for text in ("the cat sat on the [MASK]", "[MASK] cat and [MASK] dog"):
        expected = peer(text.replace("[MASK]", "<mask>"), top_k=5)
        expected = [expected] if isinstance(expected[0], dict) else expected
        answers = [each.answer for each in fill([roberta], [Question(Prompt(text), ("cat",))], top_k=5).answers]
        for answer, lines in zip(answers, expected, strict=True):
            assert [line.token_id for line in answer.predictions] == [line["token"] for line in lines]
            assert answer.candidates[0].pieces == ("\u0120cat",)
    lengths = set()
    for count in range(12, 22):
        prompt = Prompt("cat " * count + "[MASK]")
        length = len(roberta.tokenizer(prompt.text.replace("[MASK]", "<mask>"))["input_ids"])
        assert bool(fill([roberta], [Question(prompt)], top_k=1).refused) is (length > 20)
        lengths.add(length)
    assert {20, 21} <= lengths
