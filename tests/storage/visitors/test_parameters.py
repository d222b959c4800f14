"""Values that a person types for a statement's parameters."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import QueryRefused
from storage.visitors import ParameterType, Value, read_value
from storage.visitors.parameters import LARGEST_INTEGER, packed, unpacked

TEXT, INTEGER, NUMBER, DATE, BOOLEAN = ParameterType

READ: list[tuple[str, ParameterType, Value]] = [
    ("", TEXT, ""),
    (" 5 ", TEXT, " 5 "),
    ("'; DROP TABLE run", TEXT, "'; DROP TABLE run"),
    ("5", INTEGER, 5),
    (" -12 ", INTEGER, -12),
    (str(LARGEST_INTEGER), INTEGER, LARGEST_INTEGER),
    ("", INTEGER, None),
    ("0.5", NUMBER, 0.5),
    ("1e-3", NUMBER, 0.001),
    ("2026-03-01", DATE, date(2026, 3, 1)),
    ("  ", DATE, None),
    ("true", BOOLEAN, True),
    ("No", BOOLEAN, False),
]
UNREADABLE = [
    ("a\0b", TEXT, "NUL"),
    ("\ud800", TEXT, "no text"),
    ("five", INTEGER, "whole number"),
    ("5.0", INTEGER, "whole number"),
    ("1_000", INTEGER, "whole number"),
    ("٥", INTEGER, "whole number"),
    (str(LARGEST_INTEGER + 1), INTEGER, "whole number"),
    ("9" * 5000, INTEGER, "whole number"),
    ("0,5", NUMBER, "a number"),
    ("nan", NUMBER, "a number"),
    ("1e999", NUMBER, "a number"),
    ("01.03.2026", DATE, "a day"),
    ("2026-02-30", DATE, "a day"),
    ("2026-W09-7", DATE, "a day"),
    ("maybe", BOOLEAN, "true or false"),
    ("\x1b[2J", BOOLEAN, "true or false"),
]


@pytest.mark.parametrize(("text", "kind", "value"), READ)
def test_a_value_is_read(text: str, kind: ParameterType, value: Value) -> None:
    found = read_value(text, kind)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("text", "kind", "what"), UNREADABLE)
def test_what_cannot_be_read_is_a_sentence_that_a_terminal_can_show(text: str, kind: ParameterType, what: str) -> None:
    with pytest.raises(QueryRefused, match=what) as refusal:
        read_value(text, kind)
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 150


@given(
    st.dictionaries(
        st.text(max_size=5),
        st.none()
        | st.booleans()
        | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
        | st.floats(allow_nan=False)
        | st.dates()
        | st.text(),
        max_size=5,
    )
)
def test_values_arrive_at_the_worker_as_they_were(values: dict[str, Value]) -> None:
    arrived = unpacked(json.loads(json.dumps(packed(values))))
    assert arrived == values
    assert {name: type(value) for name, value in arrived.items()} == {name: type(value) for name, value in values.items()}
