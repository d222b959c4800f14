"""Several masks filled together: written once, found again before a model runs and to show a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pyarrow as pa

from storage.database import Cursor
from storage.lookup import asked_ids
from storage.questions import question
from storage.records import Checkpoint, FilledSlot, Filling, FillingOrder, Prompt
from storage.staging import IdentityKey, stage

FillingKey = tuple[str, IdentityKey]
"""Text of the prompt, identity of the checkpoint."""

_SLOT = pa.struct(
    [
        ("mask_index", pa.int32()),
        ("token_id", pa.int64()),
        ("piece", pa.string()),
        ("word", pa.string()),
        ("logprob", pa.float64()),
    ]
)
_FILLINGS = pa.schema(
    [
        ("prompt_id", pa.int64()),
        ("checkpoint_id", pa.int64()),
        ("fill_order", pa.string()),
        ("rank", pa.int32()),
        ("logprob", pa.float64()),
        ("slots", pa.list_(_SLOT)),
    ]
)


def write_fillings(
    cursor: Cursor,
    fillings: Sequence[Filling],
    checkpoints: Mapping[IdentityKey, int],
    prompts: Mapping[str, int],
    now: datetime,
) -> None:
    """Keep each filling once; what is kept stays."""
    rows = {
        (prompts[each.prompt.text], checkpoints[each.checkpoint.identity], each.order.value, each.rank): (
            each.logprob,
            [
                {
                    "mask_index": slot.mask_index,
                    "token_id": slot.token_id,
                    "piece": slot.piece,
                    "word": slot.word,
                    "logprob": slot.logprob,
                }
                for slot in each.slots
            ],
        )
        for each in reversed(fillings)
    }
    if not rows:
        return
    stage(cursor, "staged_filling", _FILLINGS, [(*key, *values) for key, values in rows.items()])
    cursor.execute(
        "INSERT INTO filling (prompt_id, checkpoint_id, fill_order, rank, logprob, slots, created_at)"
        " SELECT prompt_id, checkpoint_id, fill_order, rank, logprob, slots, $now FROM staged_filling"
        " ANTI JOIN filling USING (prompt_id, checkpoint_id, fill_order, rank)",
        {"now": now},
    )


def find_fillings(
    cursor: Cursor, prompts: Sequence[Prompt], checkpoints: Sequence[Checkpoint]
) -> dict[FillingKey, tuple[Filling, ...]]:
    """Known fillings of these checkpoints, each order with its best first, the orders as `FillingOrder` names them."""
    texts = {prompt.text_sha256: prompt for prompt in prompts if prompt.mask_count > 1}
    if not texts:
        return {}
    by_id = {checkpoint_id: checkpoint for checkpoint, checkpoint_id in asked_ids(cursor, checkpoints).items()}
    found: dict[FillingKey, list[Filling]] = {}
    parameters = {"prompts": list(texts), "checkpoints": list(by_id)}
    for digest, checkpoint_id, order, rank, slots in cursor.execute(question("find_fillings"), parameters).fetchall():
        filling = Filling(
            texts[digest], by_id[checkpoint_id], FillingOrder(order), rank, tuple(FilledSlot(**slot) for slot in slots)
        )
        found.setdefault((filling.prompt.text, filling.checkpoint.identity), []).append(filling)
    orders = list(FillingOrder)
    return {
        key: tuple(sorted(each, key=lambda filling: (orders.index(filling.order), filling.rank))) for key, each in found.items()
    }
