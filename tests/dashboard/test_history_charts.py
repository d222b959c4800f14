"""Every chart of the history is drawn, as a picture too, says what it shows and to how many, and holds text as data only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from dashboard import charts
from dashboard.charts import Chart
from dashboard.charts.distributions import MEASURES
from dashboard.palette import CheckpointStyle, checkpoint_styles
from dashboard.pictures import png, svg
from tests.dashboard.test_charts import HOSTILE, walk

pytestmark = pytest.mark.usefixtures("channels_of_their_class")

MOST_MARKS = 10_000
FAMILIES = ("bert", "distilbert", "albert", "bert", "electra", "albert")
START = datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None)
EXPRESSIONS = ("expr", "calculate", "filter", "test", "signal")


def styles(n: int) -> tuple[CheckpointStyle, ...]:
    """One label is hostile; two are of one family where there are four or more."""
    return checkpoint_styles([(f"checkpoint-{i}" if i else HOSTILE, FAMILIES[i]) for i in range(n)])


def table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows)


def band(middle: float) -> dict[str, float]:
    return {"low": middle / 2, "median": middle, "expected": middle, "high": middle * 1.5}


def every_chart(n: int) -> dict[str, Chart]:
    """Each chart of the history with the data of n checkpoints."""
    them = styles(n)
    labels = [each.label for each in them]
    quantiles = table(
        [{"checkpoint": label, "q": q / 100, "value": (q + 1) / 102, "n": 38} for label in labels for q in range(101)]
    )
    ranks = table([{"checkpoint": label, "rank": rank, "n": 38} | band(1 / rank) for label in labels for rank in range(1, 11)])
    periods = table(
        [
            {"checkpoint": label, "period": START + timedelta(weeks=week), "unit": "week", "n": 60, "size": 50} | band(0.2)
            for label in labels
            for week in range(60)
        ]
    )
    pairs = table(
        [
            {
                "a": a,
                "b": b,
                "value": 0.4,
                "strength": 0.4,
                "text": "0.40",
                "interval": "0.31 to 0.49",
                "n": 38,
                "doubtful": False,
            }
            for i, a in enumerate(labels)
            for b in labels[i + 1 :]
        ]
        or [
            {
                "a": "a",
                "b": "b",
                "value": 0.4,
                "strength": 0.4,
                "text": "0.40",
                "interval": "n = 3, no interval",
                "n": 3,
                "doubtful": True,
            }
        ]
    )
    regions = table(
        [{"region": f"only {label}", "colour": "#556679", "value": 3.0, "text": "3", "examples": HOSTILE} for label in labels]
    )
    marking = table(
        [{"word": word, "z": z, "count": 3.0, "other_count": 1.0, "log_odds": 0.5} for word, z in ((HOSTILE, 3.1), ("b", -0.4))]
    )
    profile = table([{"checkpoint": label, "q": q / 10, "value": 90.0 - q, "n": 220} for label in labels for q in range(21)])
    at_one_size = table([{"checkpoint": label, "q": float(q)} | band(80.0 - q) for label in labels for q in range(3)])
    curves = table([{"checkpoint": label, "size": size} | band(size / 2) for label in labels for size in range(1, 221, 11)])
    shares = table(
        [{"checkpoint": label, "share": 0.5, "what": what, "text": "50 %", "n": 220} for label in labels for what in "ab"]
    )
    points = table(
        [
            {"checkpoint": label, "metric": metric, "mean": 0.4, "low": low, "high": high, "text": "40 %", "n": 38}
            for label in labels
            for metric, low, high in (("accuracy at 1", 0.3, 0.5), ("accuracy at 5", None, None))
        ]
    )
    bins = table(
        [{"checkpoint": label, "confidence": i / 10, "accuracy": i / 11, "n": 12} for label in labels for i in range(10)]
    )
    return {
        **{f"quantiles of {each.name}": charts.quantile_curves(quantiles, each, them, brush=True) for each in MEASURES},
        **{f"{each.name} over time": charts.quantile_bands_over_time(periods, each, them) for each in MEASURES},
        "rank scores": charts.rank_score_curves(ranks, them),
        "pairs": charts.pair_matrix(pairs, labels if n > 1 else ["a", "b"], "Mean RBO"),
        "regions": charts.region_bars(regions, "Distinct words", "n = 222 words of 38 prompts", 3),
        "marking words": charts.marking_words(marking, HOSTILE, "#0072b2", 222),
        "hill": charts.hill_profiles(profile, at_one_size, them, 220),
        "rarefaction": charts.rarefaction_curves(curves, them),
        "coverage": charts.coverage_points(shares, them),
        "words over time": charts.distinct_words_over_time(periods, them),
        "accuracy": charts.accuracy_intervals(points, them, ["accuracy at 1", "accuracy at 5"]),
        "reliability": charts.reliability_diagram(bins, them),
    }


@pytest.mark.parametrize("n", [1, 2, 4, 6])
def test_every_chart_is_drawn_and_says_what_it_shows(n: int) -> None:
    for name, chart in every_chart(n).items():
        specification = chart.to_dict(validate=True)
        title = " ".join(specification["title"]["text"])
        assert "n = " in title, f"{name}: {title}"
        assert len(specification["description"]) > 20, name
        assert all(len(line) <= 76 for line in specification["title"]["text"][1:]), f"{name} is too long for a phone: {title}"
        assert sum(len(rows) for rows in specification["datasets"].values()) <= MOST_MARKS, name


def test_every_chart_is_a_picture_too() -> None:
    for name, chart in every_chart(3).items():
        drawn = svg(chart).decode("utf-8")
        assert drawn.startswith("<svg"), name
        assert "NaN" not in drawn, name
        assert "<b>" not in drawn, f"{name} lets markup through"
    assert png(every_chart(1)["pairs"]).startswith(b"\x89PNG")


def test_text_of_people_is_never_a_part_of_an_expression() -> None:
    for name, chart in every_chart(4).items():
        for key, value in walk(chart.to_dict()):
            if key in EXPRESSIONS:
                assert HOSTILE not in str(value), f"{name}: {key}"


def test_nor_of_one_that_vega_lite_makes_of_a_chart() -> None:
    for name, chart in every_chart(3).items():
        compiled = chart.to_dict(format="vega")
        for key, value in walk(compiled):
            if key in (*EXPRESSIONS, "update", "init", "events"):
                assert HOSTILE not in str(value), f"{name}: {key}"


def test_axes_with_numbers_have_a_title() -> None:
    for name, chart in every_chart(2).items():
        for layer in chart.to_dict()["layer"]:
            for axis in ("x", "y"):
                encoded = layer.get("encoding", {}).get(axis, {})
                if encoded.get("type") == "quantitative" and encoded.get("axis", {}) is not None and "axis" in encoded:
                    assert encoded.get("title"), f"{name}: {axis} {encoded}"


def test_two_checkpoints_of_one_family_differ_in_colour_and_dash() -> None:
    first, second = (each for each in styles(4) if each.colour in ("#0072b2", "#4096d2"))
    assert first.dash != second.dash
