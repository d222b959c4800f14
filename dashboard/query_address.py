"""A question in SQL as it stands in the address of the page, so that a link opens the same. Anybody's text until read here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.query_choice import Kind
from storage.saved_queries import LONGEST_DEFAULT, MOST_PARAMETERS, Parameter
from storage.visitors import ParameterType

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_SQL, _QUERY, _VALUE, _TYPE = "sql", "query", "p_", "t_"
_LONGEST_QUOTED = 40
"""Characters of what a link says that are quoted back."""
_CHART = ("chart", "x", "y", "colour")


@dataclass(frozen=True, slots=True)
class ChartAddress:
    """How an answer is drawn, by the names of its columns; a chart without `x` is the one that is likely meant."""

    kind: Kind
    x: str = ""
    y: str = ""
    """Empty: rows are counted."""
    colour: str = ""
    """Empty: one colour."""


@dataclass(frozen=True, slots=True)
class Address:
    """What a link asks for."""

    sql: str = ""
    query: str = ""
    """Name of a saved query; counts where there is no `sql`."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Of parameters, by their names without `$`."""
    types: Mapping[str, ParameterType] = field(default_factory=dict)
    """Of parameters; text where one is not named."""
    chart: ChartAddress | None = None
    left_out: tuple[str, ...] = ()
    """A sentence for each part of the link that was not taken as it stands."""

    @property
    def asks(self) -> bool:
        """Whether there is anything to run."""
        return bool(self.sql or self.query)

    @property
    def statement(self) -> tuple[object, ...]:
        """What decides the rows: two addresses that differ in the chart alone have the same."""
        return self.sql, self.query, dict(self.values), dict(self.types)


def read_address(given: Mapping[str, str]) -> Address:
    """What the address says; of parts that mean nothing, or too much, `left_out` tells."""
    values: dict[str, str] = {}
    types: dict[str, ParameterType] = {}
    left_out: list[str] = []
    named = [(key[: len(_VALUE)], key[len(_VALUE) :], text) for key, text in given.items() if key.startswith((_VALUE, _TYPE))]
    taken = list(dict.fromkeys(name for _, name, _ in named if _NAME.fullmatch(name)))
    if strange := list(dict.fromkeys(name for _, name, _ in named if not _NAME.fullmatch(name))):
        more = f" and {len(strange) - 1:,} more" if len(strange) > 1 else ""
        left_out.append(f"No parameter can be called “{_shortened(strange[0])}”{more}.")
    if len(taken) > MOST_PARAMETERS:
        left_out.append(f"Of {len(taken):,} parameters the first {MOST_PARAMETERS} were read.")
        taken = taken[:MOST_PARAMETERS]
    for part, name, text in named:
        if name not in taken:
            continue
        if part == _VALUE:
            values[name] = text[:LONGEST_DEFAULT]
            if len(text) > LONGEST_DEFAULT:
                left_out.append(
                    f"The value of ${name} has {len(text):,} characters; the first {LONGEST_DEFAULT:,} were read, and the rows "
                    "are of those."
                )
        elif (kind := next((each for each in ParameterType if each == text), None)) is not None:
            types[name] = kind
        else:
            left_out.append(f"${name} is read as text: there is no type “{_shortened(text)}”.")
    sql = given.get(_SQL, "")
    return Address(sql, "" if sql else given.get(_QUERY, ""), values, types, _read_chart(given), tuple(left_out))


def write_address(address: Address) -> dict[str, str]:
    """The same as keys and values of an address.

    >>> write_address(Address("SELECT $n", values={"n": "5"}, types={"n": ParameterType.INTEGER}))
    {'sql': 'SELECT $n', 'p_n': '5', 't_n': 'integer'}
    """
    written = {_SQL: address.sql} if address.sql else {_QUERY: address.query} if address.query else {}
    written |= {_VALUE + name: value for name, value in address.values.items()}
    written |= {_TYPE + name: str(kind) for name, kind in address.types.items() if kind is not ParameterType.TEXT}
    if address.chart is not None:
        chart = address.chart
        written |= {"chart": str(chart.kind)}
        written |= {key: text for key, text in (("x", chart.x), ("y", chart.y), ("colour", chart.colour)) if text}
    return written


def ours(key: str) -> bool:
    """Whether a part of the address belongs to this page."""
    return key in (_SQL, _QUERY, *_CHART) or key.startswith((_VALUE, _TYPE))


def typed(names: tuple[str, ...], address: Address, saved: tuple[Parameter, ...] = ()) -> tuple[Parameter, ...]:
    """The parameters of a statement with the values and types that a link gives them, and else those that were saved."""
    known = {each.name: each for each in saved}
    found = []
    for name in names:
        default = known.get(name, Parameter(name))
        found.append(Parameter(name, address.types.get(name, default.type), address.values.get(name, default.default)))
    return tuple(found)


def _read_chart(given: Mapping[str, str]) -> ChartAddress | None:
    kind = next((each for each in Kind if each == given.get("chart")), None)
    if kind is None:
        return None
    return ChartAddress(kind, given.get("x", ""), given.get("y", ""), given.get("colour", ""))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTED else f"{text[: _LONGEST_QUOTED - 1]}…"
