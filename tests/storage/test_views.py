"""What the SQL page offers to ask: the same views, columns and macros that a statement can name."""

from __future__ import annotations

from storage.log import Log
from storage.views import macros, views


def test_every_view_is_there_with_its_columns_in_order_types_and_meanings(log: Log) -> None:
    for view in views(log.database):
        described = log.database.rows(f"DESCRIBE {view.name}")
        assert [(each.name, each.type) for each in view.columns] == [(row[0], row[1]) for row in described]
        assert view.meaning
        assert all(each.meaning for each in view.columns)
    names = [view.name for view in views(log.database)]
    assert names == sorted(names)
    assert {"answers", "predictions", "runs", "latest_answers"} <= set(names)


def test_macros_say_what_they_take_and_where_they_stand(log: Log) -> None:
    found = {each.name: each for each in macros(log.database)}
    assert found["rbo"].arguments == ("a", "b", "p")
    assert not found["rbo"].gives_rows
    assert found["selected_words"].gives_rows
    assert "depth" in found["selected_words"].arguments
    assert all(each.meaning for each in found.values())


def test_tables_are_not_offered(log: Log) -> None:
    offered = {view.name for view in views(log.database)}
    tables = {name for (name,) in log.database.rows("SELECT table_name FROM duckdb_tables()")}
    assert not offered & tables
