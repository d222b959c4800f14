"""The charts of one run: the ranked words of an answer, and every listed word side by side."""

from __future__ import annotations

import altair as alt
import pyarrow as pa

from dashboard.charts.parts import INK, Chart, laid, opacity_where, pixels

ROW_HEIGHT = 25
"""Pixels for one word."""
WORD_WIDTH = 112
"""Pixels for the longest word; longer ones are cut, and whole in the tooltip."""
FIGURE_WIDTH = 118
"""Pixels behind the longest bar, for its figure and the mark of an expected word."""
_FRAME_HEIGHT = 52
"""Pixels of title and axis, which are a part of the height."""


def predictions_chart(table: pa.Table, depth: int, vocabulary_size: int, most_probable: float) -> Chart:
    """The ranked words of one answer as bars, from `frames.predictions_table`, which holds at most the first of `depth`.

    `most_probable` is the largest probability of all answers that stand side by side: one scale for all of them.
    A `vocabulary_size` of 0 is not known.
    """
    n = table.num_rows
    shown = f"{n:,}" if n == depth else f"the first {n:,} of {depth:,} listed"
    of_all = f" of {vocabulary_size:,}" if vocabulary_size else ""
    base = (
        alt.Chart(table)
        .transform_calculate(ink="'ink'")
        .encode(
            y=alt.Y("label:N", sort=None, title=None, axis=None),
            tooltip=[
                alt.Tooltip("word:N", title="Word"),
                alt.Tooltip("piece:N", title="Piece of the vocabulary"),
                alt.Tooltip("kind:N", title="Which"),
                alt.Tooltip("rank:Q", title="Rank"),
                alt.Tooltip("probability:Q", title="Probability", format=".4%"),
            ],
        )
    )
    beside_words = alt.Scale(
        domain=[0, most_probable],
        nice=False,
        range=[WORD_WIDTH, alt.ExprRef(f"max(width - {FIGURE_WIDTH}, {WORD_WIDTH + 20})")],
    )
    axis = alt.Axis(format="~%", tickCount=3, grid=False, titlePadding=4, titleAnchor="start", titleX=WORD_WIDTH)
    x = alt.X("probability:Q", scale=beside_words, title="Probability", axis=axis)
    words = base.mark_text(align="right", dx=-8, fontSize=14, limit=WORD_WIDTH - 10).encode(
        x=pixels(WORD_WIDTH), text=alt.Text("label:N"), color=INK
    )
    bars = base.mark_bar(cornerRadiusEnd=3, height=15).encode(
        x=x,
        color=alt.Color("colour:N", scale=None, legend=None),
        opacity=alt.Opacity(
            "kind:N",
            scale=alt.Scale(domain=["starts a word", "continues a word", "control piece"], range=[1, 0.45, 0.45]),
            legend=None,
        ),
    )
    figures = base.mark_text(align="left", dx=6, fontSize=12).encode(x=x, text=alt.Text("text:N"), color=INK)
    return laid(
        bars,
        words,
        figures,
        height=ROW_HEIGHT * max(n, 1) + _FRAME_HEIGHT,
        padding={"bottom": 0},
        title=alt.Title(f"Most probable words, {shown}{of_all}", fontSize=12, fontWeight="normal", offset=4),
    )


def words_heat_map(table: pa.Table, n_words: int) -> Chart:
    """Words against checkpoints, from `frames.heat_map_table`: the colour is the family, its strength the probability.

    A probability that is not known has the strength of none, and its rank is written.
    """
    shown = len(set(table.column("word").to_pylist()))
    base = (
        alt.Chart(table)
        .transform_calculate(ink="'ink'", strength="isValid(datum.probability) ? datum.probability : 0")
        .encode(
            x=alt.X(
                "checkpoint:N", sort=None, title=None, axis=alt.Axis(orient="top", labelAngle=0, labelLimit=150, labelPadding=6)
            ),
            y=alt.Y(
                "word:N",
                sort=None,
                title=None,
                axis=alt.Axis(labelLimit=WORD_WIDTH, labelFontSize=13, labelPadding=8, labelFlush=False),
            ),
            tooltip=[
                alt.Tooltip("word:N", title="Word"),
                alt.Tooltip("checkpoint:N", title="Checkpoint"),
                alt.Tooltip("text:N", title="Probability"),
            ],
        )
    )
    # Strength grows with the square root, so that small probabilities stay apart; at most 0.65, so that the text of either
    # mode can be read on it.
    cells = base.mark_rect(cornerRadius=3).encode(
        color=alt.Color("colour:N", scale=None, legend=None),
        opacity=alt.Opacity("strength:Q", scale=alt.Scale(type="sqrt", domain=[0, 1], range=[0.04, 0.65]), legend=None),
    )
    figures = base.mark_text(fontSize=12).encode(
        text=alt.Text("text:N"),
        color=INK,
        opacity=opacity_where("datum.listed", 1, otherwise=0.6),
    )
    what = "Probability" if table.column("probability").null_count < table.num_rows else "Rank"
    cut = "" if shown == n_words else f", the first {shown} shown"
    return laid(
        cells,
        figures,
        height=ROW_HEIGHT * max(shown, 1) + _FRAME_HEIGHT,
        padding={"bottom": 0},
        title=alt.Title(f"{what} of each listed word, n = {n_words:,} words{cut}", fontSize=12, fontWeight="normal", offset=8),
    )
