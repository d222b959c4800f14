"""The figures of each answer on its own, for whoever pairs checkpoints prompt by prompt."""

from __future__ import annotations

import pyarrow as pa

from storage.database import Database
from storage.measures.reading import read
from storage.selection import Selection


def figures(database: Database, selection: Selection) -> pa.Table:
    """Columns prompt_id, mask_index, checkpoint_id, top_score, top1_margin, entropy (nats), weight: one row per answer.

    NULL where a figure is not known.
    """
    return read(database, "figures", selection)
