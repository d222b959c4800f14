"""Diversity: how varied the words of each checkpoint are, at equal size. Needs no model."""

import streamlit as st

from dashboard import from_log
from dashboard.charts import coverage_points, distinct_words_over_time, hill_profiles, rarefaction_curves
from dashboard.components.chart_box import chart_box, download_menu
from dashboard.components.common_prompts import comparable
from dashboard.components.history_page import chosen_depth, depth_box, found_in, selected_history, units
from dashboard.definitions import DEFINITIONS
from dashboard.history_frames.diversity import at_one_size_table, profile_table, shares_table, summary_table
from dashboard.wording import count
from pipelines.analysis.diversity import FEWEST_IN_PERIOD, diversity

st.title("How varied are they?", anchor=False)
log, selection = selected_history(beside=depth_box)
depth = chosen_depth()
found = found_in(log, diversity, comparable(log, selection), depth=depth)
if not found.rows:
    st.stop()
styles = from_log.styles_of(log, [each.checkpoint for each in found.rows])
st.caption(
    f"Over the {count(found.n_prompts, 'prompt')} that all of them answered, the first {depth} {units(selection)} of each "
    f"list. What is compared is brought to {found.size:,} predictions each."
)

profile, curves, shares = profile_table(found), found.curves, shares_table(found)
left, right = st.columns(2, gap="medium")
with left:
    chart_box(
        hill_profiles(profile, at_one_size_table(found), styles, found.size), profile, "hill-numbers", DEFINITIONS["hill"]
    )
with right:
    chart_box(rarefaction_curves(curves, styles), curves, "rarefaction", DEFINITIONS["rarefied"])

left, right = st.columns(2, gap="medium")
with left:
    meaning = f"{DEFINITIONS['coverage']} {DEFINITIONS['uniqueness']}"
    chart_box(coverage_points(shares, styles), shares, "coverage", meaning)
with right:
    if found.over_time.num_rows:
        chart_box(distinct_words_over_time(found.over_time, styles), found.over_time, "distinct-words-over-time")
    if found.periods_left_out:
        st.caption(
            f"{found.periods_left_out:,} of the points in time have under {FEWEST_IN_PERIOD} predictions and are not drawn."
        )

st.subheader("In figures", anchor=False)
column = st.column_config
summary = summary_table(found)
st.dataframe(
    summary,
    key="diversity_summary",
    hide_index=True,
    alt="Diversity of each checkpoint",
    column_config={
        "checkpoint": column.TextColumn("Checkpoint", pinned=True),
        "predictions": column.NumberColumn("Predictions", format="localized"),
        "words": column.NumberColumn(f"Distinct {units(selection)}", format="localized"),
        **{f"q{q}": column.TextColumn(f"q = {q}, at one size", help=DEFINITIONS["rarefied"]) for q in (0, 1, 2)},
        "coverage": column.TextColumn("Coverage", help=DEFINITIONS["coverage"]),
        "unique_words": column.NumberColumn("Of its own", format="localized", help="Words that no other one has said."),
        "uniqueness": column.TextColumn("Uniqueness", help=DEFINITIONS["uniqueness"]),
    },
)
download_menu("diversity", lambda: summary)
