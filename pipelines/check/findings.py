"""Answers -> findings: each expectation held against what a checkpoint said. Pure; every sentence carries its numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

from pipelines.agreement import compare_again, cut_answer
from pipelines.check.expectations import InTop, Likeness, Measure, NotInTop, Order, Wanted, Within
from pipelines.check.values import Bound
from pipelines.check.verdicts import Finding
from pipelines.metrics import distinct_words, jaccard, overlap, rank_biased_overlap
from storage.records import Agreement, Answer, Candidate
from storage.spelling import printable

SHOWN = 5
"""Predictions that a finding repeats."""
LOW_COVERAGE = 0.5
"""Below this probability on the shared words a small divergence tells nothing."""

Masks = Mapping[int, Answer]
"""What one checkpoint said to one prompt, by the index of the mask."""


def judge(wanted: Wanted, answers: Masks, mask: int, top_k: int) -> list[Finding]:
    """What was found at one prompt. `InTop` has a finding for each mask that it names words for."""
    if isinstance(wanted, InTop):
        return [
            _in_top(words, answers[at], top_k, every=wanted.every, where=_where(answers, at))
            for at, words in enumerate(wanted.words)
            if words
        ]
    answer, where = answers[mask], _where(answers, mask)
    if isinstance(wanted, NotInTop):
        return [_not_in_top(wanted, answer, top_k, where)]
    if isinstance(wanted, Order):
        return [_order(wanted, answer, where)]
    scored = _scored(answer, wanted.word)
    value = scored.logprob if scored.logprob is None or wanted.logarithm else math.exp(scored.logprob)
    holds = value is not None and wanted.bound.holds(value)
    return [Finding(f"{wanted}{where}", _told(scored), holds, value, wanted.bound.limit)]


def judge_agreement(likeness: Likeness, a: Answer, b: Answer, agreement: Agreement, top_k: int) -> Finding:
    """What was found between two checkpoints at one mask. `agreement` may be of longer lists than `top_k`."""
    a, b = cut_answer(a, top_k, ()), cut_answer(b, top_k, ())
    measure, bound = likeness.measure, likeness.bound
    if measure is Measure.JSD:
        return _divergence(likeness, agreement)
    if measure in (Measure.TOP1, Measure.TOP_K):
        value = _likeness(measure, a, b)
        said = "; ".join(f"{each.checkpoint.name} says {_first(each, top_k, measure)}" for each in (a, b))
        return Finding(str(likeness), said, bound.holds(value), value, bound.limit)
    here = compare_again(agreement, a, b)
    value = {Measure.RBO: here.rbo, Measure.OVERLAP: here.overlap, Measure.JACCARD: here.jaccard}[measure]
    lists = "; ".join(f"{each.checkpoint.name} says {_first(each, SHOWN)}" for each in (a, b))
    found = f"{measure} {value:.3f} at depth {here.depth}; {lists}"
    return Finding(str(likeness), found, bound.holds(value), value, bound.limit)


def judge_invariance(wanted: Likeness | Within, answers: Sequence[Answer], top_k: int) -> Finding:
    """What was found between the variants of a prompt, as one checkpoint answered each at one mask: the worst of all pairs."""
    if isinstance(wanted, Within):
        return _within(wanted, answers)
    lists = [cut_answer(each, top_k, ()) for each in answers]
    worst = max if not wanted.bound.is_least else min
    values = {(a, b): _likeness(wanted.measure, lists[a], lists[b]) for a, b in combinations(range(len(lists)), 2)}
    pair = worst(values, key=values.__getitem__)
    value = values[pair]
    told = " and ".join(f"{_first(lists[at], top_k, wanted.measure)} at {_quoted(lists[at])}" for at in pair)
    number = "" if wanted.measure in (Measure.TOP1, Measure.TOP_K) else f"{wanted.measure} {value:.3f} between "
    return Finding(
        f"{wanted} in {len(answers)} variants", f"{number}{told}", wanted.bound.holds(value), value, wanted.bound.limit
    )


def _in_top(words: tuple[str, ...], answer: Answer, top_k: int, *, every: bool, where: str) -> Finding:
    scored = [_scored(answer, word) for word in words]
    ranks = [math.inf if each.rank is None else each.rank for each in scored]
    deciding = max(ranks) if every else min(ranks)
    found = f"{'; '.join(map(_told, scored))}; first are {_first(answer, SHOWN)}"
    joint = " and " if every else " or "
    value = None if deciding == math.inf else float(deciding)
    return Finding(f"{joint.join(words)} in the top {top_k}{where}", found, deciding <= top_k, value, top_k)


def _not_in_top(wanted: NotInTop, answer: Answer, top_k: int, where: str) -> Finding:
    scored = [_scored(answer, word) for word in wanted.words]
    ranks = [each.rank for each in scored if each.rank is not None]
    value = float(min(ranks)) if ranks else None
    found = "; ".join(map(_told, scored))
    return Finding(f"{wanted} in the top {top_k}{where}", found, value is None or value > top_k, value, top_k)


def _order(wanted: Order, answer: Answer, where: str) -> Finding:
    scored = [_scored(answer, word) for word in wanted.words]
    logprobs = [each.logprob for each in scored if each.logprob is not None]
    found = "; ".join(map(_told, scored))
    if len(logprobs) < len(scored):
        return Finding(f"{wanted}{where}", found, holds=False)
    least = min(above - below for above, below in pairwise(logprobs))
    return Finding(f"{wanted}{where}", f"{found}; {least:+.2f} in ln p", least > 0, least, 0.0)


def _divergence(likeness: Likeness, agreement: Agreement) -> Finding:
    value, bound = agreement.jsd_shared, likeness.bound
    coverages = ((agreement.checkpoint_a, agreement.coverage_a), (agreement.checkpoint_b, agreement.coverage_b))
    shares = " and ".join(f"{100 * share:.0f} % of {one.name}" for one, share in coverages if share is not None)
    low = any(share is not None and share < LOW_COVERAGE for _, share in coverages)
    if value is None:
        return Finding(str(likeness), "jsd is not known", holds=False)
    found = f"jsd {value:.3f} bit on the shared words, which carry {shares}"
    if low and not bound.is_least:
        # It is a lower bound: what the other words would add is not known, and here they are most of it.
        return Finding(str(likeness), f"{found}: too little to tell", holds=False, value=value, limit=bound.limit)
    return Finding(str(likeness), found, bound.holds(value), value, bound.limit)


def _within(wanted: Within, answers: Sequence[Answer]) -> Finding:
    scored = [(_scored(each, wanted.word), each) for each in answers]
    known = [(each.logprob, answer) for each, answer in scored if each.logprob is not None]
    title = f"ln p of {wanted} in {len(answers)} variants"
    if len(known) < len(scored):
        unknown = next(each for each, _ in scored if each.logprob is None)
        return Finding(title, _told(unknown), holds=False, limit=wanted.most)
    highest, lowest = max(known, key=lambda each: each[0]), min(known, key=lambda each: each[0])
    value = highest[0] - lowest[0]
    found = f"{value:.2f} apart: {highest[0]:.2f} at {_quoted(highest[1])} and {lowest[0]:.2f} at {_quoted(lowest[1])}"
    return Finding(title, found, Bound(is_least=False, limit=wanted.most).holds(value), value, wanted.most)


def _likeness(measure: Measure, a: Answer, b: Answer) -> float:
    words_a, words_b = _words(a), _words(b)
    if measure is Measure.TOP1:
        return float(words_a[:1] == words_b[:1])
    if measure is Measure.TOP_K:
        return float(set(words_a) == set(words_b))
    if measure is Measure.RBO:
        return rank_biased_overlap(words_a, words_b).extrapolated
    return overlap(words_a, words_b) if measure is Measure.OVERLAP else jaccard(words_a, words_b)


def _words(answer: Answer) -> tuple[str, ...]:
    return distinct_words([line.word for line in answer.predictions])


def _scored(answer: Answer, word: str) -> Candidate:
    return next(each for each in answer.candidates if each.word == word)


def _told(scored: Candidate) -> str:
    """A word with its probability, and its rank where it has one."""
    if not scored.in_vocabulary:
        return f"{scored.word} cannot be said"
    if scored.logprob is None:
        return f"{scored.word} ({len(scored.pieces)} pieces) does not fit behind the prompt"
    pieces = f"{len(scored.pieces)} pieces" if scored.rank is None else f"rank {scored.rank:,}"
    return f"{scored.word} {pieces}, p {math.exp(scored.logprob):.3g}"


def _first(answer: Answer, depth: int, measure: Measure | None = None) -> str:
    """How a list begins; the words alone where words are compared."""
    lines = answer.predictions[: 1 if measure is Measure.TOP1 else depth]
    if measure is Measure.TOP_K:
        return " ".join(sorted({printable(line.word) for line in lines}))
    return ", ".join(
        printable(line.word) if line.score is None else f"{printable(line.word)} {line.score:.3g}" for line in lines
    )


def _quoted(answer: Answer) -> str:
    return f'"{answer.prompt.text}"'


def _where(answers: Masks, mask: int) -> str:
    return f" at mask {mask + 1}" if len(answers) > 1 else ""
