"""SQL that a program sends: the process, the limits and the copy of the log are those of the page SQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError, WithJsonSchema
from starlette.requests import Request
from starlette.responses import Response

from dashboard.api.description import refusals
from dashboard.api.fields import Body, Said, Text
from dashboard.api.json_response import json_response
from dashboard.api.problems import BUSY, REFUSED, Problem
from dashboard.api.reach import rooms, the_copies
from storage.cells import values
from storage.output import plain
from storage.visitors import SCREEN, Answer, ParameterType, Refused, Value, decide, fetch, read_value

router = APIRouter(tags=["Reading"])


class Typed(Body):
    """A value as a person types it on the page SQL."""

    type: Annotated[ParameterType, Field(strict=False)]
    value: Text


def _checked(given: object) -> object:
    """One sentence for whatever is no value, where a union would give one for each of its members."""
    if given is None or isinstance(given, bool | int | float):
        return given
    if isinstance(given, str):
        return _text.validate_python(given)
    if isinstance(given, dict):
        try:
            return Typed.model_validate(given)
        except ValidationError:
            pass
    raise ValueError(f"is no value: {_FORMS}")


_text = TypeAdapter(Text)
_FORMS = 'a text, a number, true, false, null, or such as {"type": "date", "value": "2026-03-07"}'
ValueGiven = Annotated[
    Any,
    AfterValidator(_checked),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["string", "number", "boolean", "null"]},
                {
                    "type": "object",
                    "properties": {"type": {"enum": [str(kind) for kind in ParameterType]}, "value": {"type": "string"}},
                    "required": ["type", "value"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class QueryBody(Body):
    """One statement."""

    sql: Text
    """One SELECT, at most 10,000 bytes, in DuckDB's dialect. docs/storage.md describes the views."""
    parameters: dict[Text, ValueGiven] = Field(default_factory=dict)
    """A value for each `$name` of the statement; a day as {"type": "date", "value": "2026-03-07"}."""
    fresh: bool = False
    """Whether the log is copied anew first, where that takes long; else the newest copy is read."""


class ColumnSaid(Said):
    """One column of an answer."""

    name: str
    type: str
    """As Arrow names it, such as `string` or `double`."""


class CopySaid(Said):
    """The copy of the log that was read."""

    taken_at: str
    """ISO 8601, UTC."""
    age_seconds: float
    is_behind: bool
    """Whether the log has changed since."""


class QuerySaid(Said):
    """The answer to a statement."""

    columns: list[ColumnSaid]
    rows: list[list[Any]]
    """A list for each row, in the order of the columns; at most 10,000 of them."""
    truncated: bool
    """Whether there are more rows than these."""
    notice: str | None
    """A sentence about the limit that cut them; null where none did."""
    seconds: float
    copy_: Annotated[CopySaid, Field(alias="copy")]


@router.post(
    "/queries",
    summary="Ask the history anything in SQL",
    response_model=QuerySaid,
    responses=refusals(REFUSED, BUSY),
    openapi_extra={
        "x-example": {
            "body": {
                "sql": "SELECT checkpoint, word, score FROM predictions WHERE rank = 1 LIMIT $most",
                "parameters": {"most": 3},
            }
        }
    },
)
async def query(body: QueryBody, request: Request) -> Response:
    """Runs one statement that only reads, in a process of its own on a copy of the log, for at most 5 s."""

    def work() -> Response:
        decision = decide(body.sql)
        if isinstance(decision, Refused):
            place = {} if decision.line is None else {"line": decision.line, "column": decision.column}
            raise Problem(REFUSED, f"{decision.reason} {decision.remedy}".strip(), more=place)
        given = {name: _value(value) for name, value in body.parameters.items()}
        copies = the_copies()
        snapshot = copies.to_read(fresh=body.fresh)
        found = fetch(decision, snapshot.path, SCREEN, given)
        return json_response(
            {
                "columns": [{"name": column.name, "type": str(column.type)} for column in found.table.schema],
                "rows": _rows(found),
                "truncated": found.truncated,
                "notice": _notice(found),
                "seconds": round(found.seconds, 4),
                "copy": {
                    "taken_at": snapshot.taken_at.astimezone(UTC).isoformat(timespec="milliseconds"),
                    "age_seconds": round((datetime.now(UTC) - snapshot.taken_at).total_seconds(), 3),
                    "is_behind": copies.is_behind(snapshot),
                },
            }
        )

    return await rooms(request).queries.run(work)


def _value(given: str | int | float | bool | Typed | None) -> Value:
    """As a value of the page SQL, whose limits count here too. Raises `QueryRefused`."""
    match given:
        case None | bool():
            return given
        case int():
            return read_value(str(given), ParameterType.INTEGER)
        case float():
            return read_value(repr(given), ParameterType.NUMBER)
        case Typed():
            return read_value(given.value, given.type)
    return read_value(given, ParameterType.TEXT)


def _rows(found: Answer) -> list[list[object]]:
    columns = [[plain(cell) for cell in values(column)] for batch in found.table.to_batches() for column in batch.columns]
    width = max(found.table.num_columns, 1)
    return [list(row) for start in range(0, len(columns), width) for row in zip(*columns[start : start + width], strict=True)]


def _notice(found: Answer) -> str | None:
    """The page says that Export has the others; here they come from another statement."""
    if not found.truncated:
        return None
    rows = found.table.num_rows
    return f"The first {rows:,} rows. There may be more: ask for less, or page with ORDER BY, LIMIT and OFFSET."
