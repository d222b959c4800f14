"""One checkpoint's answer at one mask: who answers, its words, and the figures of its whole distribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.charts import predictions_chart
from dashboard.components.checkpoint_name import show_checkpoint
from dashboard.frames import predictions_table, whole_list_table
from dashboard.wording import DEFINITIONS, choices, lead, milliseconds, percent
from storage.records import Answer, AskedAnswer


def show_answer(
    asked: AskedAnswer, colours: Mapping[str, str], expected: Sequence[str], most_probable: float, key: str
) -> None:
    """`most_probable` is the largest probability of all answers that stand side by side: their common scale."""
    answer, checkpoint = asked.answer, asked.answer.checkpoint
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        show_checkpoint(checkpoint)
        if asked.reused:
            st.badge("from the log", icon=":material/history:", color="gray", help="Asked before: no model ran this time.")
        else:
            st.badge("fresh", color="gray", help="The model ran for this ask.")
    table = predictions_table(answer, colours, expected)
    words = ", ".join(f"{line.word} {percent(line.score)}" for line in answer.predictions[:5])
    st.altair_chart(
        predictions_chart(table, answer.depth, checkpoint.vocabulary_size, most_probable),
        key=f"words_{key}",
        alt=f"Most probable words of {checkpoint.name}: {words}",
    )
    if table.num_rows < answer.depth:
        with st.expander(f"All {answer.depth:,} words"):
            _show_whole_list(answer, key)
    with st.grid(4, min_column_width=78, gap="xsmall"):
        st.metric("Choices", choices(answer), help=DEFINITIONS["choices"])
        st.metric("Lead", lead(answer), help=DEFINITIONS["lead"])
        mass = "-" if answer.word_mass is None else percent(answer.word_mass)
        st.metric("On words", mass, help=DEFINITIONS["word_mass"])
        st.metric("Time", milliseconds(asked.latency_ms), help=DEFINITIONS["latency"])


def _show_whole_list(answer: Answer, key: str) -> None:
    column = st.column_config
    st.dataframe(
        whole_list_table(answer),
        key=f"whole_list_{key}",
        hide_index=True,
        alt=f"All {answer.depth} words of {answer.checkpoint.name}",
        column_config={
            "rank": column.NumberColumn("Rank", width="small"),
            "word": column.TextColumn("Word"),
            "piece": column.TextColumn("Piece"),
            "probability": column.NumberColumn("Probability", format="%.2e"),
        },
    )
