"""How an answer can be drawn: the kinds of quick chart, the columns that suit each, and what is likely meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from dashboard.query_table import Result, ResultColumn, Role

MOST_COLOURS = 8
"""More cannot be told apart."""


class Kind(StrEnum):
    """How an answer can be drawn."""

    BAR = "bar"
    LINE = "line"
    SCATTER = "scatter"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person wants to see."""

    kind: Kind
    x: ResultColumn
    y: ResultColumn | None = None
    """None counts rows."""
    colour: ResultColumn | None = None


def suited(result: Result, kind: Kind) -> dict[str, tuple[ResultColumn, ...]]:
    """The columns that a chart of this kind can have as x, y and colour, the likeliest first."""
    numbers = _by_likeliness(each for each in result.columns if each.role is Role.NUMBER)
    times = [each for each in result.columns if each.role is Role.TIME]
    categories = [each for each in result.columns if each.role is Role.CATEGORY]
    match kind:
        case Kind.BAR:
            xs = [*categories, *times, *numbers]
        case Kind.LINE:
            xs = [*times, *numbers, *categories]
        case Kind.SCATTER:
            xs = [*numbers, *times]
        case Kind.HISTOGRAM:
            xs = [*numbers, *times]
    colours = [] if kind is Kind.HISTOGRAM else categories
    return {"x": tuple(xs), "y": () if kind is Kind.HISTOGRAM else tuple(numbers), "colour": tuple(colours)}


def default_choice(result: Result, kind: Kind) -> Choice | None:
    """What is likely meant; None where no column suits."""
    offered = suited(result, kind)
    pairs = [(x, next((y for y in offered["y"] if y != x), None)) for x in offered["x"]]
    if kind in (Kind.LINE, Kind.SCATTER):
        pairs = [(x, y) for x, y in pairs if y is not None]
    if not pairs:
        return None
    x, y = pairs[0]
    colour = next((each for each in offered["colour"] if each != x and _tells_apart(result, each)), None)
    return Choice(kind, x, y, colour)


def kinds_for(result: Result) -> tuple[Kind, ...]:
    """How this answer can be drawn, if at all."""
    return tuple(kind for kind in Kind if result.table.num_rows and default_choice(result, kind) is not None)


def _by_likeliness(columns: Iterable[ResultColumn]) -> list[ResultColumn]:
    """Keys of rows last: nobody draws a prompt_id unless they say so."""
    return sorted(columns, key=lambda each: each.name.lower().endswith(("_id", "_index")) or each.name.lower() == "id")


def _tells_apart(result: Result, column: ResultColumn) -> bool:
    return 2 <= len(set(result.table.column(column.key).to_pylist())) <= MOST_COLOURS
