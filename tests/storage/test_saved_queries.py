"""Queries that people save: for everyone, under one name each, never overwritten unasked."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.database import Database
from storage.errors import StorageError
from storage.log import Log
from storage.saved_queries import (
    LONGEST_DEFAULT,
    LONGEST_NAME,
    MOST_PARAMETERS,
    NameTaken,
    Parameter,
    SavedQuery,
    delete_query,
    read_name,
    save_query,
    saved_queries,
    saved_query,
)
from storage.visitors import LONGEST_SQL, ParameterType

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


def query(name: str = "Words by day", sql: str = "SELECT $n", **more: object) -> SavedQuery:
    given = {"parameters": (Parameter("n", ParameterType.INTEGER, "5"),), "author": "Ada", "saved_at": NOON} | more
    return SavedQuery(str(uuid.uuid4()), name, sql, **given)  # type: ignore[arg-type]


def test_what_is_saved_is_there_for_the_next_process(log: Log) -> None:
    saved = save_query(
        log.database, query(parameters=tuple(Parameter(f"p{i}", kind, "x") for i, kind in enumerate(ParameterType)))
    )
    path = log.path
    log.close()
    with Database.open(path) as database:
        assert saved_query(database, "Words by day") == saved
        assert saved_queries(database) == (saved,)
        assert saved_query(database, "words by day") is None


def test_the_list_is_in_the_order_of_names(log: Log) -> None:
    for name in ("beta", "Alpha", "Émile", "alpha"):
        save_query(log.database, query(name))
    assert [each.name for each in saved_queries(log.database)] == ["Alpha", "alpha", "beta", "Émile"]


def test_a_name_is_kept_composed_and_with_single_spaces(log: Log) -> None:
    assert save_query(log.database, query("  E\u0301mile \t n ")).name == "Émile n"
    assert saved_query(log.database, "Émile n") is not None


def test_saving_the_same_twice_is_saving_once(log: Log) -> None:
    mine = query()
    first = save_query(log.database, mine)
    assert save_query(log.database, mine) == first
    assert saved_queries(log.database) == (first,)


def test_a_name_that_is_taken_is_not_overwritten_unasked(log: Log) -> None:
    first = save_query(log.database, query())
    with pytest.raises(NameTaken, match=r"“Words by day” already\. Overwrite it, or give yours another name") as refused:
        save_query(log.database, query(sql="SELECT 2"))
    assert refused.value.existing == first
    assert saved_queries(log.database) == (first,)


def test_who_agreed_to_overwrite_overwrites_what_they_saw_and_nothing_else(log: Log) -> None:
    first = save_query(log.database, query())
    second = save_query(log.database, query(sql="SELECT 2", parameters=(), author=None), over=first)
    assert saved_queries(log.database) == (second,)
    with pytest.raises(NameTaken) as refused:
        save_query(log.database, query(sql="SELECT 3"), over=first)
    assert refused.value.existing == second
    assert saved_queries(log.database) == (second,)


def test_deleting_takes_it_away_once_and_only_as_it_was_seen(log: Log) -> None:
    first = save_query(log.database, query())
    other = save_query(log.database, query("Another"))
    second = save_query(log.database, query(sql="SELECT 2"), over=first)
    with pytest.raises(NameTaken):
        delete_query(log.database, first)
    delete_query(log.database, second)
    delete_query(log.database, second)
    assert saved_queries(log.database) == (other,)
    assert save_query(log.database, query()).name == "Words by day", "the name is free again"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (query(""), "needs a name"),
        (query(" \n "), "needs a name"),
        (query("x" * (LONGEST_NAME + 1)), f"{LONGEST_NAME} are allowed"),
        (query("a\x00b"), "cannot be seen"),
        (query("a\u202eb"), "cannot be seen"),
        (query("a\ud800"), "cannot be seen"),
        (query(sql=" "), "at least one"),
        (query(sql="x" * (LONGEST_SQL + 1)), "10,001 bytes"),
        (query(sql="é" * (LONGEST_SQL // 2 + 1)), "10,002 bytes"),
        (query(sql="SELECT '\ud800'"), "no text"),
        (query(author="\ud800"), "no text"),
        (query(parameters=(Parameter("n", default="\ud800"),)), "no text"),
        (query(parameters=(Parameter("n", default="x" * (LONGEST_DEFAULT + 1)),)), r"\$n has 1,001 characters"),
        (query(parameters=tuple(Parameter(f"p{i}") for i in range(MOST_PARAMETERS + 1))), "51 parameters"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_saved_is_a_sentence_and_leaves_nothing(log: Log, wrong: SavedQuery, said: str) -> None:
    with pytest.raises(StorageError, match=said) as refused:
        save_query(log.database, wrong)
    assert str(refused.value).endswith(".")
    assert saved_queries(log.database) == ()


def test_text_of_people_is_kept_to_the_letter(log: Log) -> None:
    hostile = "'; DROP TABLE saved_query; -- <img src=x> ![a](http://192.0.2.1/b.png) **x**"
    mine = query(hostile, "SELECT '" + hostile.replace("'", "''") + "'", author=hostile)
    saved = save_query(log.database, replace(mine, parameters=(Parameter("n", default=hostile),)))
    assert (saved.name, saved.author, saved.parameters[0].default) == (hostile, hostile, hostile)
    assert saved_query(log.database, hostile) == saved


@given(st.text(max_size=LONGEST_NAME + 5))
def test_a_name_that_was_read_reads_as_itself(text: str) -> None:
    try:
        name = read_name(text)
    except StorageError:
        return
    assert read_name(name) == name
    assert 0 < len(name) <= LONGEST_NAME
