"""One checkpoint's answer at one mask: who answers, its words, and the figures of its whole distribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.charts import predictions_chart
from dashboard.components.checkpoint_name import show_checkpoint
from dashboard.frames import MOST_WORDS_IN_LIST, figure, predictions_table, ranks_table, whole_list_table
from dashboard.wording import DEFINITIONS, choices, lead, milliseconds, percent
from storage.records import Answer, AskedAnswer


def show_answer(
    asked: AskedAnswer, colours: Mapping[str, str], expected: Sequence[str], most_probable: float, key: str
) -> None:
    """`most_probable` is the largest probability of all answers that stand side by side: their common scale."""
    answer, checkpoint = asked.answer, asked.answer.checkpoint
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        show_checkpoint(checkpoint)
        if asked.latency_ms is None:
            pass  # nothing was asked here: the source says that it was imported
        elif asked.reused:
            st.badge("from the log", icon=":material/history:", color="gray", help="Asked before: no model ran this time.")
        else:
            st.badge("fresh", color="gray", help="The model ran for this ask.")
    if answer.has_scores:
        _show_bars(answer, colours, expected, most_probable, key)
    else:
        _show_ranks(answer, expected, key)
    if answer.entropy is None and answer.has_scores:
        st.caption("Only these probabilities were published, and not the full distribution.")
    if answer.depth > MOST_WORDS_IN_LIST:
        with st.expander(f"All {answer.depth:,} words"):
            _show_whole_list(answer, key)
    with st.grid(4, min_column_width=78, gap="xsmall"):
        st.metric("Choices", choices(answer), help=DEFINITIONS["choices"])
        st.metric("Lead", lead(answer), help=DEFINITIONS["lead"])
        mass = "-" if answer.word_mass is None else percent(answer.word_mass)
        st.metric("On words", mass, help=DEFINITIONS["word_mass"])
        time = "-" if asked.latency_ms is None else milliseconds(asked.latency_ms)
        st.metric("Time", time, help=DEFINITIONS["latency"])


def _show_bars(answer: Answer, colours: Mapping[str, str], expected: Sequence[str], most_probable: float, key: str) -> None:
    words = ", ".join(f"{line.word} {figure(line.score)}" for line in answer.predictions[:5])
    st.altair_chart(
        predictions_chart(
            predictions_table(answer, colours, expected), answer.depth, answer.checkpoint.vocabulary_size, most_probable
        ),
        key=f"words_{key}",
        alt=f"Most probable words of {answer.checkpoint.name}: {words}",
    )


def _show_ranks(answer: Answer, expected: Sequence[str], key: str) -> None:
    """Words in their order and no bars: any length would be a guess."""
    scored = any(line.score is not None for line in answer.predictions)
    st.caption("Some ranks were published without a score." if scored else "Rank only: no score was published.")
    column = st.column_config
    st.dataframe(
        ranks_table(answer, expected),
        key=f"ranks_{key}",
        hide_index=True,
        alt=f"Words of {answer.checkpoint.name} by rank: {', '.join(line.word for line in answer.predictions[:5])}",
        column_config={
            "rank": column.NumberColumn("Rank", width="small"),
            "word": column.TextColumn("Word"),
            "piece": None,
            "probability": column.TextColumn("Probability") if scored else None,
        },
    )


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
