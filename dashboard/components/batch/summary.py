"""What came of a batch: how much, who is right, how alike the lists are, and the most telling prompts."""

from __future__ import annotations

import streamlit as st

from dashboard import from_log, places
from dashboard.batch_words import answered_in_words, name_of
from dashboard.charts import accuracy_intervals
from dashboard.components.batch.refused import show_refused
from dashboard.components.batch.standing import Standing
from dashboard.components.batch.tags import show_tags
from dashboard.components.batch.told import Told, tell, told
from dashboard.components.chart_box import chart_box, download_menu
from dashboard.components.disagreement_list import disagreements_table, show_disagreements
from dashboard.components.export_box import show_exports
from dashboard.components.verdicts import nothing_to_test, show_verdicts
from dashboard.definitions import DEFINITIONS
from dashboard.export_rows import rows_of_run
from dashboard.history_frames.accuracy import SHARES, points_table, summary_table, without_unknown
from dashboard.history_frames.agreement import LIKENESSES, pairs_table
from dashboard.wording import count, percent
from pipelines.analysis.accuracy import METRICS
from pipelines.batch import BatchCounts
from storage.exports.naming import in_a_name
from storage.log import Log

VIEWS = (
    (places.DISTRIBUTIONS, "Distributions", ":material/show_chart:"),
    (places.VOCABULARY, "Vocabulary", ":material/join_inner:"),
    (places.DIVERSITY, "Diversity", ":material/scatter_plot:"),
    (places.DISAGREEMENTS, "Disagreements", ":material/call_split:"),
    (places.ACCURACY, "Accuracy", ":material/target:"),
    (places.HISTORY, "History", ":material/history:"),
)
"""The views that can show one run alone."""

MOST_UNASKED = 20_000
"""Prompts of a batch that is summarised unasked: of 200,000 it took 47 s of processor time."""


def show_summary(log: Log, now: Standing, *, exports: bool = True) -> None:
    """Everything; of a large batch, or one on its way, when somebody asks for it. Without `exports` where the page has its own.

    Raises `BatchProblem` and `StorageError`.
    """
    run_id = now.line.run.run_id
    found = told(log, run_id, moving=now.moving, unasked=not now.moving and now.n_done <= MOST_UNASKED)
    if found is None:
        _offer(now, exports=exports)
        show_refused(log, run_id)
        return
    counts = found.summary.counts
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        with st.container(horizontal=True, width="content", gap="small", vertical_alignment="center"):
            st.subheader("What came of it", anchor=False, width="content")
            st.caption(answered_in_words(counts), width="content")
        with st.container(horizontal=True, width="content", gap="small", vertical_alignment="center"):
            if found.version != log.version:
                st.button(
                    "Bring up to date", key="tell_anew", icon=":material/refresh:", type="tertiary", on_click=tell,
                    args=(run_id,), help="The history has moved since this was summarised.",
                )  # fmt: skip
            if exports:
                show_exports(rows_of_run(run_id, refused=counts.n_refused > 0), run_id)
    _show_counts(counts)
    if counts.n_answered:
        _show_ways_on(run_id)
        part = in_a_name(name_of(counts.run)) or "batch"
        _show_accuracy(log, found, part)
        _show_agreement(found, part)
        _show_verdicts(found, part)
        show_tags(found.tags, part)
        _show_telling(found, part)
    show_refused(log, run_id)


def _offer(now: Standing, *, exports: bool) -> None:
    """What a summary would take, and the ways on that need none."""
    run_id = now.line.run.run_id
    label = "Summarise what is done so far" if now.moving else "Summarise this batch"
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        with st.container(horizontal=True, width="content", gap="small", vertical_alignment="center"):
            st.button(
                label, key="tell", icon=":material/query_stats:", on_click=tell, args=(run_id,), disabled=not now.n_done
            )  # fmt: skip
            if now.n_done > MOST_UNASKED:
                st.caption(f"Over {count(now.n_done, 'prompt')} this may take some minutes.", width="content")
        if exports and now.n_done:
            show_exports(rows_of_run(run_id, refused=True), run_id)
    if now.n_done:
        _show_ways_on(run_id)


