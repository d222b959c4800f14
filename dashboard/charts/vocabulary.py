"""Whose words are whose: the regions of the vocabularies that were used, and the words that mark a checkpoint."""

from __future__ import annotations

import altair as alt
import pyarrow as pa

from dashboard.charts.parts import INK, QUIET, Chart, finished, heading, opacity_where, pixels

REGION_HEIGHT = 48
"""Pixels for one region: its name, and its bar beneath."""
WORD_HEIGHT = 22
WORD_WIDTH = 104
"""Pixels for the longest marking word; longer ones are cut, and whole in the tooltip."""
_FRAME = 52
"""Pixels of title and axis, which are a part of the height."""
_BEYOND_CHANCE = 1.96
"""Standard errors beyond which a single word is unlikely to mark by chance."""


def region_bars(table: pa.Table, title: str, counted: str, left_out: int) -> Chart:
    """A bar for each set of checkpoints: how much of the words exactly these checkpoints say.

    Args:
        table: columns region (who says them, in words), colour, value, text, examples.
        title: what the bars show.
        counted: the total in words, such as "n = 214 words of 38 prompts".
        left_out: regions that the table does not hold because they are the smallest.
    """
    rows = table.num_rows
    base = (
        alt.Chart(table)
        .transform_calculate(ink="'ink'")
        .encode(
            y=alt.Y("region:N", sort=None, title=None, axis=None, scale=alt.Scale(paddingInner=0.1)),
            tooltip=[
                alt.Tooltip("region:N", title="Said by"),
                alt.Tooltip("text:N", title="How much"),
                alt.Tooltip("examples:N", title="Such as"),
            ],
        )
    )
    x = alt.X("value:Q", title=None, axis=None, scale=alt.Scale(zero=True, range=[0, alt.ExprRef("max(width - 96, 60)")]))
    names = base.mark_text(align="left", dy=-6, fontSize=12.5, limit=alt.ExprRef("width")).encode(
        x=pixels(0), text=alt.Text("region:N"), color=INK
    )
    bars = base.mark_bar(height=11, yOffset=10, cornerRadiusEnd=3).encode(x=x, color=alt.Color("colour:N", scale=None))
    figures = base.mark_text(align="left", dx=6, dy=10.5, fontSize=12).encode(x=x, text=alt.Text("text:N"), color=INK)
    layers = [bars, names, figures]
    cut = f", the largest {rows} of {rows + left_out} regions" if left_out else ""
    said = ", ".join(f"{row['region']} {row['text']}" for row in table.slice(0, 8).to_pylist())
    return finished(layers, heading(title, f"{counted}{cut}"), f"{title}: {said}", height=REGION_HEIGHT * max(rows, 1) + _FRAME)


def marking_words(table: pa.Table, label: str, colour: str, n_words: int) -> Chart:
    """Diverging bars of z: to the right what a checkpoint says more than the others, to the left what it says less.

    Args:
        table: columns word, z, count, other_count, log_odds; strongest first.
        label: of the checkpoint.
        colour: of its bars.
        n_words: how many of the words the title counts.
    """
    base = (
        alt.Chart(table)
        .transform_calculate(ink="'ink'", sign="datum.z < 0 ? -1 : 1")
        .encode(
            y=alt.Y(
                "word:N",
                sort=None,
                title=None,
                axis=alt.Axis(
                    labelLimit=WORD_WIDTH,
                    labelOverlap=False,
                    labelFontSize=13,
                    labelPadding=8,
                    domain=False,
                    ticks=False,
                    minExtent=WORD_WIDTH,
                ),
            ),
            tooltip=[
                alt.Tooltip("word:N", title="Word"),
                alt.Tooltip("z:Q", title="z, standard errors", format=".2f"),
                alt.Tooltip("log_odds:Q", title="Log-odds ratio, nats", format=".2f"),
                alt.Tooltip("count:Q", title="Of its lists", format=",.0f"),
                alt.Tooltip("other_count:Q", title="Of the others' lists", format=",.0f"),
            ],
        )
    )
    bars = base.mark_bar(height=13, color=colour, cornerRadiusEnd=3).encode(
        x=alt.X("z:Q", title="z, standard errors", axis=alt.Axis(tickCount=4, grid=False)),
        opacity=opacity_where(f"abs(datum.z) >= {_BEYOND_CHANCE}", 1, otherwise=0.45),
    )
    zero = alt.Chart(pa.Table.from_pydict({"z": [0.0]})).mark_rule(color=QUIET).encode(x=alt.X("z:Q"))
    layers = [bars, zero]
    words = ", ".join(str(word) for word in table.column("word").to_pylist()[:8])
    return finished(
        layers,
        heading(f"Words that mark {label}", f"the strongest {table.num_rows} of n = {n_words:,} words"),
        f"Words that {label} says more than the others: {words}",
        height=WORD_HEIGHT * max(table.num_rows, 1) + _FRAME + 40,
    )
