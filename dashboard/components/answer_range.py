"""The answers behind a range of one measure: a brush over a chart sets the range, and so does typing it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

import pyarrow as pa
import streamlit as st

from dashboard.charts.distributions import MEASURES, quantile_curves
from dashboard.components.chart_box import brushed_chart_box, download_menu
from dashboard.components.history_page import found_in
from dashboard.components.paging import back_to_first, turned_to
from dashboard.definitions import DEFINITIONS
from dashboard.history_frames.distributions import answers_table, of_measure
from dashboard.palette import CheckpointStyle
from dashboard.wording import count
from storage import measures
from storage.log import Log
from storage.measures import SelectedCheckpoint
from storage.selection import Selection

ANSWERS_PER_PAGE = 15
PAGE = "answers_page"
MOST_EXPORTED = 1_000_000
_TITLES = {measure.name: measure.title for measure in MEASURES}


def brushable_curves(quantiles: pa.Table, styles: Sequence[CheckpointStyle]) -> None:
    """The curves of the measures that are known, side by side."""
    known = [measure for measure in MEASURES if of_measure(quantiles, measure.name).num_rows]
    for column, measure in zip(st.columns(max(len(known), 1)), known, strict=False):
        table = of_measure(quantiles, measure.name)
        drawn = set(table.column("checkpoint").to_pylist())
        chart = quantile_curves(table, measure, [each for each in styles if each.label in drawn], brush=True)
        key = _chart_key(measure.name)
        take = partial(_take_brush, measure.name, key)
        with column:
            brushed_chart_box(chart, table, f"quantiles-{measure.name}", DEFINITIONS[measure.name], key, take)


def answers_in_range(log: Log, selection: Selection, checkpoints: Sequence[SelectedCheckpoint]) -> None:
    """The boxes of the range, and the answers in it, the greatest first."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        measure: str = st.selectbox(
            "Answers by", list(_TITLES.values()), key="measure", bind="query-params", width=250, on_change=_clear_range
        )
        low = st.number_input(
            "At least", value=None, key="low", bind="query-params", width=165, on_change=back_to_first(PAGE), format="%g"
        )
        high = st.number_input(
            "At most", value=None, key="high", bind="query-params", width=165, on_change=back_to_first(PAGE), format="%g"
        )
        if low is not None or high is not None:
            st.button("All of them", key="clear_range", type="tertiary", icon=":material/close:", on_click=_clear_range)
    name = next(key for key, title in _TITLES.items() if title == measure)
    ask = partial(found_in, log, measures.answers_between, selection, measure=name, low=low, high=high)
    place, footer = st.container(), st.container()
    with footer:
        found, _ = turned_to(PAGE, ANSWERS_PER_PAGE, lambda limit, offset: ask(limit=limit, offset=offset))

    def everything() -> pa.Table:
        whole = measures.answers_between(log.database, selection, name, low, high, limit=MOST_EXPORTED)
        return answers_table(whole, checkpoints)

    with place:
        st.caption(f"{count(found.n, 'answer')}, the greatest first. Drag across a chart above, or type a range.")
        if found.n:
            _show_answers(answers_table(found, checkpoints))
    if found.n:
        with footer:
            download_menu("answers", everything, n=found.n, most=MOST_EXPORTED)


def _show_answers(table: pa.Table) -> None:
    column = st.column_config
    table = table.drop_columns([name for name in table.column_names if table.num_rows == table.column(name).null_count])
    several = any(blank > 1 for blank in table.column("blank").to_pylist())
    st.dataframe(
        table,
        key="answers_in_range",
        hide_index=True,
        height="content",
        alt="Answers in the range",
        column_config={
            "prompt": column.TextColumn("Prompt", width="medium"),
            "blank": column.NumberColumn("Blank", width="small") if several else None,
            "checkpoint": column.TextColumn("Checkpoint"),
            "top_word": column.TextColumn("First word", width="small"),
            "top_score": column.NumberColumn("Probability", format="percent", width="small", help=DEFINITIONS["top_score"]),
            "top1_margin": column.NumberColumn("Lead, nats", format="%.2f", width="small", help=DEFINITIONS["top1_margin"]),
            "effective_choices": column.NumberColumn(
                "Choices", format="%.1f", width="small", help=DEFINITIONS["effective_choices"]
            ),
            "last_asked_at": column.DatetimeColumn("Last asked, UTC", format="YYYY-MM-DD HH:mm"),
            "run": column.LinkColumn("Run", display_text="Open", width="small"),
        }
,
    )  # fmt: skip


def _chart_key(measure: str) -> str:
    """A new key clears the brush that another chart or a typed range has overruled."""
    return f"curves_{measure}_{st.session_state.get('overruled', {}).get(measure, 0)}"


def _take_brush(measure: str, key: str) -> None:
    edges = st.session_state[key]["selection"].get("brush", {}).get("value")
    low, high = (_rounded(min(edges), math.floor), _rounded(max(edges), math.ceil)) if edges else (None, None)
    st.session_state["low"], st.session_state["high"] = low, high
    st.session_state["measure"] = _TITLES[measure]
    _overrule(keep=measure)
    back_to_first(PAGE)()


def _clear_range() -> None:
    st.session_state["low"] = st.session_state["high"] = None
    _overrule()
    back_to_first(PAGE)()


def _overrule(keep: str | None = None) -> None:
    counted = dict(st.session_state.get("overruled", {}))
    for name in _TITLES:
        if name != keep:
            counted[name] = counted.get(name, 0) + 1
    st.session_state["overruled"] = counted


def _rounded(value: float, towards: Callable[[float], int]) -> float:
    """To four digits, away from the range, so that nothing brushed is lost."""
    if value == 0 or not math.isfinite(value):
        return value
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - 3)
    return float(f"{towards(value / unit) * unit:.4g}")
