"""Prompts at which two checkpoints part, the farthest apart first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import streamlit as st

from dashboard import places
from dashboard.estimates import figure
from dashboard.run_link import ASKED
from dashboard.wording import percent
from pipelines.prompts import printable

if TYPE_CHECKING:
    from pipelines.analysis.disagreements import Disagreement

MOST_CHARACTERS = 240
"""Of a prompt in the list; the run itself shows it whole."""
_TABLE = pa.schema(
    {
        "prompt": pa.string(), "blank": pa.int64(), "a": pa.string(), "b": pa.string(), "first_a": pa.string(),
        "probability_a": pa.float64(), "first_b": pa.string(), "probability_b": pa.float64(), "rbo": pa.float64(),
        "overlap": pa.float64(), "jsd_shared": pa.float64(), "clash": pa.float64(), "reason": pa.string(),
        "run_id": pa.string(),
    }
)  # fmt: skip


def show_disagreements(rows: Sequence[Disagreement], first: int, *, clashes: bool) -> None:
    """One row for each prompt, mask and pair, with its place, the reason in words, and a link that opens the run.

    With `clashes`, how sure both are stands in place of how alike they are.
    """
    for place, row in enumerate(rows, start=first):
        with st.container(border=True, gap="xsmall"):
            _show_row(row, place, clashes=clashes)


def disagreements_table(rows: Sequence[Disagreement]) -> pa.Table:
    """The same as a table for a file."""
    found = [
        {
            "prompt": row.prompt, "blank": row.mask_index + 1, "a": row.a.label, "b": row.b.label, "first_a": row.top_a,
            "probability_a": row.score_a, "first_b": row.top_b, "probability_b": row.score_b, "rbo": row.rbo,
            "overlap": row.overlap, "jsd_shared": row.jsd_shared, "clash": row.clash, "reason": row.reason,
            "run_id": row.run_id,
        }
        for row in rows
    ]  # fmt: skip
    return pa.Table.from_pylist(found, schema=_TABLE)


def _show_row(row: Disagreement, place: int, *, clashes: bool) -> None:
    left, right, link = st.columns([7, 3.2, 1], vertical_alignment="center")
    with left.container(gap="xxsmall"):
        st.text(f"{place}.  {_shortened(row.prompt)}")
        st.text(row.reason + (f" Blank {row.mask_index + 1}." if row.mask_index else ""))
    right.text(_figures(row, clashes=clashes))
    named = {"run": row.run_id, ASKED: str(row.prompt_id)}
    link.page_link(places.HISTORY, label="Open", icon=":material/arrow_forward:", query_params=named)


def _figures(row: Disagreement, *, clashes: bool) -> str:
    if clashes:
        return "clash not known" if row.clash is None else f"both at least {percent(row.clash)} sure"
    jsd = "JSD not known" if row.jsd_shared is None else f"JSD {figure(row.jsd_shared)} bit"
    return f"RBO {figure(row.rbo)} · {jsd}"


def _shortened(text: str) -> str:
    text = " ".join(printable(text).split())
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
