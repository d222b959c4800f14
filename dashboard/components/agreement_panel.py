"""How alike the answers at one mask are: every listed word side by side, and the pairs of checkpoints in figures."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.charts import words_heat_map
from dashboard.frames import candidates_table, heat_map_table, low_coverage, pairs_table, words_in_lists
from dashboard.resources import word_map
from dashboard.wording import DEFINITIONS
from pipelines.agreement import Bounds, bounds
from storage.records import Agreement, AskedAnswer


def show_heat_map(answers: Sequence[AskedAnswer], key: str) -> None:
    """The union of the lists against the checkpoints."""
    st.subheader("Every listed word", anchor=False)
    chart = words_heat_map(heat_map_table(answers), words_in_lists(answers))
    st.altair_chart(chart, key=f"heat_map_{key}", alt="Probability of each listed word in each checkpoint")
    if any(len(each.answer.predictions) < words_in_lists(answers) for each in answers):
        st.caption("A word that a checkpoint does not list is less probable there than the last word it lists.")


def show_pairs(agreements: Sequence[Agreement], answers: Sequence[AskedAnswer], key: str) -> None:
    """A row for each pair of checkpoints, from their answers to one mask; nothing where there is none."""
    if not agreements:
        return
    st.subheader("How alike the answers are", anchor=False)
    column = st.column_config
    st.dataframe(
        pairs_table(agreements, _bounds(agreements, answers)),
        key=f"pairs_{key}",
        hide_index=True,
        alt="Agreement of each pair of checkpoints at this blank",
        # Half of a screen of 1440 pixels holds all of them.
        column_config={
            "pair": column.TextColumn("Pair", width="medium"),
            "top1": column.TextColumn("Same first", width=66, help=DEFINITIONS["top1"]),
            "overlap": column.TextColumn("Overlap", width=62, help=DEFINITIONS["overlap"]),
            "jaccard": column.NumberColumn("Jaccard", format="%.2f", width=60, help=DEFINITIONS["jaccard"]),
            "rbo": column.NumberColumn("RBO", format="%.3f", width=55, help=DEFINITIONS["rbo"]),
            "rbo_minimum": column.NumberColumn("RBO at least", format="%.3f", width=84, help=DEFINITIONS["rbo_minimum"]),
            "jsd": column.TextColumn("JSD, bit", width=60, help=DEFINITIONS["jsd"]),
            "coverage": column.TextColumn("Coverage", width=98, help=DEFINITIONS["coverage"]),
        },
    )
    if any(low_coverage(each) for each in agreements):
        st.caption(
            "In brackets: one of the two puts under half of its probability on shared words, so the divergence says little."
        )
    if any(each.jsd_shared is None for each in agreements):
        st.caption("A dash: the full distribution of one of the two was not published, so their divergence is not known.")


def _bounds(agreements: Sequence[Agreement], answers: Sequence[AskedAnswer]) -> list[Bounds]:
    given = {each.answer.checkpoint: each.answer for each in answers}
    maps = {checkpoint: word_map(checkpoint.name, checkpoint.tokenizer_sha256) for checkpoint in given}
    pairs = [(each.checkpoint_a, each.checkpoint_b) for each in agreements]
    return [bounds(given[a], given[b], maps[a], maps[b]) for a, b in pairs]


def show_candidates(answers: Sequence[AskedAnswer], expected: Sequence[str], key: str) -> None:
    """A row for each named word and checkpoint; nothing where no word was named."""
    table = candidates_table(answers, expected)
    if table.num_rows == 0:
        return
    st.subheader("The words you named", anchor=False)
    column = st.column_config
    st.dataframe(
        table,
        key=f"candidates_{key}",
        hide_index=True,
        height="content",
        alt="Score of each named word in each checkpoint",
        column_config={
            "word": column.TextColumn("Word"),
            "expected": column.TextColumn("Expected", width="small") if expected else None,
            "checkpoint": column.TextColumn("Checkpoint"),
            "pieces": column.TextColumn("Pieces", width="large", help="What the word is made of in this vocabulary."),
            "probability": column.TextColumn("Probability", help=DEFINITIONS["probability"]),
            "rank": column.TextColumn("Rank", width="small", help=DEFINITIONS["rank"]),
            "rank_shared": column.TextColumn("Rank, shared words", help=DEFINITIONS["rank_shared"]),
            "in_vocabulary": column.TextColumn("Can be said", width="small"),
        },
    )
