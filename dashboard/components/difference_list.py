"""What changed from one side to the other: two ranked lists for each prompt, blank and checkpoint."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.components.run_list import shortened
from dashboard.drift_words import dlogp, places_side_by_side
from pipelines.prompts import printable
from storage.differences import Difference
from storage.records import UNKNOWN_HASH, Checkpoint

MOST_WORDS = 6
"""Of each list; the run itself shows it whole."""
_WIDTHS = [4.6, 5.2, 2.6]


def show_differences(rows: Sequence[Difference], first: int, left: str, right: str) -> None:
    """One box for each, with its place in the list. `left` and `right` name the sides."""
    for place, row in enumerate(rows, start=first):
        with st.container(border=True):
            _show_row(row, place, left, right)


def _show_row(row: Difference, place: int, left: str, right: str) -> None:
    if _unchanged(row):
        prompt, both, figures = st.columns(_WIDTHS, vertical_alignment="top")
        with both.container(gap="xxsmall"):
            st.caption(f"{left} and {right}")
            st.text(printable(", ".join(row.words_right[:MOST_WORDS]) or "no words"))
    else:
        prompt, both, figures = st.columns(_WIDTHS, vertical_alignment="top")
        lines_left, lines_right = places_side_by_side(row.words_left, row.words_right, MOST_WORDS)
        # On a phone the columns of the page stand below each other; the two lists stay side by side.
        columns = both.columns(2, wrap=False)
        for column, name, lines in zip(columns, (left, right), (lines_left, lines_right), strict=True):
            with column.container(gap="xxsmall"):
                st.caption(name)
                st.text(printable("\n".join(lines) or "no words"))
    with prompt.container(gap="xxsmall"):
        st.text(f"{place}.  {shortened(row.prompt)}")
        blank = f", blank {row.mask_index + 1}" if row.mask_index else ""
        st.text(printable(f"{row.checkpoint_left.name}{blank}"))
    with figures.container(gap="xxsmall"):
        _show_figures(row)


def _unchanged(row: Difference) -> bool:
    """Whether both sides say the same, as far as it is known."""
    return row.changed_ranks == 0 and row.max_abs_dlogp in (0, None)


def _show_figures(row: Difference) -> None:
    weights = "the same weights" if row.same_weights else _other_weights(row.checkpoint_left, row.checkpoint_right)
    if _unchanged(row):
        st.badge("no change", icon=":material/check:", color="gray")
        st.text(weights)
        return
    first = "" if row.top1_same else ", the first too"
    st.text(f"{row.changed_ranks} of {row.depth} places changed{first}")
    st.text(f"max |Δ ln p| {dlogp(row.max_abs_dlogp)}")
    st.text(f"RBO {row.rbo:.2f}")
    st.text(weights)


def _other_weights(left: Checkpoint, right: Checkpoint) -> str:
    return f"other weights: {_digits(left)}, then {_digits(right)}"


def _digits(checkpoint: Checkpoint) -> str:
    """The first digits of the weights, as the filters name them."""
    known = checkpoint.weights_sha256 != UNKNOWN_HASH
    return checkpoint.weights_sha256[:7] if known else "imported"
