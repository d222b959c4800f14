"""What a link to the SQL page says, and what of it was not read."""

from __future__ import annotations

import pytest

from dashboard.query_address import read_address, write_address
from storage.saved_queries import LONGEST_DEFAULT, MOST_PARAMETERS
from storage.visitors import ParameterType


def test_a_link_that_is_read_whole_leaves_nothing_out() -> None:
    given = {"sql": "SELECT $n", "p_n": "5", "t_n": "integer", "chart": "bars", "other": "x" * 5000}
    address = read_address(given)
    assert address.left_out == ()
    assert (address.values, address.types) == ({"n": "5"}, {"n": ParameterType.INTEGER})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"p_n": "x" * (LONGEST_DEFAULT + 1)},
            "The value of $n has 1,001 characters; the first 1,000 were read, and the rows are of those.",
        ),
        (
            {f"p_n{i}": "1" for i in range(MOST_PARAMETERS + 2)},
            f"Of {MOST_PARAMETERS + 2} parameters the first {MOST_PARAMETERS} were read.",
        ),
        ({"p_a b": "1", "t_c d": "text"}, "No parameter can be called “a b” and 1 more."),
        ({"t_n": "colour"}, "$n is read as text: there is no type “colour”."),
    ],
    ids=["long", "many", "name", "type"],
)
def test_what_is_not_read_is_said(given: dict[str, str], said: str) -> None:
    address = read_address(given)
    assert address.left_out == (said,)
    assert read_address(write_address(address)).left_out == (), "what the page writes is what it read"


def test_as_many_as_may_be_are_read_with_their_types() -> None:
    given = {f"{part}n{i}": "5" if part == "p_" else "integer" for i in range(MOST_PARAMETERS) for part in ("p_", "t_")}
    address = read_address(given)
    assert (len(address.values), len(address.types), address.left_out) == (MOST_PARAMETERS, MOST_PARAMETERS, ())
