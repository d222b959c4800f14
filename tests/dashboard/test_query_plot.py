"""A quick chart of any answer: which columns it takes, what it draws of them, what it leaves out and says, and how safely."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.quick import quick_chart, rows_in_words
from dashboard.pictures import png, svg
from dashboard.query_bins import FEWEST_BINS, MOST_BINS, bins
from dashboard.query_choice import MOST_COLOURS, Choice, Kind, default_choice, kinds_for, suited
from dashboard.query_plot import MOST_BARS, MOST_MARKS, OTHERS, Plot, as_data, plot
from dashboard.query_table import Result, readable
from tests.dashboard.test_charts import HOSTILE, walk

pytestmark = pytest.mark.usefixtures("channels_of_their_class")

EXPRESSIONS = ("expr", "calculate", "filter", "test", "signal", "labelExpr", "href", "url")


def result(**columns: Any) -> Result:  # noqa: ANN401 - whatever a column is made of
    return readable(pa.table({name: pa.array(values) for name, values in columns.items()}))


def drawn(found: Result, kind: Kind, x: str, y: str = "", colour: str = "") -> Plot:
    column = found.named(x)
    assert column is not None
    return plot(found, Choice(kind, column, found.named(y), found.named(colour)))


WORDS = {"word": ["b", "a", "c"], "n": [3, 1, 2]}
DAYS = np.array(["2026-03-02", "2026-03-01", "2026-03-03"], dtype="datetime64[D]")


@pytest.mark.parametrize(
    ("columns", "kind", "chosen"),
    [
        ({"word": ["a", "b"], "n": [1, 2]}, Kind.BAR, ("word", "n", None)),
        ({"prompt_id": [7, 8], "word": ["a", "b"], "n": [1, 2]}, Kind.BAR, ("word", "n", None)),
        ({"day": DAYS, "checkpoint": ["a", "b", "a"], "n": [1, 2, 3]}, Kind.LINE, ("day", "n", "checkpoint")),
        ({"rank": [1, 2], "score": [0.5, 0.25]}, Kind.SCATTER, ("rank", "score", None)),
        ({"prompt_id": [1, 2], "score": [0.5, 0.25]}, Kind.HISTOGRAM, ("score", None, None)),
        ({"word": ["a", "b"]}, Kind.BAR, ("word", None, None)),
        ({"day": DAYS, "score": [0.1, 0.2, 0.3]}, Kind.SCATTER, ("day", "score", None)),
        ({"word": ["a", "b"]}, Kind.LINE, None),
        ({"n": [1, 2]}, Kind.SCATTER, None),
        ({"words": [["a"], ["b"]]}, Kind.BAR, None),
    ],
)
def test_the_first_click_draws_what_is_likely_meant(
    columns: dict[str, Any], kind: Kind, chosen: tuple[str, ...] | None
) -> None:
    found = default_choice(readable(pa.table(columns)), kind)
    names = None if found is None else tuple(each and each.name for each in (found.x, found.y, found.colour))
    assert names == chosen


def test_an_answer_without_rows_or_without_anything_to_draw_offers_no_chart() -> None:
    assert kinds_for(result(word=pa.array([], pa.string()))) == ()
    assert kinds_for(result(words=[["a"], ["b"]])) == ()
    assert kinds_for(result(**WORDS)) == (Kind.BAR, Kind.LINE, Kind.HISTOGRAM)


def test_bars_keep_the_order_of_the_rows() -> None:
    found = drawn(result(**WORDS), Kind.BAR, "word", "n")
    assert found.table.column("x").to_pylist() == ["b", "a", "c"]
    assert found.table.column("y").to_pylist() == [3, 1, 2]
    assert (found.n, found.averaged, found.left_out) == (3, False, "")


def test_a_bar_without_a_length_counts_rows_and_one_with_several_takes_their_mean() -> None:
    found = result(word=["a", "b", "a"], n=[1, 5, 2])
    assert drawn(found, Kind.BAR, "word").table.column("y").to_pylist() == [2, 1]
    mean = drawn(found, Kind.BAR, "word", "n")
    assert mean.table.column("y").to_pylist() == [1.5, 5]
    assert (mean.averaged, mean.n) == (True, 3)
    assert as_data(mean).to_pydict() == {"word": ["a", "b"], "Mean of n": [1.5, 5]}


def test_lines_go_along_time_whatever_the_order_of_the_rows_and_the_zone_of_a_browser() -> None:
    found = drawn(result(day=DAYS, n=[1, 2, 3]), Kind.LINE, "day", "n")
    first = 1_772_323_200_000  # 2026-03-01 in UTC
    assert found.table.column("x").to_pylist() == [first, first + 86_400_000, first + 2 * 86_400_000]
    assert found.table.column("x_text").to_pylist() == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert quick_chart(found, {}, "3 rows").to_dict()["layer"][0]["encoding"]["x"]["scale"]["type"] == "utc"


def test_what_has_no_value_is_left_out_and_said() -> None:
    found = drawn(result(a=[1.0, None, math.nan, math.inf, 2.0], b=[1, 2, 3, 4, None]), Kind.SCATTER, "a", "b")
    assert found.table.num_rows == 1
    assert found.left_out == "4 rows without a value are left out."
    assert drawn(result(word=["a", None], n=[1, 2]), Kind.BAR, "word", "n").table.column("x").to_pylist() == ["a", "(none)"]


def test_more_than_can_be_read_is_cut_and_said() -> None:
    many = result(word=[f"w{i}" for i in range(200)], n=list(range(200)))
    found = drawn(many, Kind.BAR, "word", "n")
    assert found.table.num_rows == MOST_BARS
    assert found.left_out == "The first 60 of 200 bars are drawn; ORDER BY says which come first."
    points = result(a=list(range(MOST_MARKS + 5)), b=list(range(MOST_MARKS + 5)))
    assert drawn(points, Kind.SCATTER, "a", "b").table.num_rows == MOST_MARKS
    coloured = drawn(result(a=list(range(20)), b=list(range(20)), c=[f"k{i}" for i in range(20)]), Kind.SCATTER, "a", "b", "c")
    assert len(set(coloured.table.column("colour").to_pylist())) == MOST_COLOURS
    assert coloured.table.column("colour").to_pylist().count(OTHERS) == 20 - MOST_COLOURS + 1
    assert "7 of 20 colours" in coloured.left_out


@pytest.mark.parametrize(
    "values",
    [
        [1.0],
        [0.0] * 50,
        [1e300, -1e300, 1.0],
        [1.7e308, -1.7e308],
        [1e17] * 3,
        [*[0.0] * 1000, 1e12],
        list(range(30)),
        [0.1 * i for i in range(500)],
    ],
)
@pytest.mark.parametrize("whole", [True, False])
def test_every_value_is_in_one_bin(values: list[float], whole: bool) -> None:
    counts, edges = bins(np.asarray(values, dtype=np.float64), whole=whole)
    assert sum(counts) == len(values)
    assert len(edges) == len(counts) + 1 <= MOST_BINS + 1
    assert all(low < high for low, high in itertools.pairwise(edges))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=50))
def test_any_numbers_make_a_histogram(values: list[float]) -> None:
    counts, edges = bins(np.asarray(values), whole=False)
    assert sum(counts) == len(values)
    assert len(set(values)) == 1 or FEWEST_BINS <= len(counts) <= MOST_BINS
    assert all(low <= high for low, high in itertools.pairwise(edges))


def every_chart() -> dict[str, Plot]:
    """Each kind in each shape, with names and words that would be code elsewhere."""
    words = [HOSTILE, "b']); alert(1)//", "\\", '"', "a.b[c]", "datum", "é", ""]
    table = readable(
        pa.table(
            {
                HOSTILE: words,
                "image": ["http://192.0.2.1/b.png"] * 8,
                "title": [1, 2, 3, 4, 5, 6, 7, 8],
                "day": np.arange("2026-03-01", "2026-03-09", dtype="datetime64[D]"),
                "datum['y']": [0.1 * i for i in range(8)],
            }
        )
    )
    charts = {}
    for kind in Kind:
        offered = suited(table, kind)
        for x, y, colour in itertools.product(offered["x"], (None, *offered["y"]), (None, *offered["colour"])):
            if y is not None or kind in (Kind.BAR, Kind.HISTOGRAM):
                charts[f"{kind} {x.key} {y and y.key} {colour and colour.key}"] = plot(table, Choice(kind, x, y, colour))
    return charts


@pytest.mark.parametrize(("name", "found"), every_chart().items())
def test_a_chart_is_valid_says_what_it_shows_and_holds_text_as_data_only(name: str, found: Plot) -> None:
    chart = quick_chart(found, {HOSTILE: "#0072b2"}, rows_in_words(found.n, truncated=True))
    specification = chart.to_dict(validate=True)
    assert specification["title"]["text"][1] == "n = the first 8 rows"
    assert specification["description"]
    for key, value in walk(specification):
        assert key not in EXPRESSIONS or value == "max(1, floor(width / 170))", (key, value)
        assert key != "field" or value in ("x", "x2", "x_text", "y", "colour", "place"), value
        assert key != "sort" or value is None, value
    for tips in (value for key, value in walk(specification) if key == "tooltip"):
        titles = [tip["title"] for tip in tips]  # type: ignore[attr-defined]
        assert len(set(titles)) == len(titles)
        assert not {title.lower() for title in titles} & {"image", "title"}, "a tooltip fetches what is called an image"


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_drawn_as_a_picture(kind: Kind) -> None:
    name, found = next((name, found) for name, found in every_chart().items() if name.startswith(kind))
    chart = quick_chart(found, {}, "8 rows")
    assert png(chart).startswith(b"\x89PNG"), name
    picture = svg(chart)
    assert b"<script" not in picture
    assert b"<b>" not in picture


def test_long_names_are_cut_and_stay_apart() -> None:
    found = drawn(result(word=["x" * 500 + "a", "x" * 500 + "b", "c"], n=[1, 2, 3]), Kind.BAR, "word", "n")
    assert found.table.column("x").to_pylist() == ["x" * 200 + "… (1)", "x" * 200 + "… (2)", "c"]
    assert found.table.column("y").to_pylist() == [1, 2, 3]