def _show_counts(counts: BatchCounts) -> None:
    with st.grid(5, min_column_width=120, gap="xsmall"):
        st.metric("Answers", f"{counts.n_answers:,}", help="One for each blank and checkpoint, each kept once.")
        share = counts.n_reused / counts.n_answered if counts.n_answered else 0.0
        st.metric(
            "Without a model", percent(share), help=f"{counts.n_reused:,} rows were known to the history or stood twice."
        )  # fmt: skip
        st.metric("Expected known", f"{counts.n_expected:,}", help="Distinct prompts whose right word is known.")
        st.metric("Refused", f"{counts.n_refused:,}", help="Lines that could not be asked. Each is kept with its reason.")
        st.metric("Left", f"{counts.n_pending:,}", help="Prompts that have not been asked yet.")


def _show_ways_on(run_id: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="views_of_batch"):
        st.caption("This batch alone in", width="content")
        for place, title, icon in VIEWS:
            st.page_link(place, label=title, icon=icon, query_params={"in_run": run_id})


def _show_accuracy(log: Log, found: Told, part: str) -> None:
    accuracy = found.summary.accuracy
    if not accuracy.checkpoints:
        return
    st.subheader("Are they right?", anchor=False, help=DEFINITIONS["acc"])
    column, table = st.column_config, summary_table(accuracy)
    left, right = st.columns([6, 5], gap="medium")
    with left:
        st.dataframe(
            table,
            key="batch_accuracy",
            hide_index=True,
            alt="Accuracy of each checkpoint in this batch with 95 % intervals",
            column_order=without_unknown(accuracy, ("checkpoint", "n", "acc_at_1", "acc_at_5", "acc_of_candidates", "mrr")),
            column_config={
                "checkpoint": column.TextColumn("Checkpoint", pinned=True),
                "n": column.NumberColumn("Prompts", width="small", format="localized", help=DEFINITIONS["n_expected"]),
                "acc_at_1": column.TextColumn("Accuracy at 1", help=DEFINITIONS["acc"]),
                "acc_at_5": column.TextColumn("at 5", help=DEFINITIONS["acc"]),
                "acc_of_candidates": column.TextColumn("of candidates", help=DEFINITIONS["acc_of_candidates"]),
                "mrr": column.TextColumn("MRR", help=DEFINITIONS["mrr"]),
            },
        )
        download_menu("accuracy", lambda: table, part=part)
        st.caption(DEFINITIONS["interval"])
    with right:
        points = points_table(accuracy)
        known = [words for words in SHARES.values() if words in points.column("metric").to_pylist()]
        styles = from_log.styles_of(log, [each.checkpoint for each in accuracy.checkpoints])
        chart_box(accuracy_intervals(points, styles, known), points, "accuracy-intervals", part=part)


def _show_agreement(found: Told, part: str) -> None:
    pairs = found.summary.overlap.pairs
    if not pairs:
        return
    st.subheader("How alike are they?", anchor=False, help=DEFINITIONS["rbo"])
    column, table = st.column_config, pairs_table(pairs)
    st.dataframe(
        table,
        key="batch_pairs",
        hide_index=True,
        alt="How alike each pair of checkpoints is in this batch, with 95 % intervals",
        column_order=("pair", "n", *(each.name for each in LIKENESSES)),
        column_config={
            "pair": column.TextColumn("Pair", pinned=True),
            "n": column.NumberColumn("Prompts", width="small", format="localized", help=DEFINITIONS["n_pairs"]),
            **{each.name: column.TextColumn(each.label, help=DEFINITIONS[each.name]) for each in LIKENESSES},
        },
    )
    download_menu("pairs", lambda: table, part=part)


def _show_verdicts(found: Told, part: str) -> None:
    accuracy, overlap = found.summary.accuracy, found.summary.overlap
    tested = {
        words: [each for each in accuracy.pairs if each.metric == metric] for metric, words in METRICS.items() if accuracy.pairs
    }
    n = max(len(overlap.checkpoints), len(accuracy.checkpoints))
    show_verdicts({**tested, "agreement (RBO)": overlap.contrasts}, key="real", nothing=nothing_to_test(n), part=part)


def _show_telling(found: Told, part: str) -> None:
    telling = found.summary.telling
    if not telling.rows:
        return
    st.subheader("The most telling prompts", anchor=False, help=DEFINITIONS["rbo"])
    st.caption("Where the lists of two checkpoints are least alike, the farthest apart first")
    show_disagreements(telling.rows, 1, clashes=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.page_link(
            places.DISAGREEMENTS, label="All of them, ranked", icon=":material/call_split:",
            query_params={"in_run": found.run_id},
        )  # fmt: skip
        download_menu("telling", lambda: disagreements_table(telling.rows), part=part)
