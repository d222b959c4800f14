"""Several masks filled together: every slot's score is the conditional one, in the order that is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.fill_mask import LoadedCheckpoint, PromptTooLong
from pipelines.joint import BEAM_WIDTH, fill_jointly
from pipelines.passes import Pass, Passes
from storage.records import Filling, FillingOrder, Prompt
from tests.pipelines.test_answers import stock_score

TWO = Prompt("The [MASK] of France is [MASK].")
THREE = Prompt("[MASK] is the [MASK] of [MASK].")


def by_order(fillings: tuple[Filling, ...], order: FillingOrder) -> list[Filling]:
    return [each for each in fillings if each.order is order]


@pytest.mark.parametrize("prompt", [TWO, THREE], ids=["two", "three"])
def test_each_slot_has_its_probability_given_those_before_it(prompt: Prompt, minis: tuple[LoadedCheckpoint, ...]) -> None:
    for loaded in minis:
        encoded = list(loaded.tokenizer(prompt.text)["input_ids"])
        masks = [i for i, each in enumerate(encoded) if each == loaded.tokenizer.mask_token_id]
        for filling in fill_jointly(loaded, [prompt])[0]:
            ids = list(encoded)
            for slot in filling.slots:
                position = masks[slot.mask_index]
                assert slot.logprob == pytest.approx(stock_score(loaded, ids, position, slot.token_id), abs=1e-3)
                ids[position] = slot.token_id
            assert sorted(slot.mask_index for slot in filling.slots) == list(range(prompt.mask_count))


def test_the_orders_are_what_they_are_called(minis: tuple[LoadedCheckpoint, ...]) -> None:
    for loaded in minis:
        (fillings,) = fill_jointly(loaded, [THREE])
        (left,) = by_order(fillings, FillingOrder.LEFT_TO_RIGHT)
        assert [slot.mask_index for slot in left.slots] == [0, 1, 2]
        (sure,) = by_order(fillings, FillingOrder.MOST_CONFIDENT_FIRST)
        assert sure.slots[0].logprob == max(
            each.slots[0].logprob for each in (left, sure)
        )  # the surest first choice of all masks is at least as sure as the leftmost one
        beam = by_order(fillings, FillingOrder.BEAM)
        assert [each.rank for each in beam] == list(range(1, BEAM_WIDTH + 1))
        assert [each.logprob for each in beam] == sorted((each.logprob for each in beam), reverse=True)
        assert len({each.slots for each in beam}) == BEAM_WIDTH


def test_with_two_masks_the_beam_is_at_least_as_probable_as_left_to_right(minis: tuple[LoadedCheckpoint, ...]) -> None:
    # Its first step keeps the greedy choice, and its last one takes the best of what follows.
    for loaded in minis:
        (fillings,) = fill_jointly(loaded, [TWO])
        best, greedy = (by_order(fillings, order)[0] for order in (FillingOrder.BEAM, FillingOrder.LEFT_TO_RIGHT))
        assert best.logprob >= greedy.logprob - 1e-4  # the same passes in other batches


def test_a_filling_reads_as_a_sentence(minis: tuple[LoadedCheckpoint, ...]) -> None:
    filling = fill_jointly(minis[0], [TWO])[0][0]
    first, second = (slot.word for slot in filling.slots)
    assert filling.text == f"The {first} of France is {second}."


def test_many_prompts_take_their_steps_in_the_same_passes(minis: tuple[LoadedCheckpoint, ...]) -> None:
    seen: list[Pass] = []
    passes = Passes(watch=seen.append)
    prompts = [TWO, Prompt("One [MASK]."), THREE, TWO]
    for loaded in minis:
        own = replace(loaded, passes=passes)
        alone = [fill_jointly(own, [prompt])[0] for prompt in prompts]
        seen.clear()
        together = fill_jointly(own, prompts)
        assert len(seen) == THREE.mask_count
        assert seen[0].rows == 4  # of each prompt once with all masks, and once with the leftmost
        assert [[(each.order, each.rank, each.text) for each in one] for one in together] == [
            [(each.order, each.rank, each.text) for each in one] for one in alone
        ]
    passes.close()


def test_one_mask_has_nothing_to_fill_jointly(minis: tuple[LoadedCheckpoint, ...]) -> None:
    assert fill_jointly(minis[0], [Prompt("One [MASK].")]) == [()]


def test_a_prompt_beyond_the_positions_is_refused(minis: tuple[LoadedCheckpoint, ...]) -> None:
    with pytest.raises(PromptTooLong):
        fill_jointly(minis[0], [Prompt("word " * minis[0].max_tokens + "[MASK] [MASK]")])
