"""The quick chart of an answer to a person's SQL.

Names and values of a person reach it as titles and as data only: its fields are x, y and colour, whatever the columns are
called. A category is never sorted by a list of its values, which Vega-Lite would write into an expression.
"""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt

from dashboard.charts.parts import Chart, finished, heading
from dashboard.palette import NOT_SHARED, WORD_COLOURS
from dashboard.query_choice import Kind
from dashboard.query_plot import OTHERS, Plot, y_in_words
from dashboard.query_table import Role
from dashboard.wording import count

BAR_HEIGHT = 19
GROUPED_BAR_HEIGHT = 12
LONGEST_WORD = 150
"""Pixels for the name of a bar; a longer one is cut, and whole in the tooltip."""
LONGEST_TITLE = 46
"""Characters of a title's line, which a phone can show."""
MOST_POINTS = 80
"""Points that a line still shows one by one."""
_FRAME = 112
"""Pixels of titles and axis, which are a part of the height."""
_COLOURS = (WORD_COLOURS[2], WORD_COLOURS[0], WORD_COLOURS[1], *WORD_COLOURS[3:])
"""None of them is a family's."""


def quick_chart(plot: Plot, colours: Mapping[str, str], of_rows: str) -> Chart:
    """Draw it.

    Args:
        plot: what is drawn.
        colours: the colours that names have everywhere, such as those of checkpoints.
        of_rows: what the marks stand for, such as `120 rows`.
    """
    scale = _colours(plot, colours)
    match plot.choice.kind:
        case Kind.BAR:
            chart, height = _bars(plot, scale, colours)
        case Kind.LINE:
            chart, height = _lines(plot, scale), 360
        case Kind.SCATTER:
            chart, height = _points(plot, scale), 400
        case Kind.HISTOGRAM:
            chart, height = _bins(plot), 320
    title = in_words(plot)
    legend = 22 if scale is not None else 0
    detail = f"n = {of_rows}"
    return finished([chart], heading(_cut(title), detail), f"{_NAMES[plot.choice.kind]}: {title}, {detail}", height + legend)


def in_words(plot: Plot) -> str:
    """What the chart shows, such as "Mean of score by checkpoint"."""
    choice = plot.choice
    if choice.kind is Kind.HISTOGRAM:
        return f"{choice.x.name}: how often"
    return f"{y_in_words(plot)} by {choice.x.name}" + (f" and {choice.colour.name}" if choice.colour is not None else "")


_NAMES = {Kind.BAR: "Bars", Kind.LINE: "Lines", Kind.SCATTER: "Points", Kind.HISTOGRAM: "Histogram"}


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1] + "…"


def _colours(plot: Plot, known: Mapping[str, str]) -> alt.Color | None:
    """One colour for each name, in the order in which they come."""
    if plot.choice.colour is None:
        return None
    names = list(dict.fromkeys(plot.table.column("colour").to_pylist()))
    spare = iter(_COLOURS)
    chosen = [known.get(name) or (NOT_SHARED if name == OTHERS else next(spare, NOT_SHARED)) for name in names]
    return alt.Color(
        field="colour",
        type="nominal",
        title=None,
        sort=None,
        scale=alt.Scale(domain=names, range=chosen),
        legend=alt.Legend(
            orient="top",
            columns=alt.ExprRef("max(1, floor(width / 170))"),
            labelLimit=150,
            labelFontSize=12,
            symbolType="stroke" if plot.choice.kind is Kind.LINE else "circle",
            symbolStrokeWidth=3 if plot.choice.kind is Kind.LINE else 0,
            symbolOpacity=1,
        ),
    )


def _base(plot: Plot) -> alt.Chart:
    return alt.Chart(plot.table).encode(tooltip=_tooltips(plot))


def _tooltips(plot: Plot) -> list[alt.Tooltip]:
    choice = plot.choice
    x, y = _title(choice.x.name), _title(y_in_words(plot))
    tips = [alt.Tooltip(field="x_text", type="nominal", title=x)]
    # A second line of one title would take the place of the first.
    tips.append(alt.Tooltip(field="y", type="quantitative", title=y if y != x else f"{y} ", format=",.6~g"))
    if choice.colour is not None:
        tips.append(alt.Tooltip(field="colour", type="nominal", title=f"{_title(choice.colour.name)}  "))
    return tips


def _title(name: str) -> str:
    """A name in a tooltip. One that is called `image` would be fetched from the address that is its value."""
    return f"{name}:" if name.lower() in ("image", "title") else name


def _y(plot: Plot, *, zero: bool) -> alt.Y:
    return alt.Y(
        field="y", type="quantitative", title=_cut(y_in_words(plot)), scale=alt.Scale(zero=zero), axis=alt.Axis(tickCount=6)
    )


