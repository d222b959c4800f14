"""What the SQL page remembers of a person's question, and how it goes into the address and comes out of it.

The address says what was run last, so that it shows what a colleague will see. What is typed and not run yet stays in the
session. Every run is a step that the browser's Back undoes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.query_address import Address, ChartAddress, ours, read_address, typed, write_address
from dashboard.query_examples import FIRST
from storage.log import Log
from storage.saved_queries import Parameter, SavedQuery, saved_query
from storage.visitors import ParameterType, Refused, decide, parameters_of

if TYPE_CHECKING:
    from dashboard.components.sql_run import Shown

TEXT = "sql_text"
"""Key of the editor."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be run."""

    sql: str
    parameters: tuple[Parameter, ...]
    """With the values of the boxes as defaults."""
    query: str = ""
    """Name of the saved query that this is, to the letter; empty where it is none."""


def arrive(log: Log) -> str | None:
    """Bring the boxes and the address together when the page is drawn; a sentence where a link names what is not there.

    A link fills the boxes and is run. A person who comes back from another page finds what they left.
    """
    state = st.session_state
    if TEXT not in state:
        fill(FIRST.sql, FIRST.parameters)
    given = {key: value for key, value in st.query_params.items() if ours(key)}
    last: dict[str, str] = state.get("sql_address", {})
    if given == last:
        return None
    context = get_script_run_ctx()
    went_back = context is not None and context.is_history_navigation
    if not given and not went_back:
        # From another page, or by a link to this page that names nothing: the address of what is shown comes back.
        st.query_params.update(last)
        return None
    state["sql_address"] = given
    return _open(log, read_address(given), read_address(last))


def _open(log: Log, address: Address, last: Address) -> str | None:
    set_chart(address.chart)
    if address.statement == last.statement:
        return None
    forget_shown()
    if not address.asks:
        fill(FIRST.sql, FIRST.parameters)
        return None
    if address.sql:
        fill(address.sql, typed(parameters_of(address.sql), address))
    else:
        query = saved_query(log.database, address.query)
        if query is None:
            return (
                f"This log has no saved query “{address.query}”. It was deleted, or saved under another name; the list of "
                "saved queries shows those that are there."
            )
        fill(query.sql, typed(tuple(each.name for each in query.parameters), address, query.parameters), query)
    run_next()
    return None


def fill(sql: str, parameters: Sequence[Parameter], query: SavedQuery | None = None) -> None:
    """Put a statement into the editor and its parameters into their boxes."""
    state = st.session_state
    state[TEXT] = sql
    state["sql_query"] = query
    for each in parameters:
        state[type_key(each.name)] = str(each.type)
        state[value_key(each.name)] = each.default


def asked() -> Asked:
    """What the boxes hold now."""
    sql = st.session_state[TEXT] or ""
    now = Asked(sql, boxes(sql))
    query = opened_query()
    return Asked(sql, now.parameters, query.name) if query is not None and is_unchanged(now, query) else now


def boxes(sql: str) -> tuple[Parameter, ...]:
    """The parameters of a statement with what stands in their boxes."""
    state = st.session_state
    return tuple(
        Parameter(name, ParameterType(state.get(type_key(name), ParameterType.TEXT)), state.get(value_key(name)) or "")
        for name in _names(sql)
    )


def _names(sql: str) -> tuple[str, ...]:
    """The parameters of a statement. They are asked for at every drawing of the page, and change with the text alone.

    A statement that cannot be read has those that it had before: their boxes do not come and go while somebody writes.
    """
    known: tuple[str, tuple[str, ...]] = st.session_state.get("sql_names", ("", ()))
    if known[0] != sql:
        names = parameters_of(sql)
        if not names and isinstance(decide(sql), Refused):
            names = known[1]
        known = st.session_state["sql_names"] = (sql, names)
    return known[1]


def is_unchanged(now: Asked, query: SavedQuery) -> bool:
    """Whether this is that query, whatever values its parameters have."""
    kinds = [(each.name, each.type) for each in now.parameters]
    return now.sql == query.sql and kinds == [(each.name, each.type) for each in query.parameters]


def opened_query() -> SavedQuery | None:
    """The saved query that was opened last, as it was then."""
    found: SavedQuery | None = st.session_state.get("sql_query")
    return found


def set_opened(query: SavedQuery | None) -> None:
    """The statement of the editor is that saved query, or none."""
    st.session_state["sql_query"] = query


def put_address(now: Asked) -> None:
    """Say in the address what is shown."""
    address = Address(
        sql="" if now.query else now.sql,
        query=now.query,
        values={each.name: each.default for each in now.parameters},
        types={} if now.query else {each.name: each.type for each in now.parameters},
        chart=chart(),
    )
    written = write_address(address)
    st.session_state["sql_address"] = written
    if {key: value for key, value in st.query_params.items() if ours(key)} != written:
        st.query_params.from_dict(written)


def chart() -> ChartAddress | None:
    """How the answer is drawn; None for a table."""
    found: ChartAddress | None = st.session_state.get("sql_chart")
    return found


def set_chart(wanted: ChartAddress | None) -> None:
    """Draw the answer so."""
    st.session_state["sql_chart"] = wanted


def shown() -> Shown | None:
    """The answer that is on the page."""
    found: Shown | None = st.session_state.get("sql_shown")
    return found


def show(answer: Shown) -> None:
    """Keep an answer for the next drawings of the page."""
    st.session_state["sql_shown"] = answer


def forget_shown() -> None:
    """Take the answer off the page."""
    st.session_state.pop("sql_shown", None)


def run_next() -> None:
    """Run what the boxes hold when they have been drawn. For callbacks, and for links."""
    st.session_state["sql_run"] = True


def is_to_run() -> bool:
    """Whether somebody asked for that; once."""
    return bool(st.session_state.pop("sql_run", False))


def run_fresh() -> None:
    """Read the log as it is now when the page is drawn next."""
    st.session_state["sql_fresh"] = True


def is_to_read_afresh() -> bool:
    """Whether somebody asked for that; once."""
    return bool(st.session_state.pop("sql_fresh", False))


def type_key(name: str) -> str:
    """Of the box for a parameter's type."""
    return f"sql_type_{name}"


def value_key(name: str) -> str:
    """Of the box for a parameter's value."""
    return f"sql_value_{name}"
