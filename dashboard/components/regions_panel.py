"""Whose words are whose: the regions of the vocabularies, and the words that mark each checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.charts import marking_words, region_bars
from dashboard.components.chart_box import chart_box, download_menu
from dashboard.components.history_page import units
from dashboard.definitions import DEFINITIONS
from dashboard.history_frames.vocabulary import (
    MOST_MARKING,
    REGION_SIZES,
    marking_table,
    region_bars_table,
    regions_table,
)
from dashboard.palette import CheckpointStyle
from dashboard.wording import count
from storage.selection import Selection

if TYPE_CHECKING:
    from pipelines.analysis.vocabulary import Vocabulary

MOST_COLUMNS = 3


def show_regions(found: Vocabulary, styles: Sequence[CheckpointStyle], selection: Selection) -> None:
    """The regions as bars, and every one of them with examples."""
    st.subheader("Whose words are whose?", anchor=False, help=DEFINITIONS["regions"])
    shown = st.radio(
        "By", list(REGION_SIZES), key="region_size", horizontal=True,
        label_visibility="collapsed", bind="query-params",
    )  # fmt: skip
    size = REGION_SIZES[str(shown)]
    left, right = st.columns([5, 6], gap="medium")
    regions = regions_table(found)
    with left:
        if size == "mass" and any(region.mass is None for region in found.regions):
            st.caption("Some of these lists hold ranks only, so what share of the probability a word has is not known.")
        else:
            bars = region_bars_table(found, size, styles)
            noun = units(selection)
            total = f"n = {sum(region.words for region in found.regions):,} {noun} of {count(found.n_prompts, 'prompt')}"
            title = f"{shown} by who says them, first {found.depth} of each list"
            chart_box(
                region_bars(bars, title, total, len(found.regions) - bars.num_rows),
                bars,
                f"regions-{size}",
                DEFINITIONS["regions"],
            )
    with right:
        column = st.column_config
        st.dataframe(
            regions,
            key="regions",
            hide_index=True,
            alt="The regions of the vocabularies with examples",
            column_config={
                "region": column.TextColumn("Said by"),
                "words": column.NumberColumn(units(selection).capitalize(), width="small", help=DEFINITIONS["regions"]),
                "predictions": column.NumberColumn(
                    "Predictions", width="small", help=DEFINITIONS["predictions"], format="localized"
                ),
                "mass": column.NumberColumn("Probability", format="percent", width="small", help=DEFINITIONS["mass"])
                if any(region.mass is not None for region in found.regions)
                else None,
                "examples": column.TextColumn("Such as", width="large"),
            },
        )
        download_menu("regions", lambda: regions)


def show_marking(found: Vocabulary, styles: Sequence[CheckpointStyle], selection: Selection) -> None:
    """A chart of the marking words of each checkpoint, side by side."""
    if len(found.checkpoints) < 2:
        return
    st.subheader("Which words mark a checkpoint?", anchor=False, help=DEFINITIONS["marking"])
    marked = [style for style in styles if any(each.checkpoint.label == style.label for each in found.marking)]
    if not marked:
        st.caption(f"No checkpoint says any of these {units(selection)} more than the others do.")
        return
    n_words = sum(region.words for region in found.regions)
    for start in range(0, len(marked), MOST_COLUMNS):
        row = marked[start : start + MOST_COLUMNS]
        for column, style in zip(st.columns(max(len(row), 2), gap="medium"), row, strict=False):
            own = [each for each in found.marking if each.checkpoint.label == style.label]
            table = marking_table(own[:MOST_MARKING])
            with column:
                place = styles.index(style)
                chart_box(marking_words(table, style.label, style.colour, n_words), table, f"marking-words-{place + 1}")
    st.caption(DEFINITIONS["marking"])
