"""What the charts share: titles, the colours of checkpoints, and the colour of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import altair as alt
from altair.utils import schemapi

from dashboard.palette import NOT_SHARED, CheckpointStyle

# Altair holds every part of a chart against Vega-Lite's schema as it is made, and the chart once more as it is written. The
# tests hold every chart against it whole; for each draw of a page that would be two thirds of the work of its charts.
schemapi.disable_debug_mode()


class Chart(alt.LayerChart):
    """Layers, written without a look into the schema unless `validate` says so."""

    def to_dict(
        self,
        validate: bool = False,
        *,
        format: Literal["vega-lite", "vega"] = "vega-lite",
        ignore: list[str] | None = None,
        context: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The specification, as `altair.LayerChart.to_dict` gives it."""
        return super().to_dict(validate, format=format, ignore=ignore, context=context)


def laid(*charts: alt.Chart, **properties: Any) -> Chart:  # noqa: ANN401 - whatever Altair's chart takes
    """Charts over each other, the first lowest, with what the whole has: set later, it would copy all of them."""
    return Chart(layer=charts, **properties)


def pixels(across: float) -> alt.XValue:
    """A place that no data decide."""
    return alt.XValue(across)  # type: ignore[no-untyped-call]


def opacity_where(test: str, opacity: float, *, otherwise: float) -> alt.OpacityValue:
    """One opacity where `test`, an expression of Vega, is true of the datum, and another elsewhere."""
    return alt.OpacityValue(otherwise, condition={"test": test, "value": opacity})


INK = alt.Color("ink:N", legend=None)
"""The colour of text: the only value of its scale, so the first chart colour of the theme, which `.streamlit/config.toml`
makes the colour of text in either mode. Its data come from `transform_calculate(ink="'ink'")`."""

QUIET = NOT_SHARED
"""Rules and marks that carry no meaning of their own; visible in either mode."""

BAND = 0.16
"""Opacity of a band around a line: three of them can lie over each other."""

HEIGHT = 330
"""Pixels of a chart whose height no rows decide, title, legend and axis included."""

LEGEND_ROW = 17
"""Pixels of a name in a legend that stands beneath another."""

LONGEST_NAME = 180
"""Pixels for a name in a legend; a longer one is cut, and whole in the tooltips."""


def heading(text: str, detail: str) -> alt.TitleParams:
    """What is shown in one line, and what it counts in a second; neither may be longer than a phone is wide.

    The second is no subtitle, which the theme leaves black on a dark page.
    """
    return alt.Title([text, detail], anchor="start", fontSize=12.5, lineHeight=18, fontWeight="normal", offset=8)


def finished(
    layers: Sequence[alt.Chart],
    title: alt.TitleParams,
    description: str,
    height: int = HEIGHT,
    **properties: Any,  # noqa: ANN401 - whatever Altair's chart takes
) -> Chart:
    """The layers as a chart with its title, its height, and the sentence that stands for it."""
    return laid(*layers, title=title, description=description, height=height, padding={"bottom": 3}, **properties)


def coloured(styles: Sequence[CheckpointStyle], *, legend: bool = True) -> alt.Color:
    """The colour of a checkpoint, from the column `checkpoint`, which holds labels."""
    scale = alt.Scale(domain=[each.label for each in styles], range=[each.colour for each in styles])
    return alt.Color("checkpoint:N", title=None, scale=scale, legend=_legend(styles) if legend else None, sort=None)


def dashed(styles: Sequence[CheckpointStyle], *, legend: bool = True) -> alt.StrokeDash:
    """The dash that tells checkpoints of one family apart without colour. Joins the legend of `coloured`."""
    scale = alt.Scale(domain=[each.label for each in styles], range=[list(each.dash) for each in styles])
    return alt.StrokeDash("checkpoint:N", title=None, scale=scale, legend=_legend(styles) if legend else None, sort=None)


def _legend(styles: Sequence[CheckpointStyle]) -> alt.Legend:
    """As many names beside each other as there is room for: on a phone one beneath the other."""
    longest = min(7 * max((len(each.label) for each in styles), default=0), LONGEST_NAME)
    return alt.Legend(
        orient="top",
        columns=alt.ExprRef(f"max(1, floor(width / {longest + 50}))"),
        labelLimit=LONGEST_NAME,
        symbolType="stroke",
        symbolSize=260,
        symbolStrokeWidth=3,
        symbolOpacity=1,
        labelFontSize=12,
        offset=2,
    )


def height_for(styles: Sequence[CheckpointStyle], height: int = HEIGHT) -> int:
    """The height of a chart whose legend may hold one name beneath the other."""
    return height + LEGEND_ROW * max(0, len(styles) - 2)


def counted(numbers: Sequence[int], noun: str) -> str:
    """The same with what is counted.

    >>> counted([1, 1], "prompt"), counted([1, 3], "prompt")
    ('1 prompt', '1 to 3 prompts')
    """
    return f"{between(numbers)} {noun}{'' if set(numbers) == {1} else 's'}"


def between(numbers: Sequence[int]) -> str:
    """How many, for checkpoints that may differ in it.

    >>> between([38, 38]), between([12, 1400]), between([])
    ('38', '12 to 1,400', '0')
    """
    low, high = min(numbers, default=0), max(numbers, default=0)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
