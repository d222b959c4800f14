"""What a quick chart draws of an answer: its marks, at most as many as can be read, and what has to be said about them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from dashboard.query_bins import bins
from dashboard.query_choice import MOST_COLOURS, Choice, Kind
from dashboard.query_table import Result, ResultColumn, Role
from dashboard.wording import count
from pipelines.prompts import printable

MOST_MARKS = 10_000
MOST_BARS = 60
LONGEST_NAME = 200
"""Characters of a category."""
COUNTED = "Rows"
"""What an axis without a column counts."""
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Plot:
    """The marks of a chart, and what has to be said about them."""

    choice: Choice
    table: pa.Table
    """Columns x, x_text, y, colour, place (of the row, from 0); of a histogram also x2. Moments are milliseconds since 1970."""
    averaged: bool
    """Whether y is the mean of several rows."""
    n: int
    """Rows of the answer that stand behind the marks."""
    left_out: str = ""
    """A sentence for the person; empty where everything is drawn."""


def plot(result: Result, choice: Choice) -> Plot:
    """The marks. Rows whose x or y is NULL, or no finite number, are left out and said."""
    if choice.kind is Kind.HISTOGRAM:
        return _histogram(result, choice)
    rows, missing = _rows(result, choice)
    said = [f"{count(missing, 'row')} without a value {'is' if missing == 1 else 'are'} left out."] if missing else []
    if choice.colour is not None:
        said += _few_colours(rows)
    averaged = False
    if choice.kind is not Kind.SCATTER:
        rows, averaged = _one_each(rows, choice)
        said += _few_bars(rows) if choice.kind is Kind.BAR else []
    if choice.kind is Kind.LINE and choice.x.role is not Role.CATEGORY:
        rows.sort(key=lambda row: row["x"])
    if len(rows) > MOST_MARKS:
        said.append(f"The first {MOST_MARKS:,} of {len(rows):,} marks are drawn.")
        del rows[MOST_MARKS:]
    for key in ("x", "x_text", "colour"):
        _shorten(rows, key)
    for place, row in enumerate(rows):
        row["place"] = place
    behind = sum(row["n"] for row in rows)
    return Plot(choice, pa.Table.from_pylist(rows, schema=_schema(choice)), averaged, behind, " ".join(said))


def y_in_words(drawn: Plot) -> str:
    """What is measured upwards, or along a bar."""
    if drawn.choice.y is None:
        return COUNTED
    return f"Mean of {drawn.choice.y.name}" if drawn.averaged else drawn.choice.y.name


def as_data(drawn: Plot) -> pa.Table:
    """The marks under the names that a person knows, for a file."""
    x, colour = drawn.choice.x.name, drawn.choice.colour
    columns = [(f"{x}, from", "x"), (f"{x}, to", "x2")] if drawn.choice.kind is Kind.HISTOGRAM else [(x, "x_text")]
    if drawn.choice.x.role is not Role.NUMBER:
        columns = [(x, "x_text")]
    columns += [(y_in_words(drawn), "y")] + ([(colour.name, "colour")] if colour is not None else [])
    return pa.Table.from_arrays([drawn.table.column(key) for _, key in columns], names=[name for name, _ in columns])


def _rows(result: Result, choice: Choice) -> tuple[list[dict[str, Any]], int]:
    """A row for each row of the answer, its moments as milliseconds; and how many have no value."""
    columns = {"x": choice.x, "y": choice.y, "colour": choice.colour}
    values = {
        name: [None] * result.table.num_rows if column is None else result.table.column(column.key).to_pylist()
        for name, column in columns.items()
    }
    rows: list[dict[str, Any]] = []
    for x, y, colour in zip(values["x"], values["y"], values["colour"], strict=True):
        drawn_x = _drawn(x, choice.x, as_text=choice.kind is Kind.BAR)
        drawn_y = 1 if choice.y is None else _drawn(y, choice.y)
        if drawn_x is not None and drawn_y is not None:
            named = None if choice.colour is None else _in_words(colour)
            rows.append({"x": drawn_x, "x_text": _in_words(x), "y": drawn_y, "colour": named, "n": 1})
    return rows, result.table.num_rows - len(rows)


def _drawn(value: object, column: ResultColumn, *, as_text: bool = False) -> str | float | int | None:
    """How a value stands in the chart; None where it cannot. A category without a value is one."""
    if column.role is Role.CATEGORY or (as_text and value is not None):
        return _in_words(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).timestamp() * 1000
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp() * 1000
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def _in_words(value: object) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return f"{value:%Y-%m-%d}" if midnight else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, float):
        return f"{value:.6g}"
    return printable(str(value))


def _shorten(rows: list[dict[str, Any]], key: str) -> None:
    """Cut long names, those that begin alike with a number behind."""
    shown: dict[str, str] = {}
    for name in dict.fromkeys(row[key] for row in rows):
        if isinstance(name, str) and len(name) > LONGEST_NAME:
            shown[name] = f"{name[:LONGEST_NAME]}… ({len(shown) + 1})"
    for row in rows:
        row[key] = shown.get(row[key], row[key])


def _few_colours(rows: list[dict[str, Any]]) -> list[str]:
    """The first colours keep their names, all further ones are others."""
    named = dict.fromkeys(row["colour"] for row in rows)
    if len(named) <= MOST_COLOURS:
        return []
    kept = set(list(named)[: MOST_COLOURS - 1])
    for row in rows:
        if row["colour"] not in kept:
            row["colour"] = OTHERS
    return [f"{MOST_COLOURS - 1} of {len(named):,} colours are told apart; the rest is drawn as {OTHERS}."]


def _one_each(rows: list[dict[str, Any]], choice: Choice) -> tuple[list[dict[str, Any]], bool]:
    """One mark for each x and colour: the only y, the mean of several, or the number of rows."""
    together: dict[tuple[Any, Any], dict[str, Any]] = {}
    for row in rows:
        known = together.setdefault((row["x"], row["colour"]), {**row, "y": 0, "n": 0})
        known["y"] += row["y"]
        known["n"] += row["n"]
    averaged = choice.y is not None and len(together) < len(rows)
    if averaged:
        for row in together.values():
            row["y"] /= row["n"]
    return list(together.values()), averaged


def _few_bars(rows: list[dict[str, Any]]) -> list[str]:
    named = list(dict.fromkeys(row["x"] for row in rows))
    if len(named) <= MOST_BARS:
        return []
    kept = set(named[:MOST_BARS])
    rows[:] = [row for row in rows if row["x"] in kept]
    return [f"The first {MOST_BARS} of {len(named):,} bars are drawn; ORDER BY says which come first."]


def _histogram(result: Result, choice: Choice) -> Plot:
    given = [_drawn(value, choice.x) for value in result.table.column(choice.x.key).to_pylist()]
    values = np.asarray([value for value in given if value is not None], dtype=np.float64)
    missing = len(given) - len(values)
    said = f"{count(missing, 'row')} without a value {'is' if missing == 1 else 'are'} left out." if missing else ""
    if not len(values):
        return Plot(choice, pa.Table.from_pylist([], schema=_schema(choice)), False, 0, said)
    counts, edges = bins(values, whole=result.table.schema.field(choice.x.key).type == pa.int64())
    rows = [
        {
            "x": low,
            "x2": high,
            "x_text": f"{_edge(low, choice.x)} to {_edge(high, choice.x)}",
            "y": n,
            "colour": None,
            "place": i,
        }
        for i, (low, high, n) in enumerate(zip(edges[:-1], edges[1:], counts, strict=True))
    ]
    return Plot(choice, pa.Table.from_pylist(rows, schema=_schema(choice)), False, len(values), said)


def _edge(value: float, column: ResultColumn) -> str:
    if column.role is Role.TIME:
        return f"{datetime.fromtimestamp(value / 1000, UTC):%Y-%m-%d %H:%M}"
    return f"{value:.4g}"


def _schema(choice: Choice) -> pa.Schema:
    text = choice.kind is Kind.BAR or choice.x.role is Role.CATEGORY
    fields = [("x", pa.string() if text else pa.float64())]
    fields += [("x2", pa.float64())] if choice.kind is Kind.HISTOGRAM else []
    return pa.schema([*fields, ("x_text", pa.string()), ("y", pa.float64()), ("colour", pa.string()), ("place", pa.int64())])
