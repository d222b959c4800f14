"""Rows of the views as Arrow tables, for programs: those of one run, or those that pass the filters."""

from __future__ import annotations

import pyarrow as pa

from storage.database import Database
from storage.errors import StorageError
from storage.exports.sources import VIEWS, VIEWS_OF_A_RUN, of_run, of_view
from storage.selection import Selection


def table_of_run(database: Database, view: str, run_id: str) -> pa.Table:
    """The rows of a view that belong to one run; none where there is no such run.

    Raises StorageError where the view is none of `storage.exports.sources.VIEWS_OF_A_RUN`.
    """
    if view not in VIEWS_OF_A_RUN:
        raise StorageError(
            f"There are no rows of a run in {view!r}.",
            key="view",
            value=view,
            remedy=f"Ask for one of {', '.join(VIEWS_OF_A_RUN)}.",
        )
    return _read(database, of_run(view, run_id).sql, {"run_id": run_id})


def table_of_view(database: Database, view: str, selection: Selection | None = None) -> pa.Table:
    """All rows of a view that pass the filters. Raises StorageError where there is no such view."""
    source = of_view(view, selection)
    return _read(database, source.sql, dict(source.parameters))


def _read(database: Database, sql: str, values: dict[str, object]) -> pa.Table:
    return database.read(lambda cursor: cursor.sql(sql, params=values or None).to_arrow_table())


__all__ = ["VIEWS", "VIEWS_OF_A_RUN", "table_of_run", "table_of_view"]
