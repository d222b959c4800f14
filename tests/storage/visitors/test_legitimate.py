"""What an analyst asks is answered, on the code path of the SQL page: check, copy of the log, worker."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from storage.database import Database
from storage.output import records
from storage.snapshots import Snapshots
from storage.visitors import SCREEN, Allowed, Refused, Value, decide, fetch, parameters_of
from storage.visitors import Answer as Fetched
from tests.storage.visitors.legitimate_statements import DESCRIBING, LEGITIMATE, PARAMETERS, Answer, small_log

PATIENT = replace(SCREEN, seconds=30)
"""These are over at once, also where two cores have much to do."""


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the small log, taken while the log is open."""
    with Database.open(tmp_path_factory.mktemp("small") / "log.duckdb") as database, Snapshots(database) as snapshots:
        small_log(database)
        yield snapshots.current().path


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement that is being answered."""

    decision: Allowed | Refused
    names: tuple[str, ...]
    """Its placeholders."""
    answer: Fetched


def ask(sql: str, snapshot: Path, parameters: dict[str, Value]) -> Asked:
    decision = decide(sql, parameters)
    return Asked(decision, parameters_of(sql), fetch(decision, snapshot, PATIENT, parameters))


@pytest.fixture(scope="module")
def asked(snapshot: Path, request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Asked]]]:
    """All statements that the tests of this run want, answered two at a time."""
    wanted = {item.name.partition("[")[2].removesuffix("]") for item in request.session.items}
    every: list[tuple[str, str, dict[str, Value]]] = [
        *((name, sql, {}) for name, sql, _ in LEGITIMATE),
        *((name, sql, {}) for name, sql, *_ in DESCRIBING),
        *((name, sql, values) for name, sql, values, _ in PARAMETERS),
    ]
    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(ask, sql, snapshot, values) for name, sql, values in every if name in wanted}


def rows(asked: Asked, sql: str) -> Answer:
    assert asked.decision == Allowed(sql)
    assert not asked.answer.truncated
    assert asked.answer.notices == ()
    return [row for batch in asked.answer.table.to_batches() for row in records(batch)]


def same(one: object, other: object) -> bool:
    """Equal, floats to nine digits: sums come in any order."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def test_there_are_sixty_and_none_twice() -> None:
    every = [*(row[:2] for row in LEGITIMATE), *(row[:2] for row in DESCRIBING), *(row[:2] for row in PARAMETERS)]
    assert len(every) >= 60
    assert len({name for name, _ in every}) == len({sql for _, sql in every}) == len(every)


@pytest.mark.parametrize(("name", "sql", "expected"), LEGITIMATE, ids=[row[0] for row in LEGITIMATE])
def test_a_question_is_answered(asked: dict[str, Future[Asked]], name: str, sql: str, expected: Answer) -> None:
    answer = rows(asked[name].result(), sql)
    assert same(answer, expected), answer


@pytest.mark.parametrize(("name", "sql", "names", "count", "cell"), DESCRIBING, ids=[row[0] for row in DESCRIBING])
def test_a_description_is_given(
    asked: dict[str, Future[Asked]], name: str, sql: str, names: tuple[str, ...], count: int | None, cell: str
) -> None:
    described = asked[name].result()
    assert tuple(described.answer.table.column_names) == names
    answer = rows(described, sql)
    assert count in (None, len(answer))
    assert any(cell in str(value) for row in answer for value in row)


@pytest.mark.parametrize(("name", "sql", "values", "expected"), PARAMETERS, ids=[row[0] for row in PARAMETERS])
def test_a_question_with_values_is_answered(
    asked: dict[str, Future[Asked]], name: str, sql: str, values: dict[str, Value], expected: Answer
) -> None:
    answered = asked[name].result()
    assert set(answered.names) == set(values)
    assert same(rows(answered, sql), expected), answered
