"""Accuracy: who is right, where a person said which word is. Needs no model."""

import streamlit as st

from dashboard import from_log, places
from dashboard.charts import accuracy_intervals, reliability_diagram
from dashboard.components.chart_box import chart_box, download_menu
from dashboard.components.history_page import found_in, selected_history
from dashboard.components.verdicts import nothing_to_test, show_verdicts
from dashboard.definitions import DEFINITIONS
from dashboard.history_frames.accuracy import SHARES, bins_table, long_words, points_table, summary_table, without_unknown
from pipelines.analysis.accuracy import METRICS, accuracy
from pipelines.calibration import FEWEST_FOR_CALIBRATION

st.title("Are they right?", anchor=False)
log, selection = selected_history()
found = found_in(log, accuracy, selection)
if not found.checkpoints:
    st.text("No prompt of this part of the history says which word is right.")
    st.caption(
        "Write the right word into the box Expected when you ask, or give it to the command line with --expected. From then on "
        "this page holds the answers against it."
    )
    st.page_link(places.COMPARE, label="Ask with an expected word", icon=":material/view_column:")
    st.stop()
styles = from_log.styles_of(log, [each.checkpoint for each in found.checkpoints])

column = st.column_config
summary = summary_table(found)
st.dataframe(
    summary,
    key="accuracy_summary",
    hide_index=True,
    alt="Accuracy of each checkpoint with 95 % intervals",
    column_order=without_unknown(found, summary.column_names),
    column_config={
        "checkpoint": column.TextColumn("Checkpoint", pinned=True),
        "n": column.NumberColumn("Prompts", width="small", format="localized", help=DEFINITIONS["n_expected"]),
        "acc_at_1": column.TextColumn("Accuracy at 1", help=DEFINITIONS["acc"]),
        "acc_at_5": column.TextColumn("at 5", help=DEFINITIONS["acc"]),
        "acc_at_10": column.TextColumn("at 10", help=DEFINITIONS["acc"]),
        "acc_of_candidates": column.TextColumn("of candidates", help=DEFINITIONS["acc_of_candidates"]),
        "mrr": column.TextColumn("MRR" if found.mrr_depth is None else f"MRR at {found.mrr_depth}", help=DEFINITIONS["mrr"]),
        "nll": column.TextColumn("NLL, nats", help=DEFINITIONS["nll"]),
        "brier": column.TextColumn("Brier", help=DEFINITIONS["brier"]),
        "ece": column.TextColumn("ECE", width="small", help=DEFINITIONS["ece"]),
    },
)
download_menu("accuracy", lambda: summary)
if said := long_words(found):
    st.text(said)

left, right = st.columns(2, gap="medium")
points, bins = points_table(found), bins_table(found)
with left:
    known = [words for words in SHARES.values() if words in points.column("metric").to_pylist()]
    chart_box(
        accuracy_intervals(points, styles, known),
        points,
        "accuracy-intervals",
        f"{DEFINITIONS['acc']} {DEFINITIONS['interval']}",
    )
with right:
    if bins.num_rows:
        drawn = set(bins.column("checkpoint").to_pylist())
        diagram = reliability_diagram(bins, [each for each in styles if each.label in drawn])
        chart_box(diagram, bins, "reliability", DEFINITIONS["reliability"])
    else:
        most = max(each.n_calibration for each in found.checkpoints)
        st.caption(
            f"Whether a probability keeps its word shows from {FEWEST_FOR_CALIBRATION} masks with expected words on; here are "
            f"{most}."
        )

show_verdicts(
    {words: [each for each in found.pairs if each.metric == metric] for metric, words in METRICS.items()},
    key="better",
    nothing=nothing_to_test(len(found.checkpoints)),
)
