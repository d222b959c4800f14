"""From empty to today, and no further than this version knows."""

from __future__ import annotations

import math
from pathlib import Path

import duckdb
import pytest

from storage.database import Database
from storage.errors import NewerLog
from storage.migrations import SCHEMA_FOLDER, known_migrations, migrate

TABLES = sorted(
    {"checkpoint", "prompt", "run", "word", "piece", "answer", "prediction", "ask", "expectation", "candidate", "agreement"}
    | {"filling", "refused", "tag", "star", "note", "saved_query", "schema_migration", "setting"}
    | {"drift", "tokenizer", "vocabulary", "pending"}
)


# One answer, as every version of the schema takes it.
ROWS = """
INSERT INTO checkpoint VALUES (1, 'bert-x', 'bert', 'hub', 'r', 'w', 't', 1, 1, '2026-01-01');
INSERT INTO prompt VALUES (1, 'A [MASK].', 1, 'p', '2026-01-01');
INSERT INTO run VALUES ('018cc251-f400-7000-8000-000000000009', 'ask', NULL, NULL, '2026-01-01', NULL, 'complete', '{}', '{}');
INSERT INTO word VALUES (1, 'cat');
INSERT INTO piece VALUES (1, 't', 1, 'cat', 1, true);
INSERT INTO answer VALUES (1, 1, 0, 1, '2026-01-01', 1, 1, -0.5, 1.0, 0.5, 0.1, 0.9);
INSERT INTO prediction VALUES (1, 1, 1, 1, -0.5);
INSERT INTO ask VALUES ('018cc251-f400-7000-8000-000000000009', 1, 0, 0, '2026-01-01', 12.5, false);
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "log.duckdb"
    Database.open(path).close()
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The steps of this version, to be added to."""
    folder = tmp_path / "schema"
    folder.mkdir()
    for step in known_migrations():
        (folder / f"{step.name}.sql").write_text(step.sql)
    return folder


def tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall()]


def test_an_empty_file_gets_every_table_and_the_record_of_every_step(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        assert tables(connection) == TABLES
        applied = connection.execute("SELECT name, sha256 FROM schema_migration ORDER BY name").fetchall()
    assert applied == [(step.name, step.sha256) for step in known_migrations()]


def test_a_second_start_applies_nothing(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        assert migrate(connection, path) == ()


def test_steps_are_numbered_without_a_gap() -> None:
    numbers = [int(step.name[:4]) for step in known_migrations()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(list(SCHEMA_FOLDER.iterdir())) == len(numbers)


def test_a_later_step_is_applied_once(path: Path, folder: Path) -> None:
    (folder / "0999_later.sql").write_text("CREATE TABLE later (i INTEGER); INSERT INTO later VALUES (1);")
    with duckdb.connect(str(path)) as connection:
        assert migrate(connection, path, folder) == ("0999_later",)
        assert migrate(connection, path, folder) == ()
        assert connection.execute("FROM later").fetchall() == [(1,)]


def test_a_step_that_fails_leaves_neither_its_tables_nor_its_record(path: Path, folder: Path) -> None:
    (folder / "0999_broken.sql").write_text("CREATE TABLE half (i INTEGER); INSERT INTO half VALUES ('no number');")
    with duckdb.connect(str(path)) as connection:
        with pytest.raises(duckdb.ConversionException):
            migrate(connection, path, folder)
        assert tables(connection) == TABLES
        assert connection.execute("SELECT count(*) FROM schema_migration WHERE name LIKE '0999%'").fetchall() == [(0,)]


def test_a_log_of_any_earlier_version_becomes_one_of_today_and_keeps_its_rows(tmp_path: Path) -> None:
    steps = known_migrations()
    for done in range(1, len(steps) + 1):
        path = tmp_path / f"after_{done}.duckdb"
        earlier = tmp_path / f"schema_{done}"
        earlier.mkdir()
        for step in steps[:done]:
            (earlier / f"{step.name}.sql").write_text(step.sql)
        with duckdb.connect(str(path)) as connection:
            migrate(connection, path, earlier)
            connection.execute(ROWS)
        with Database.open(path) as database:
            assert database.rows("SELECT name FROM schema_migration ORDER BY name") == [(step.name,) for step in steps]
            assert database.rows("SELECT prediction.logprob, ask.latency_ms FROM prediction JOIN ask USING (answer_id)") == [
                (-0.5, 12.5)
            ]
            assert database.rows("SELECT word, score FROM predictions") == [("cat", pytest.approx(math.exp(-0.5)))]
            assert database.rows("SELECT top_word, latency_ms FROM asks") == [("cat", 12.5)]


def test_what_is_not_known_of_an_import_may_be_missing(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(ROWS.replace("-0.5", "NULL").replace("12.5", "NULL"))
        assert connection.execute("SELECT word, logprob, score FROM predictions").fetchall() == [("cat", None, None)]
        assert connection.execute("SELECT latency_ms FROM asks").fetchall() == [(None,)]


def test_a_log_of_a_newer_version_is_refused_and_left_as_it_is(path: Path, folder: Path) -> None:
    (folder / "0999_newer.sql").write_text("CREATE TABLE newer (i INTEGER);")
    with duckdb.connect(str(path)) as connection:
        migrate(connection, path, folder)
    before = path.read_bytes()
    with pytest.raises(NewerLog, match=r"0999_newer is unknown here.*Start it with the newest Maskboard"):
        Database.open(path)
    assert path.read_bytes() == before


def test_a_step_that_was_edited_after_it_was_applied_is_refused(path: Path, folder: Path) -> None:
    first = sorted(folder.iterdir())[0]
    first.write_text(first.read_text() + "-- an afterthought\n")
    with duckdb.connect(str(path)) as connection, pytest.raises(NewerLog, match=f"{first.stem} differs from ours"):
        migrate(connection, path, folder)
