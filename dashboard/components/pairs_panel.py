"""How alike each pair of checkpoints is over the history: a matrix of one measure, and all of them in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.charts import pair_matrix
from dashboard.components.chart_box import chart_box, download_menu
from dashboard.components.history_page import units
from dashboard.definitions import DEFINITIONS
from dashboard.history_frames.agreement import LIKENESSES, cells_table, pairs_table
from storage.selection import Selection

if TYPE_CHECKING:
    from pipelines.analysis.overlap import Overlap


MOST_BESIDE = 4
"""Checkpoints whose matrix and table stand beside each other."""
_BOUNDS = {
    "rbo_minimum": "RBO at least",
    "overlap_attainable": "Overlap at most",
    "jaccard_attainable": "Jaccard at most",
}
"""What short lists and different vocabularies leave open."""


def show_pairs(found: Overlap, selection: Selection) -> None:
    """Nothing to compare is said in a sentence."""
    if not found.pairs:
        st.caption("No two checkpoints have answered the same prompt here. Ask two or more the same, and they are compared.")
        return
    shown = st.radio(
        "How alike", [each.label for each in LIKENESSES], key="likeness", horizontal=True,
        label_visibility="collapsed", bind="query-params",
    )  # fmt: skip
    likeness = next(each for each in LIKENESSES if each.label == shown)
    cells = cells_table(found, likeness)
    # The names of many checkpoints need the whole width.
    few = len(found.checkpoints) <= MOST_BESIDE
    left, right = st.columns([5, 6], gap="medium") if few else (st.container(), st.container())
    with left:
        if cells.num_rows:
            known = {*cells.column("a").to_pylist(), *cells.column("b").to_pylist()}
            depth = "" if likeness.name == "jsd_shared" else f", first {found.depth} {units(selection)}"
            title = f"{likeness.title}{depth if likeness.name != 'top1_same' else ''}"
            labels = [each.label for each in found.checkpoints if each.label in known]
            chart_box(pair_matrix(cells, labels, title), cells, f"pairs-{likeness.name}", DEFINITIONS[likeness.name])
        else:
            st.caption("No full distributions of two checkpoints were compared: imported lists hold none.")
    with right:
        _show_table(found)


def _show_table(found: Overlap) -> None:
    column = st.column_config
    table = pairs_table(found.pairs)
    st.dataframe(
        table,
        key="pairs_of_history",
        hide_index=True,
        alt="How alike each pair of checkpoints is, with 95 % intervals",
        column_config={
            "pair": column.TextColumn("Pair", pinned=True),
            "n": column.NumberColumn("Prompts", width="small", format="localized", help=DEFINITIONS["n_pairs"]),
            **{each.name: column.TextColumn(each.label, help=DEFINITIONS[each.name]) for each in LIKENESSES},
            **{name: column.TextColumn(label, help=DEFINITIONS[name]) for name, label in _BOUNDS.items()},
            "low_coverage": column.TextColumn("Low coverage", width="small", help=DEFINITIONS["low_coverage"]),
        },
    )
    download_menu("pairs", lambda: table)
    st.caption(DEFINITIONS["interval"])
