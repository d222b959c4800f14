"""All rows of a view, streamed as they are read: the statements, the filters and the limits of the pages' Export."""

from __future__ import annotations

import asyncio
import threading
from enum import StrEnum
from typing import IO, Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AfterValidator
from starlette.requests import Request
from starlette.responses import Response

from dashboard.api.description import refusals
from dashboard.api.fields import Text
from dashboard.api.filters import Filters
from dashboard.api.problems import BUSY, NOT_FOUND, REFUSED
from dashboard.api.reach import rooms, the_copies
from dashboard.api.stream import ClientGone, Stream, StreamedResponse
from storage.exports import VIEWS, export_into, file_name, of_view
from storage.output import Format

router = APIRouter(tags=["Reading"])


def _known(view: str) -> str:
    if view not in VIEWS:
        raise ValueError(f"The views are {', '.join(VIEWS)}")
    return view


ExportView = Annotated[str, AfterValidator(_known), Path(json_schema_extra={"enum": list(VIEWS)})]


class ExportFormat(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
}


class ExportAsked(Filters):
    """Which rows, and how they are written."""

    format: ExportFormat = ExportFormat.CSV
    """A Parquet file holds its manifest in its metadata; JSON is one array of objects."""
    raw: bool = False
    """Of CSV: cells as they are, and no byte order mark. Else a text that a spreadsheet would run gets a ' in front."""
    where: Text | None = None
    """An SQL expression that is true of the rows wanted. An ORDER BY and a LIMIT may end it."""


@router.get(
    "/exports/{view}",
    summary="All rows of a view",
    response_class=Response,
    responses={
        200: {
            "description": "The rows, however many. An answer that ends before its last piece has failed midway.",
            "content": {media_type.partition(";")[0]: {} for media_type in MEDIA_TYPES.values()},
        },
        **refusals(NOT_FOUND, REFUSED, BUSY, body=False),
    },
    openapi_extra={
        "x-example": {"path": "/exports/predictions?checkpoint=bert-mini&format=parquet", "out": "predictions.parquet"}
    },
)
async def export(view: ExportView, asked: Annotated[ExportAsked, Query()], request: Request) -> Response:
    """Streams every row that passes the filters from a copy of the log of this moment, in memory that does not grow.

    docs/storage.md describes the views and their columns.
    """
    source = of_view(view, asked.selection(), asked.where)
    loop, places = asyncio.get_running_loop(), rooms(request).exports
    stream = Stream(loop)

    def write(out: IO[bytes]) -> None:
        snapshot = the_copies().to_read(fresh=True)
        export_into(source, snapshot, Format(asked.format), out, raw=asked.raw, stop=stream.stop)

    def work() -> None:
        try:
            stream.fill(write)
        finally:
            places.give_back()

    places.take()
    threading.Thread(target=work, name="api-export", daemon=True).start()
    try:
        first = await stream.first(request)
    except ClientGone:
        return Response(status_code=204)  # to nobody
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{file_name(source.stem, asked.format)}"',
        # Packing on the way would take the time that the rows want.
        "Content-Encoding": "identity",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamedResponse(stream, first, headers, MEDIA_TYPES[asked.format])
