"""All blanks of a prompt filled together: each choice is seen by the next, in an order that is told."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pyarrow as pa
import streamlit as st

from dashboard.wording import percent
from storage.records import Filling

_SCHEMA = pa.schema(
    {
        "checkpoint": pa.string(), "order": pa.string(), "rank": pa.int32(), "words": pa.string(), "slots": pa.string(),
        "joint": pa.string(),
    }
)  # fmt: skip


def show_fillings(fillings: Sequence[Filling], key: str) -> None:
    """A row for each filling, as the log keeps them: by checkpoint, order and rank."""
    st.caption(
        "The columns of the other tabs fill each blank as if the others stayed blank. Here the blanks are filled one after "
        "the other. A joint probability depends on the order, so compare it within one checkpoint and one order only."
    )
    rows = [_row(filling) for filling in fillings]
    column = st.column_config
    st.dataframe(
        pa.Table.from_pylist(rows, schema=_SCHEMA),
        key=f"fillings_{key}",
        hide_index=True,
        alt="Joint fillings of all blanks by each checkpoint",
        column_config={
            "checkpoint": column.TextColumn("Checkpoint"),
            "order": column.TextColumn(
                "Order",
                help="Left to right; the most confident blank first; or a beam, which keeps the five best partial fillings.",
            ),
            "rank": column.NumberColumn("Rank", width="small", help="1 is the most probable filling found in this order."),
            "words": column.TextColumn("Words", help="In the order of the blanks in the sentence."),
            "slots": column.TextColumn(
                "Step by step", help="The probability of each word when it was chosen, in the order of choosing."
            ),
            "joint": column.TextColumn("Together", help="The product of the steps: the joint probability in this order."),
        },
    )


def _row(filling: Filling) -> dict[str, object]:
    in_sentence = sorted(filling.slots, key=lambda slot: slot.mask_index)
    return {
        "checkpoint": filling.checkpoint.name,
        "order": filling.order.value,
        "rank": filling.rank,
        "words": " · ".join(slot.word for slot in in_sentence),
        "slots": ", ".join(f"{slot.word} {percent(math.exp(slot.logprob))}" for slot in filling.slots),
        "joint": percent(math.exp(filling.logprob)),
    }
