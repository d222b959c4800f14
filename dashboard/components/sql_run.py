"""Runs a person's statement on the newest snapshot, and keeps what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from dashboard.components.sql_state import Asked
from dashboard.copies import Copies
from dashboard.query_table import Result, readable
from storage.errors import StorageError
from storage.snapshots import Snapshot
from storage.visitors import SCREEN, Allowed, Refused, StatementFailed, Value, decide, fetch, read_value


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why there is no answer."""

    sentence: str
    """With the way out; may quote the statement."""
    line: int | None = None
    """Where in the statement, from 1; None where that is not known. So the column."""
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows beneath the editor."""

    asked: Asked
    snapshot: Snapshot | None
    """What was read; None where nothing was."""
    values: Mapping[str, Value] = field(default_factory=dict)
    """Of its parameters."""
    result: Result | None = None
    """None where there is a mistake."""
    mistake: Mistake | None = None
    truncated: bool = False
    notices: tuple[str, ...] = ()
    """A sentence for each limit that cut the answer."""
    seconds: float = 0.0


def answer(copies: Copies, asked: Asked, *, fresh: bool = False) -> Shown:
    """Run it, with a word on the page while it runs. Whatever goes wrong is in what is returned.

    `fresh` reads the log as it is now, however long the copying takes.
    """
    decision = decide(asked.sql)
    if isinstance(decision, Refused):
        sentence = f"{decision.reason} {decision.remedy}".strip()
        return Shown(asked, None, mistake=Mistake(sentence, decision.line, decision.column))
    values: dict[str, Value] = {}
    for each in asked.parameters:
        try:
            values[each.name] = read_value(each.default, each.type)
        except StorageError as error:
            return Shown(asked, None, mistake=Mistake(f"${each.name}: {error}"))
    try:
        with st.spinner("Copying what is new in the log"):
            snapshot = copies.to_read(fresh=fresh)
        with st.spinner("Running"):
            return _fetch(asked, decision, snapshot, values)
    except StorageError as error:
        place = (error.line, error.column) if isinstance(error, StatementFailed) else (None, None)
        return Shown(asked, None, mistake=Mistake(str(error), *place))


def _fetch(asked: Asked, decision: Allowed, snapshot: Snapshot, values: Mapping[str, Value]) -> Shown:
    found = fetch(decision, snapshot.path, SCREEN, values)
    return Shown(
        asked,
        snapshot,
        values,
        readable(found.table),
        truncated=found.truncated,
        notices=found.notices,
        seconds=found.seconds,
    )
