"""What the rows of an archive have to keep to before they are the log's."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from storage.database import Cursor
from storage.errors import StorageError
from storage.questions import question
from storage.saved_queries import LONGEST_DEFAULT, LONGEST_NAME, MOST_PARAMETERS, read_name
from storage.verification import INVARIANTS
from storage.visitors import LONGEST_SQL, ParameterType

GREATEST_KEY = 2**62
"""A key beyond it would leave the log's sequences without room."""


def keys_out_of_range(cursor: Cursor) -> str | None:
    """The first table of the archive with a key that is negative or too great."""
    found = cursor.execute(question("merge/checks/keys"), {"greatest": GREATEST_KEY}).fetchone()
    return None if found is None else str(found[0])


def broken_rules(cursor: Cursor, rules: Iterable[str] = INVARIANTS) -> dict[str, int]:
    """How many rows break each of these rules, by its name; only those that are broken. What the transaction wrote counts."""
    counts = {rule: len(cursor.sql(question(f"invariants/{rule}"))) for rule in rules}
    return {rule: n for rule, n in counts.items() if n}


def readable_queries(rows: ds.Dataset) -> pa.Table:
    """The saved queries that the page SQL can open; others are left out."""
    table = rows.to_table()
    return table.filter(pa.array([_is_readable(row) for row in table.to_pylist()], pa.bool_()))


def _is_readable(row: dict[str, Any]) -> bool:
    try:
        parameters = json.loads(row["parameters"])
        named = read_name(row["name"]) == row["name"] and len(row["name"]) <= LONGEST_NAME
        size = len(row["sql"].encode("utf-8"))
        return (
            named
            and 0 < size <= LONGEST_SQL
            and isinstance(parameters, list)
            and len(parameters) <= MOST_PARAMETERS
            and all(_is_parameter(each) for each in parameters)
        )
    except (ValueError, TypeError, AttributeError, RecursionError, StorageError):
        return False


def _is_parameter(given: object) -> bool:
    return (
        isinstance(given, dict)
        and given.keys() == {"name", "type", "default"}
        and all(isinstance(each, str) for each in given.values())
        and given["type"] in set(ParameterType)
        and len(given["default"]) <= LONGEST_DEFAULT
    )
