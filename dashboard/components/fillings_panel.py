"""All blanks of a prompt filled together: each choice is seen by the next, in an order that is told."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.frames import fillings_table
from storage.records import Filling


def show_fillings(fillings: Sequence[Filling], key: str) -> None:
    """A row for each filling, as the log keeps them: by checkpoint, order and rank."""
    st.caption(
        "The columns of the other tabs fill each blank as if the others stayed blank. Here the blanks are filled one after "
        "the other. A joint probability depends on the order, so compare it within one checkpoint and one order only."
    )
    column = st.column_config
    st.dataframe(
        fillings_table(fillings),
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
