"""Whether a difference is real, in one sentence."""

from __future__ import annotations

from pipelines.statistics import FEWEST_FOR_INTERVAL, Difference

_ALPHA = 0.05


def verdict(
    difference: Difference,
    unit: str,
    name_a: str,
    name_b: str,
    p_holm: float | None = None,
    *,
    less_is_better: bool = False,
) -> str:
    """What a difference says, in words: how many prompts, the effect, its interval, and only then p.

    `unit` is what follows the number: "nats", "of acc@1". `p_holm` is p corrected for all pairs looked at; without it p stands.
    Where less is better the sentence that names the higher one says so.
    """
    n = difference.n
    if n == 0:
        return f"No prompt was answered by both {name_a} and {name_b}: nothing to compare (n = 0)."
    prompts = "1 prompt" if n == 1 else f"{n:,} prompts"
    effect = f"{prompts}: {name_a} minus {name_b} is {difference.mean:+.3g} {unit}"
    low, high = difference.low, difference.high
    if low is None or high is None:
        return f"{effect}; under {FEWEST_FOR_INTERVAL} prompts no interval is drawn: too few to tell (n = {n})."
    if low == high == 0:
        return f"{effect}; the two are equal on every prompt: no evidence of a difference (n = {n:,})."
    effect = f"{effect}, 95 % interval {low:+.3g} to {high:+.3g}"
    if low <= 0 <= high:
        return f"{effect}; the interval includes zero: no evidence of a difference (n = {n:,})."
    p = difference.p if p_holm is None else p_holm
    if p is None:
        return f"{effect}; the interval excludes zero (n = {n:,})."
    source = f"{difference.test}, Holm over the pairs" if p_holm is not None else difference.test
    shown = "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
    if p > _ALPHA:
        return f"{effect}; the interval excludes zero, but {shown} ({source}): too little evidence of a difference (n = {n:,})."
    higher = name_a if difference.mean > 0 else name_b
    better = "; less is better" if less_is_better else ""
    return f"{effect}; the interval excludes zero: {higher} is higher (n = {n:,}), {shown} ({source}){better}."
