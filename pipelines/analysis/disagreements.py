"""Where do they part? Every prompt and pair of checkpoints, the farthest apart first, with the reason in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from storage import measures
from storage.database import Database
from storage.measures import SelectedCheckpoint
from storage.selection import Selection

Order = Literal["rbo", "jsd", "clash"]

ORDERS: dict[Order, str] = {
    "rbo": "least alike lists (RBO)",
    "jsd": "farthest distributions (JSD on shared words)",
    "clash": "both sure, of different words",
}
"""By what the prompts are ranked, in words."""

SURE = 0.3
"""A first word with at least this probability is called sure in a reason."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two checkpoints at one mask of one prompt."""

    prompt: str
    prompt_id: int
    mask_index: int
    a: SelectedCheckpoint
    b: SelectedCheckpoint
    depth: int
    """Words of each list that were compared."""
    rbo: float
    overlap: float
    jsd_shared: float | None
    """Bits; None where no full distributions were compared."""
    top_a: str | None
    score_a: float | None
    """Probability of the first word; None where only ranks are known."""
    top_b: str | None
    score_b: float | None
    clash: float | None
    """The smaller of the two first probabilities where the first words differ, else 0; None where only ranks are known."""
    reason: str
    run_id: str
    """The latest run that asked it."""


@dataclass(frozen=True, slots=True)
class Disagreements:
    """A page of the ranking."""

    checkpoints: tuple[SelectedCheckpoint, ...]
    n: int
    """Lines in all: one per prompt, mask and pair."""
    depth: int
    order: Order
    rows: tuple[Disagreement, ...]


def disagreements(
    database: Database, selection: Selection, depth: int = 5, order: Order = "rbo", limit: int = 50, offset: int = 0
) -> Disagreements:
    """Rank by the first `depth` words, by the full distributions, or by how sure both are of different words."""
    found = measures.checkpoints(database, selection)
    known = {each.checkpoint_id: each for each in found}
    page = measures.disagreements(database, selection, depth, order, limit, offset)
    rows = tuple(_line(row, known) for row in page.table.to_pylist())
    return Disagreements(checkpoints=found, n=page.n, depth=depth, order=order, rows=rows)


def _line(row: dict[str, Any], known: dict[int, SelectedCheckpoint]) -> Disagreement:
    a, b = known[row["a"]], known[row["b"]]
    return Disagreement(
        prompt=row["prompt"],
        prompt_id=row["prompt_id"],
        mask_index=row["mask_index"],
        a=a,
        b=b,
        depth=row["depth"],
        rbo=row["rbo"],
        overlap=row["overlap"],
        jsd_shared=row["jsd_shared"],
        top_a=row["top_a"],
        score_a=row["score_a"],
        top_b=row["top_b"],
        score_b=row["score_b"],
        clash=row["clash"],
        reason=reason(row, a.label, b.label),
        run_id=str(row["run_id"]),
    )


def reason(row: dict[str, Any], name_a: str, name_b: str) -> str:
    """Say in one sentence why a line stands where it stands.

    Args:
        row: a line of `measures.disagreements`.
        name_a, name_b: how the two checkpoints are called.
    """
    shared = round(row["overlap"] * row["depth"])
    first_a, first_b = _said(row["top_a"], row["score_a"]), _said(row["top_b"], row["score_b"])
    if (row["clash"] or 0.0) >= SURE:
        opening = f"Both are sure, of different words: {name_a} says {first_a}, {name_b} says {first_b}"
    elif row["top_a"] != row["top_b"]:
        opening = f"{name_a} says {first_a}, {name_b} says {first_b}"
    else:
        opening = f"Both say {_said(row['top_a'], None)} first"
    if shared == 0:
        return f"{opening}; no word of {row['depth']} in common."
    return f"{opening}; {shared} of {row['depth']} words in common."


def _said(word: str | None, score: float | None) -> str:
    # Words are a model's or a stranger's text: quoted, so that punctuation can be told from the sentence.
    spoken = "nothing" if word is None else f"“{word}”"
    return spoken if score is None else f"{spoken} ({100 * score:.0f} %)"
