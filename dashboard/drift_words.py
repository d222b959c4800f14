"""How far answers have moved, in words. Pure functions; what they return is plain text, and may name anybody's checkpoint."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pyarrow as pa

from dashboard.wording import count, listed
from storage.drift import Drift

IMPORTED = "import"
"""The source of answers that were made elsewhere, whose weights nobody here knows."""

_TABLE = pa.schema(
    {
        "prompt": pa.string(), "blank": pa.int64(), "checkpoint": pa.string(), "weights": pa.string(),
        "max_abs_dlogp": pa.string(), "changed_ranks": pa.string(), "n_compared": pa.int64(),
    }
)  # fmt: skip


def dlogp(greatest: float | None) -> str:
    """A difference of natural log-probabilities.

    >>> dlogp(None), dlogp(0.0), dlogp(0.0000004), dlogp(0.01234), dlogp(2.5)
    ('not known', '0', 'under 0.000001', '0.012', '2.50')
    """
    if greatest is None:
        return "not known"
    if greatest == 0:
        return "0"
    if greatest < 0.000001:
        return "under 0.000001"
    if greatest >= 1:
        return f"{greatest:.2f}"
    return f"{greatest:.{1 - math.floor(math.log10(greatest))}f}"


def drift_in_words(drifts: Sequence[Drift]) -> str:
    """The finding of a replay in a few sentences."""
    lists = count(len(drifts), "list")
    known = [each.max_abs_dlogp for each in drifts if each.max_abs_dlogp is not None]
    moved = sum(each.changed_ranks > 0 for each in drifts)
    changed = [each for each in drifts if not each.same_weights]
    published = dict.fromkeys(each.checkpoint_now.name for each in changed if each.checkpoint_then.source == IMPORTED)
    others = dict.fromkeys(each.checkpoint_now.name for each in changed if each.checkpoint_then.source != IMPORTED)
    sentences = []
    if known and max(known) == 0 and not moved:
        sentences.append(
            f"Nothing has drifted: {'it is' if len(drifts) == 1 else f'all {lists} are'} what was kept, to the last bit."
        )
    elif known:
        place = "no place changed" if not moved else f"places changed in {moved:,} of {lists}"
        sentences.append(f"ln p differs by at most {dlogp(max(known))}, and {place}.")
    else:
        place = "no place changed" if not moved else f"places changed in {moved:,} of {lists}"
        sentences.append(f"No probability can be compared, since the lists share nothing whose scores both know; {place}.")
    if others:
        have = "has" if len(others) == 1 else "have"
        sentences.append(f"{listed(list(others))} {have} other weights now than then, so a difference is no surprise there.")
    if published:
        sentences.append(f"Then is what was published of {listed(list(published))}, now what the weights at hand say.")
    return " ".join(sentences)


def drift_table(drifts: Sequence[Drift]) -> pa.Table:
    """One row for each prompt, blank and checkpoint, in the order given."""
    rows = [
        {
            "prompt": each.prompt.text,
            "blank": each.mask_index + 1,
            "checkpoint": each.checkpoint_now.name,
            "weights": "the same" if each.same_weights else "others",
            "max_abs_dlogp": dlogp(each.max_abs_dlogp),
            "changed_ranks": f"{each.changed_ranks} of {each.depth}",
            "n_compared": each.n_compared,
        }
        for each in drifts
    ]
    return pa.Table.from_pylist(rows, schema=_TABLE)


def places_side_by_side(left: Sequence[str], right: Sequence[str], most: int) -> tuple[list[str], list[str]]:
    """Two ranked lists as lines, where the second says what changed: where a word came from, what is new, what is gone.

    >>> places_side_by_side(["first", "last", "main"], ["last", "first", "new"], 3)
    (['1  first', '2  last', '3  main  gone'], ['1  last  up from 2', '2  first  down from 1', '3  new  new'])
    """
    before = {word: place for place, word in reversed(list(enumerate(left, start=1)))}
    after = set(right)
    lines_left = [f"{place}  {word}{'' if word in after else '  gone'}" for place, word in enumerate(left[:most], start=1)]
    lines_right = [f"{place}  {word}{_moved(before.get(word), place)}" for place, word in enumerate(right[:most], start=1)]
    return lines_left, lines_right


def _moved(before: int | None, now: int) -> str:
    if before is None:
        return "  new"
    return "" if before == now else f"  up from {before}" if before > now else f"  down from {before}"
