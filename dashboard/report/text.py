"""Text of people and models as a report can carry it."""

from __future__ import annotations

import re

import pyarrow as pa

from storage.spelling import printable

_JOINERS = re.compile("([\u200c\u200d])")
"""They change letters and emoji and steer nothing, so they stay as they are."""


def visible(text: str) -> str:
    r"""The text with signs that are not seen, or that turn the direction of what follows, written as escapes.

    >>> visible("a\u202eb\x00"), visible("a\nb")
    ('a\\u202eb\\x00', 'a\nb')
    """
    return "".join(part if _JOINERS.fullmatch(part) else printable(part) for part in _JOINERS.split(text))


def visible_table(table: pa.Table) -> pa.Table:
    """The same in every cell."""
    rows = [
        {key: visible(value) if isinstance(value, str) else value for key, value in row.items()} for row in table.to_pylist()
    ]
    return pa.Table.from_pylist(rows, schema=table.schema)
