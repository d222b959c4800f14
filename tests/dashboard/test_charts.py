"""Every chart is a valid Vega-Lite specification, holds text as data only, and says what it shows."""

from __future__ import annotations

from typing import Any

import altair as alt
import pyarrow as pa
import pytest
from altair.utils.schemapi import SchemaValidationError

from dashboard import charts
from dashboard.charts.parts import laid
from dashboard.frames import heat_map_table, predictions_table, words_in_lists
from storage.records import AskedAnswer
from tests.storage import samples

pytestmark = pytest.mark.usefixtures("channels_of_their_class")

HOSTILE = "datum.x + signal('y') <b>![a](b)</b>"


def answers(depth: int = 5) -> list[AskedAnswer]:
    """Three answers to one prompt."""
    made = [samples.answer("The [MASK].", by, depth=depth) for by in samples.TRIO]
    return [AskedAnswer(each, latency_ms=12.0, reused=False) for each in made]


def specifications(depth: int) -> list[dict[str, Any]]:
    """All charts of the dashboard, checked against the schema of Vega-Lite as they are written."""
    given = answers(depth)
    first = given[0].answer
    return [
        charts.predictions_chart(predictions_table(first, {}, ["word3"]), depth, 8192, 0.4).to_dict(validate=True),
        charts.words_heat_map(heat_map_table(given), words_in_lists(given)).to_dict(validate=True),
    ]


@pytest.mark.parametrize("depth", [1, 5, 60])
def test_every_chart_can_be_drawn_and_has_a_title_with_its_n(depth: int) -> None:
    for specification in specifications(depth):
        title = specification["title"]
        assert any(character.isdigit() for character in title["text"]), title
        assert specification["layer"]


def test_the_schema_is_asked_by_the_tests_and_by_no_page() -> None:
    wrong = laid(alt.Chart(pa.table({"a": [1]})).mark_bar(cornerRadius="round").encode(x=alt.X("a:Q")))  # type: ignore[arg-type]
    assert wrong.to_dict()["layer"]
    with pytest.raises(SchemaValidationError, match="'round' is an invalid value for `cornerRadius`"):
        wrong.to_dict(validate=True)


def test_axes_say_their_unit() -> None:
    words, _ = specifications(5)
    axes = [layer["encoding"]["x"] for layer in words["layer"] if "field" in layer["encoding"]["x"]]
    assert all(axis["title"] == "Probability" and axis["axis"]["format"] == "~%" for axis in axes)


def test_text_of_people_is_never_a_part_of_an_expression() -> None:
    given = samples.answer(f"The [MASK] {HOSTILE}.", samples.BERT)
    table = predictions_table(given, {}, [HOSTILE])
    specification = charts.predictions_chart(table, 5, 8192, 0.5).to_dict()
    expressions = {key: value for key, value in walk(specification) if key in ("expr", "calculate", "filter", "test", "signal")}
    assert set(map(str, expressions.values())) == {"'ink'", "max(width - 118, 132)"}


def walk(node: object) -> list[tuple[str, object]]:
    """Every key with its value, at any depth, data left out."""
    if isinstance(node, dict):
        below = [pair for key, value in node.items() if key != "datasets" for pair in walk(value)]
        return [*node.items(), *below]
    return [pair for each in node for pair in walk(each)] if isinstance(node, list) else []
