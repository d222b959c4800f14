"""Distributions: how sure the checkpoints are, over everything that was asked. Needs no model."""

import streamlit as st

from dashboard import from_log
from dashboard.charts import quantile_bands_over_time, rank_score_curves
from dashboard.charts.distributions import MEASURES
from dashboard.components.answer_range import answers_in_range, brushable_curves
from dashboard.components.chart_box import chart_box, download_menu
from dashboard.components.history_page import found_in, selected_history
from dashboard.components.verdicts import nothing_to_test, show_verdicts
from dashboard.definitions import DEFINITIONS
from dashboard.history_frames.distributions import of_measure, summaries_table
from pipelines.analysis.distributions import distributions

st.title("How sure are they?", anchor=False)
log, selection = selected_history()
found = found_in(log, distributions, selection)
styles = from_log.styles_of(log, found.checkpoints)

if not any(each.n_full for each in found.checkpoints):
    st.caption(
        "These answers were imported as lists. Margin and effective choices need the full distribution, which a list does not "
        "hold, so they are not shown."
    )
if found.quantiles.num_rows:
    brushable_curves(found.quantiles, styles)
    answers_in_range(log, selection, found.checkpoints)
else:
    st.caption("These answers are ranks only: no probability of them is known, so there is no distribution to draw.")

st.subheader("In figures", anchor=False, help=DEFINITIONS["quartiles"])
column = st.column_config
summaries = summaries_table(found)
st.dataframe(
    summaries,
    key="summaries",
    hide_index=True,
    alt="Median and quartiles of each measure by checkpoint",
    column_config={
        "checkpoint": column.TextColumn("Checkpoint"),
        "answers": column.NumberColumn("Answers", width="small", format="localized"),
        "full": column.NumberColumn("Full distributions", width="small", format="localized", help=DEFINITIONS["full"]),
        **{each.name: column.TextColumn(each.title, help=DEFINITIONS[each.name]) for each in MEASURES},
    },
)
download_menu("sureness", lambda: summaries)

left, right = st.columns(2, gap="medium")
if found.rank_scores.num_rows:
    with left:
        chart_box(
            rank_score_curves(found.rank_scores, styles), found.rank_scores, "probability-by-rank", DEFINITIONS["rank_scores"]
        )
with right:
    known = [each for each in MEASURES if of_measure(found.over_time, each.name).num_rows]
    if known:
        titles, shown = [each.title for each in known], known[0].title
        if len(known) > 1:
            shown = st.radio(
                "Over time", titles, key="over_time", horizontal=True, label_visibility="collapsed", bind="query-params"
            )
        measure = known[titles.index(shown)] if shown in titles else known[0]
        over_time = of_measure(found.over_time, measure.name)
        chart_box(
            quantile_bands_over_time(over_time, measure, styles),
            over_time,
            f"{measure.name}-over-time",
            DEFINITIONS["over_time"],
        )

show_verdicts(
    {each.title: [one for one in found.differences if one.measure == each.name] for each in MEASURES},
    key="surer",
    nothing=nothing_to_test(len(found.checkpoints)),
)
