"""Two answers to one mask -> how alike they are; and a kept run brought back to what was asked then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from pipelines.metrics import distinct_words, jaccard, overlap, rank_biased_overlap
from storage.records import Agreement, Answer, Comparison, Prompt, RunKind

if TYPE_CHECKING:
    from pipelines.words import WordMap


def compare_lists(a: Answer, b: Answer, jsd_shared: float | None, coverage: tuple[float | None, float | None]) -> Agreement:
    """The agreement of two answers to the same mask: what the lists say, beside what the full distributions said.

    Lists are compared by word at the depth of the shorter one. `jsd_shared` (bits) and `coverage` (of a, of b) come from
    the full distributions at the moment of the answer and are None where those were not known.
    """
    words_a, words_b = (tuple(line.word for line in each.predictions) for each in (a, b))
    return Agreement(
        prompt=a.prompt,
        mask_index=a.mask_index,
        checkpoint_a=a.checkpoint,
        checkpoint_b=b.checkpoint,
        depth=min(a.depth, b.depth),
        overlap=overlap(words_a, words_b),
        jaccard=jaccard(words_a, words_b),
        rbo=rank_biased_overlap(words_a, words_b).extrapolated,
        jsd_shared=jsd_shared,
        coverage_a=coverage[0],
        coverage_b=coverage[1],
        top1_same=words_a[:1] == words_b[:1],
    )


@dataclass(frozen=True, slots=True)
class Bounds:
    """What two lists of a few words leave open."""

    rbo_minimum: float
    """What RBO is at least, however the lists go on."""
    most_shared: int | None
    """How many words could be in both, the other words being ones that the other checkpoint cannot say in one mask; None where
    a vocabulary is not at hand."""


def bounds(a: Answer, b: Answer, words_a: WordMap | None, words_b: WordMap | None) -> Bounds:
    """The bounds of two answers to one mask, compared at the depth of the shorter list of distinct words."""
    said_a, said_b = (distinct_words([line.word for line in each.predictions]) for each in (a, b))
    depth = min(len(said_a), len(said_b))
    most = None
    if words_a is not None and words_b is not None:
        most = min(sum(map(words_b.says, said_a[:depth])), sum(map(words_a.says, said_b[:depth])))
    return Bounds(rank_biased_overlap(said_a, said_b).minimum, most)


def cut_answer(answer: Answer, top_k: int, words: tuple[str, ...], space: str = "") -> Answer:
    """The answer as an ask of this depth and these words, in one word space, shows it; the log may hold more."""
    scored = {each.word: each for each in answer.candidates if each.word_space == space}
    return replace(
        answer,
        predictions=answer.predictions[:top_k],
        candidates=tuple(scored[word] for word in words if word in scored),
    )


def compare_again(agreement: Agreement, a: Answer, b: Answer) -> Agreement:
    """The same agreement at the depth of these answers; the divergence of the full distributions stays what it was."""
    return compare_lists(a, b, agreement.jsd_shared, (agreement.coverage_a, agreement.coverage_b))


def as_asked(comparison: Comparison) -> Comparison:
    """A run read back from the log, its agreements at the depth that the run asked for and its answers are cut to.

    The log keeps each agreement at the greatest depth anybody asked for. Of imported answers it keeps none: their lists are
    compared here, and the divergence of full distributions that nobody knows is None.
    """
    found = {(each.answer.prompt, each.answer.mask_index, each.answer.checkpoint): each.answer for each in comparison.answers}
    agreements = []
    for each in comparison.agreements:
        a, b = (found.get((each.prompt, each.mask_index, of)) for of in (each.checkpoint_a, each.checkpoint_b))
        agreements.append(each if a is None or b is None else compare_again(each, a, b))
    if comparison.run.kind in (RunKind.IMPORT, RunKind.SAMPLE):
        agreements += _missing(comparison)
    return replace(comparison, agreements=tuple(agreements))


def _missing(comparison: Comparison) -> list[Agreement]:
    """The pairs of answers to one mask that have no agreement, compared by their lists."""
    at_mask: dict[tuple[Prompt, int], list[Answer]] = {}
    for asked in comparison.answers:
        at_mask.setdefault((asked.answer.prompt, asked.answer.mask_index), []).append(asked.answer)
    known = {
        (each.prompt, each.mask_index, frozenset((each.checkpoint_a, each.checkpoint_b))) for each in comparison.agreements
    }
    return [
        compare_lists(a, b, None, (None, None))
        for (prompt, mask_index), answers in at_mask.items()
        for a, b in combinations(answers, 2)
        if (prompt, mask_index, frozenset((a.checkpoint, b.checkpoint))) not in known
    ]
