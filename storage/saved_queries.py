"""Queries that people saved under a name, for everyone who works with this log."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from storage.database import Cursor, Database, Row
from storage.errors import StorageError
from storage.log import naive_utc
from storage.questions import question
from storage.visitors import LONGEST_SQL, ParameterType

LONGEST_NAME = 80
"""Characters of a name."""
LONGEST_DEFAULT = 1_000
"""Characters of a parameter's default."""
MOST_PARAMETERS = 50


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a query leaves open."""

    name: str
    """As in the statement, without its `$`."""
    type: ParameterType = ParameterType.TEXT
    default: str = ""
    """As a person types it; empty where there is none."""


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A statement with a name."""

    saved_query_id: str
    """A UUID made by whoever saved it, so that saving may be repeated safely."""
    name: str
    sql: str
    saved_at: datetime
    """When it was saved last; UTC, with its zone."""
    parameters: tuple[Parameter, ...] = ()
    """In the order of the statement."""
    author: str | None = None
    """Who saved it last, where they told."""


class NameTaken(StorageError):
    """Another query has the name, or the query has been changed since it was read."""

    def __init__(self, existing: SavedQuery) -> None:
        super().__init__(
            f"There is a saved query “{existing.name}” already.",
            key="name",
            value=existing.name,
            remedy="Overwrite it, or give yours another name.",
        )
        self.existing = existing
        """The query as it is in the log now."""


def saved_queries(database: Database) -> tuple[SavedQuery, ...]:
    """All of them, by name."""
    return tuple(_query(row) for row in database.rows(question("saved_queries")))


def saved_query(database: Database, name: str) -> SavedQuery | None:
    """The one of that name."""
    return database.read(lambda cursor: _find(cursor, name))


def save_query(database: Database, query: SavedQuery, *, over: SavedQuery | None = None) -> SavedQuery:
    """Keep a query for everyone; what was kept, with its name as it is spelled now. Saving the same again changes nothing.

    Args:
        database: the log.
        query: its `saved_at` is the moment of saving.
        over: the query as the person saw it who agreed to overwrite it.

    Raises NameTaken where a query of that name is there that is not `over`, and StorageError where the name is none or
    something in the query is too long.
    """
    query = _checked(query)
    row = {
        "id": query.saved_query_id,
        "name": query.name,
        "sql": query.sql,
        "parameters": json.dumps([asdict(each) for each in query.parameters], ensure_ascii=False),
        "author": query.author,
        "saved_at": naive_utc(query.saved_at),
    }

    def write(cursor: Cursor) -> None:
        known = _find(cursor, query.name)
        if known == query:
            return
        if known is None:
            cursor.execute("INSERT INTO saved_query VALUES ($id, $name, $sql, $parameters, $author, $saved_at)", row)
        elif known == over:
            cursor.execute(
                "UPDATE saved_query SET saved_query_id = $id, sql = $sql, parameters = $parameters, author = $author,"
                " created_at = $saved_at WHERE name = $name",
                row,
            )
        else:
            raise NameTaken(known)

    database.write(write)
    return query


def delete_query(database: Database, query: SavedQuery) -> None:
    """Take it away for everyone. One that has gone already is no error; one that was changed since raises NameTaken."""

    def write(cursor: Cursor) -> None:
        known = _find(cursor, query.name)
        if known is not None and known != query:
            raise NameTaken(known)
        cursor.execute("DELETE FROM saved_query WHERE saved_query_id = $id", {"id": query.saved_query_id})

    database.write(write)


def read_name(text: str) -> str:
    """A name as it is kept: composed, with single spaces. Raises StorageError where it is none.

    >>> read_name("  Words   by day ")
    'Words by day'
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise StorageError("A saved query needs a name.", key="name", remedy="Type one, such as “words by day”.")
    if len(name) > LONGEST_NAME:
        raise StorageError(
            f"The name has {len(name)} characters and {LONGEST_NAME} are allowed.", key="name", remedy="Shorten it."
        )
    if any(unicodedata.category(character) in _NO_TEXT for character in name):
        raise StorageError("The name holds a character that cannot be seen.", key="name", remedy="Type it again.")
    return name


_NO_TEXT = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
"""Categories of characters that control, direct or stand for nothing."""


def _checked(query: SavedQuery) -> SavedQuery:
    try:
        size = len(query.sql.encode("utf-8"))
        for text in (query.author or "", *(each.name + each.default for each in query.parameters)):
            text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise StorageError("The query holds a character that is no text.", key="sql", remedy="Type it again.") from error
    if not query.sql.strip() or size > LONGEST_SQL:
        raise StorageError(
            f"The statement has {size:,} bytes; a saved query has at least one and at most {LONGEST_SQL:,}.",
            key="sql",
            remedy="Shorten it." if size else "Type a statement.",
        )
    if len(query.parameters) > MOST_PARAMETERS:
        raise StorageError(
            f"The query has {len(query.parameters)} parameters and {MOST_PARAMETERS} are allowed.",
            key="parameters",
            remedy="Write some of the values into the statement.",
        )
    for each in query.parameters:
        if len(each.default) > LONGEST_DEFAULT:
            raise StorageError(
                f"The value of ${each.name} has {len(each.default):,} characters and {LONGEST_DEFAULT:,} can be saved.",
                key=each.name,
                remedy="Shorten it.",
            )
    # The log keeps microseconds and no zone; so does what is handed back, so that it compares with what is read later.
    return SavedQuery(
        query.saved_query_id, read_name(query.name), query.sql, query.saved_at.astimezone(UTC), query.parameters, query.author
    )


def _find(cursor: Cursor, name: str) -> SavedQuery | None:
    row = cursor.execute(question("saved_query"), {"name": name}).fetchone()
    return None if row is None else _query(row)


def _query(row: Row) -> SavedQuery:
    saved_query_id, name, sql, parameters, author, saved_at = row
    return SavedQuery(str(saved_query_id), name, sql, saved_at.replace(tzinfo=UTC), _parameters(parameters), author)


def _parameters(text: str) -> tuple[Parameter, ...]:
    found: Sequence[dict[str, str]] = json.loads(text)
    return tuple(Parameter(each["name"], ParameterType(each["type"]), each["default"]) for each in found)
