"""A batch by its tags: prompts, agreement and accuracy of each, with intervals."""

from __future__ import annotations

import streamlit as st

from dashboard.batch_frames import tags_table
from dashboard.components.chart_box import download_menu
from dashboard.definitions import DEFINITIONS
from dashboard.wording import count
from pipelines.batch.by_tag import ByTag
from pipelines.statistics import FEWEST_FOR_INTERVAL


def show_tags(found: ByTag, part: str) -> None:
    """A row for each tag; nothing where no prompt bears one."""
    if not found.rows:
        return
    st.subheader("By tag", anchor=False)
    column, table = st.column_config, tags_table(found)
    right = table.column_names[3:]
    st.dataframe(
        table,
        key="batch_tags",
        hide_index=True,
        alt="Prompts, agreement and accuracy for each tag of this batch",
        column_config={
            "tag": column.TextColumn("Tag", pinned=True),
            "n": column.NumberColumn("Prompts", width="small", format="localized"),
            "agreement": column.TextColumn("Agreement (RBO)", help=DEFINITIONS["rbo"]),
            # Drawn on a canvas, where no name of a checkpoint is markup.
            **{name: column.TextColumn(name, help=DEFINITIONS["acc"]) for name in right},
        },
    )
    few = sum(row.n < FEWEST_FOR_INTERVAL for row in found.rows)
    cut = f"The {len(found.rows)} of {count(found.n, 'tag')} with most prompts. " if found.n > len(found.rows) else ""
    said = (
        f"{count(few, 'tag')} {'has' if few == 1 else 'have'} under {FEWEST_FOR_INTERVAL} prompts: too few to tell. "
        if few
        else ""
    )
    of = "Agreement is the mean RBO over all pairs" + (", accuracy that at 1" if right else "")
    st.caption(f"{cut}{said}{of}.")
    download_menu("tags", lambda: table, part=part)
