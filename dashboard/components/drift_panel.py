"""What a replay found: how far each fresh answer is from the one that was kept."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard import from_log, places
from dashboard.components.paging import turned_to
from dashboard.drift_words import drift_in_words, drift_table
from dashboard.run_link import read_run_id
from dashboard.wording import listed
from pipelines.prompts import printable
from storage import drift
from storage.drift import Drift
from storage.log import Log
from storage.records import Run, RunKind

ROWS_PER_PAGE = 8
PAGE = "drift_page"
MEANING = (
    "max |Δ ln p| is the greatest difference of the natural log-probability over the pieces that both lists hold; a changed "
    "place holds another piece than before. Where the tokenizers differ, words are compared."
)


@dataclass(frozen=True, slots=True)
class _Page:
    rows: tuple[Drift, ...]
    n: int


def show_drift(log: Log, run: Run) -> None:
    """On the page of a replay, what it found; nothing on the page of another run. Raises `StorageError`."""
    if run.kind is not RunKind.REPLAY:
        return
    drifts = from_log.answer_of(log, drift.drifts, run.run_id)
    with st.container(border=True, gap="xsmall", key="drift"):
        st.subheader("Has it drifted?", anchor=False)
        if not drifts:
            st.text("Nothing of the run that was replayed is left to compare with.")
            return
        st.text(drift_in_words(drifts))
        missing = run.options.get("missing")
        if isinstance(missing, list) and missing:
            was = "was" if len(missing) == 1 else "were"
            st.text(
                printable(f"{listed([str(name) for name in missing])} could not be asked on this machine and {was} left out.")
            )
        _show_table(drifts)
        st.caption(MEANING)
        _show_ways_on(run)


def _show_table(drifts: tuple[Drift, ...]) -> None:
    place = st.container()
    rows, _ = turned_to(PAGE, ROWS_PER_PAGE, lambda limit, offset: _Page(drifts[offset : offset + limit], len(drifts)))
    several = any(each.mask_index for each in drifts)
    prompts = len({each.prompt for each in drifts})
    column = st.column_config
    place.dataframe(
        drift_table(rows.rows),
        key="drift_table",
        hide_index=True,
        height="content",
        alt="How far each list is from the one that was kept, the greatest drift first",
        column_config={
            "prompt": column.TextColumn("Prompt", width="large") if prompts > 1 else None,
            "blank": column.NumberColumn("Blank", width="small") if several else None,
            "checkpoint": column.TextColumn("Checkpoint"),
            "weights": column.TextColumn("Weights", width="small"),
            "max_abs_dlogp": column.TextColumn("max |Δ ln p|"),
            "changed_ranks": column.TextColumn("Changed places"),
            "n_compared": column.NumberColumn("Compared", width="small"),
        },
    )


def _show_ways_on(run: Run) -> None:
    repeated = read_run_id(str(run.options.get("repeats", "")))
    if repeated is None:
        return
    with st.container(horizontal=True, gap="small"):
        st.page_link(
            places.HISTORY, label="The run that was replayed", icon=":material/history:", query_params={"run": repeated}
        )
        st.page_link(
            places.HISTORY,
            label="Side by side",
            icon=":material/compare_arrows:",
            query_params={"run": repeated, "with": run.run_id},
        )