def _x(plot: Plot) -> alt.X:
    title = _cut(plot.choice.x.name)
    match plot.choice.x.role:
        case Role.TIME:
            return alt.X(
                field="x",
                type="temporal",
                title=title,
                scale=alt.Scale(type="utc"),
                axis=alt.Axis(tickCount=6, labelOverlap=True),
            )
        case Role.NUMBER:
            return alt.X(field="x", type="quantitative", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=8))
        case _:
            return alt.X(field="x", type="nominal", title=title, sort=None, axis=alt.Axis(labelLimit=120, labelOverlap=True))


def _bars(plot: Plot, scale: alt.Color | None, known: Mapping[str, str]) -> tuple[alt.Chart, int]:
    """Lying, so that their names can be read; standing along time and numbers, which are short."""
    names = list(dict.fromkeys(plot.table.column("x").to_pylist()))
    # Where each bar has a colour of its own there is nothing to stand beside each other.
    each = len(dict.fromkeys(plot.table.column("colour").to_pylist())) if plot.table.num_rows > len(names) else 1
    base, y_title = _base(plot), _cut(y_in_words(plot))
    if plot.choice.x.role is Role.CATEGORY:
        long = alt.X(field="y", type="quantitative", title=y_title, axis=alt.Axis(tickCount=6), stack=None)
        place = alt.Y(
            field="x",
            type="nominal",
            title=None,
            sort=None,
            axis=alt.Axis(labelLimit=LONGEST_WORD, labelPadding=6, labelOverlap=False, domain=False, ticks=False),
        )
        chart = base.mark_bar(cornerRadiusEnd=2).encode(x=long, y=place)
        if each > 1:
            chart = chart.encode(yOffset=alt.YOffset(field="colour", type="nominal", sort=None))
        height = len(names) * (BAR_HEIGHT if each == 1 else GROUPED_BAR_HEIGHT * each + 8) + _FRAME
    else:
        up = _y(plot, zero=True).stack(None)
        along = alt.X(
            field="x",
            type="nominal",
            title=_cut(plot.choice.x.name),
            sort=None,
            axis=alt.Axis(labelOverlap=True, labelAngle=0 if len(names) <= 12 else -45, labelLimit=110),
        )
        chart = base.mark_bar(cornerRadiusEnd=2).encode(x=along, y=up)
        if each > 1:
            chart = chart.encode(xOffset=alt.XOffset(field="colour", type="nominal", sort=None))
        height = 360
    if scale is not None:
        return chart.encode(color=scale), height
    # Bars that name what has a colour everywhere have it here too.
    own = {name: known[name] for name in names if name in known}
    if not own:
        return chart.encode(color=alt.ColorValue(_COLOURS[0])), height
    painted = alt.Scale(domain=names, range=[own.get(name, _COLOURS[0]) for name in names])
    return chart.encode(color=alt.Color(field="x", type="nominal", legend=None, sort=None, scale=painted)), height


def _lines(plot: Plot, scale: alt.Color | None) -> alt.Chart:
    few = plot.table.num_rows <= MOST_POINTS
    point = alt.OverlayMarkDef(filled=True, size=45) if few else False
    # The order of the rows, and not that of the names, joins the points.
    order = alt.Order(field="place", type="quantitative")
    chart = _base(plot).mark_line(point=point, strokeWidth=2).encode(x=_x(plot), y=_y(plot, zero=False), order=order)
    drawn: alt.Chart = chart.encode(color=alt.ColorValue(_COLOURS[0]) if scale is None else scale)
    return drawn


def _points(plot: Plot, scale: alt.Color | None) -> alt.Chart:
    n = plot.table.num_rows
    opacity = 0.85 if n <= 200 else 0.5 if n <= 2000 else 0.3
    chart = _base(plot).mark_point(filled=True, opacity=opacity, size=45 if n <= 2000 else 20)
    colour = alt.ColorValue(_COLOURS[0]) if scale is None else scale
    drawn: alt.Chart = chart.encode(x=_x(plot), y=_y(plot, zero=False), color=colour)
    return drawn


def _bins(plot: Plot) -> alt.Chart:
    chart: alt.Chart = (
        _base(plot)
        .mark_bar(binSpacing=1)
        .encode(
            x=_x(plot).bin("binned"),
            x2=alt.X2(field="x2"),
            y=_y(plot, zero=True),
            color=alt.ColorValue(_COLOURS[0]),
        )
    )
    return chart


def rows_in_words(n: int, *, truncated: bool) -> str:
    """What stands behind the marks.

    >>> rows_in_words(1, truncated=False), rows_in_words(10_000, truncated=True)
    ('1 row', 'the first 10,000 rows')
    """
    return f"the first {count(n, 'row')}" if truncated else count(n, "row")
