"""Do they say the same, and where do they part? Each two checkpoints at each mask that both answered."""

from __future__ import annotations

from enum import StrEnum

import pyarrow as pa

from storage.database import Database
from storage.measures.reading import Page, read, read_page
from storage.selection import Selection

DisagreementPage = Page


class Order(StrEnum):
    """By what disagreements are ranked; the greatest comes first."""

    RBO = "rbo"
    """1 - RBO of the two lists."""
    JSD = "jsd"
    """Jensen-Shannon divergence of the two distributions, where it is known."""
    CLASH = "clash"
    """Where the first words differ, the smaller of their two scores: both are sure, of something else."""


def pairs(database: Database, selection: Selection, depth: int | None = 5) -> pa.Table:
    """One row per prompt, mask and pair of checkpoints (a before b in `checkpoints`) that both gave a list.

    Columns prompt_id, mask_index, a, b, depth, overlap, jaccard, rbo, top1_same, jsd_shared, coverage_a, coverage_b, weight,
    attainable.
    The lists are cut to `depth` distinct words, and to the shorter of the two; overlap, Jaccard and RBO (p = 0.9) are those of
    `pipelines.metrics`. jsd_shared and the coverages are what the log kept of the full distributions, NULL where it kept
    nothing; they do not depend on the depth. `attainable` is the greatest overlap that the two vocabularies allow these lists,
    NULL where one of them is not known. Where all asks count, a pair weighs as the answer that was asked for less often.
    """
    return read(database, "pairs", selection, space=selection.space.value, depth=depth)


def disagreements(
    database: Database,
    selection: Selection,
    depth: int | None = 5,
    order: Order | str = Order.RBO,
    limit: int = 50,
    offset: int = 0,
) -> DisagreementPage:
    """The rows of `pairs`, the greatest disagreement first; what is unknown last, then by RBO and prompt.

    Columns prompt, prompt_id, mask_index, a, b, depth, rbo, overlap, jsd_shared, coverage_a, coverage_b, top_a, score_a,
    top_b, score_b, clash (0 where the first words are the same, NULL where a score is unknown), run_id (the latest that asked
    both, else either). Raises ValueError for an unknown order.
    """
    return read_page(
        database,
        "disagreements",
        selection,
        space=selection.space.value,
        depth=depth,
        order=Order(order).value,
        limit=limit,
        offset=offset,
    )
