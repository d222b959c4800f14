"""Each invariant is broken on purpose, and each block is read."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from storage import samples
from storage.database import Cursor, Database
from storage.errors import LogLocked, StorageError
from storage.guard import Guard
from storage.log import Log
from storage.migrations import known_migrations
from storage.questions import SQL_FOLDER
from storage.records import Comparison, Expectation, Prompt, Refused
from storage.verification import INVARIANTS, Finding, verify
from storage.wal import wal_path
from tests.storage.damage import flip, write_and_die
from tests.storage.samples import BERT, ask, batch, run

BLOCK = 262_144
"""Bytes of a block of DuckDB."""

BREAKS = {
    # What a schema without foreign keys lets a careless writer do; each statement breaks one invariant.
    "agreement_order": "CREATE OR REPLACE TABLE agreement AS SELECT * REPLACE (checkpoint_b AS checkpoint_a, checkpoint_a AS"
    " checkpoint_b) FROM agreement",
    "agreement_range": "UPDATE agreement SET jsd_shared = 1.5",
    "agreement_without_answer": "UPDATE agreement SET mask_index = mask_index + 7",
    "answer_depth": "UPDATE answer SET depth = depth + 1 WHERE answer_id = 1",
    "answer_figures": "UPDATE answer SET entropy = -0.5 WHERE answer_id = 1",
    "answer_mask": "UPDATE answer SET mask_index = 9 WHERE answer_id = 1",
    "answer_top_word": "UPDATE answer SET top_logprob = top_logprob - 1 WHERE answer_id = 1",
    "answer_without_ask": "DELETE FROM ask WHERE answer_id = 1",
    "answer_without_checkpoint": "DELETE FROM checkpoint WHERE checkpoint_id = 2",
    "answer_without_prompt": "DELETE FROM prompt WHERE prompt_id = 2",
    "ask_latency": "UPDATE ask SET latency_ms = NULL",
    "ask_without_answer": "DELETE FROM answer WHERE answer_id = 1",
    "ask_without_run": "UPDATE ask SET run_id = uuid() WHERE answer_id = 1",
    "candidate_target": "UPDATE candidate SET word_id = 99999",
    "drift_target": "INSERT INTO drift VALUES (uuid(), 1, 1, 5, 5, 0.0, 0)",
    "expectation_target": "UPDATE expectation SET mask_index = 5",
    "filling_slots": "UPDATE filling SET slots = slots[:1]",
    "filling_target": "UPDATE filling SET prompt_id = prompt_id + 900",
    "mark_target": "INSERT INTO tag VALUES (uuid(), NULL, 999, 'gone', NULL, now()::TIMESTAMP)",
    "pending_position": "INSERT INTO pending SELECT run_id, 1, 1, 'a [MASK].', [], [], NULL FROM run, range(2)"
    " WHERE kind = 'batch'",
    "pending_target": "INSERT INTO pending VALUES (uuid(), 1, 1, 'a [MASK].', [], [], NULL)",
    "piece_without_word": "UPDATE piece SET word_id = 99999 WHERE piece_id = 1",
    "prediction_mass": "UPDATE prediction SET logprob = -0.01 * rank WHERE answer_id = 1",
    "prediction_order": "UPDATE prediction SET logprob = -9 WHERE answer_id = 1 AND rank = 2",
    "prediction_ranks": "UPDATE prediction SET rank = 3 WHERE answer_id = 1 AND rank = 2",
    "prediction_scores": "UPDATE prediction SET logprob = 'nan' WHERE answer_id = 1 AND rank = 5",
    "prediction_tokenizer": "UPDATE piece SET tokenizer_sha256 = 'another' WHERE piece_id = 1",
    "prediction_without_answer": "INSERT INTO prediction SELECT 99999, 1, piece_id, word_id, logprob FROM prediction LIMIT 1",
    "prediction_without_piece": "DELETE FROM piece WHERE piece_id = 1",
    "prediction_word": "UPDATE prediction SET word_id = word_id + 1 WHERE answer_id = 1 AND rank = 2",
    "prompt_mask_count": "UPDATE prompt SET mask_count = mask_count + 1 WHERE prompt_id = 1",
    "prompt_sha256": "UPDATE prompt SET text = text || '!' WHERE prompt_id = 1",
    "refused_without_run": "UPDATE refused SET run_id = uuid()",
    "run_end": "UPDATE run SET finished_at = started_at - INTERVAL 1 HOUR",
    "run_kind": "UPDATE run SET kind = 'wish'",
    "sequence_behind": "INSERT INTO word VALUES (99999, 'beyond the sequence')",
    "vocabulary_size": "UPDATE tokenizer SET words = words + 1",
    "vocabulary_target": "UPDATE vocabulary SET word_id = 99999 WHERE stands_alone",
}


def fill(log: Log) -> None:
    """Something of everything that a log keeps."""
    samples.add(log.database)
    first, second = "The capital of France is [MASK].", "A [MASK] and a [MASK]."
    log.append(ask(first, number=1, candidates=["paris"]))
    log.append(ask(second, number=2))
    expected = Expectation(Prompt(first), 0, "paris")
    log.append(Comparison(run=run(3), expectations=(expected,), refused=(Refused("no mask", "There is no [MASK]."),)))
    log.append(batch([f"Row {row} is [MASK]." for row in range(20)], number=4))
    log.keep_vocabulary(BERT.tokenizer_sha256, lambda: {"paris": True, "##ing": False})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "log.duckdb"
    with Log.open(path) as log:
        fill(log)
    return path


@pytest.fixture
def filled(made: Path, tmp_path: Path) -> Path:
    """A closed log of everything, to be broken."""
    return Path(shutil.copy(made, tmp_path / "log.duckdb"))


def names(findings: tuple[Finding, ...]) -> set[str]:
    return {each.name for each in findings}


def test_a_log_of_everything_is_whole_and_stays_as_it_is(filled: Path) -> None:
    before = hashlib.sha256(filled.read_bytes()).digest()
    assert verify(filled) == ()
    assert hashlib.sha256(filled.read_bytes()).digest() == before
    assert not wal_path(filled).exists()


def test_a_log_that_this_process_has_open_is_verified_too(filled: Path) -> None:
    with Log.open(filled) as log:
        log.append(ask("Written a moment ago [MASK].", number=9))
        assert verify(filled) == ()
        log.database.write(lambda cursor: cursor.execute(BREAKS["vocabulary_size"]))
        assert names(verify(filled)) == {"vocabulary_size"}


def test_what_is_in_the_wal_alone_is_verified(tmp_path: Path) -> None:
    path = tmp_path / "log.duckdb"
    write_and_die(path, 3)
    before = wal_path(path).read_bytes()
    assert verify(path) == ()
    assert wal_path(path).read_bytes() == before


def test_every_invariant_is_broken_here() -> None:
    assert set(BREAKS) == set(INVARIANTS)


@pytest.mark.parametrize("name", sorted(BREAKS))
def test_a_broken_invariant_is_found(filled: Path, name: str) -> None:
    with duckdb.connect(str(filled)) as connection:
        connection.execute(BREAKS[name])
    findings = verify(filled)
    found = next((each for each in findings if each.name == name), None)
    assert found is not None, names(findings)
    assert found.n > 0
    assert found.examples
    assert not found.is_damage
    said = found.in_words()
    assert said.startswith("Which ")
    assert f"? {found.n:,}, such as " in said


def test_every_invariant_opens_with_its_question() -> None:
    for file in (SQL_FOLDER / "invariants").glob("*.sql"):
        assert file.read_text("utf-8").startswith("-- Which "), file.name
        assert file.read_text("utf-8").splitlines()[0].endswith("?"), file.name


def test_a_key_that_is_there_twice_is_found(filled: Path) -> None:
    """A key without its index, as if the index had let a second row in."""

    def rewrite(cursor: Cursor) -> None:
        cursor.execute("CREATE TABLE copy AS FROM word UNION ALL (FROM word LIMIT 2)")
        cursor.execute("ALTER TABLE copy ADD COLUMN again VARCHAR")

    with Database.open(filled) as database:
        database.write(rewrite)
    from storage.verification import _key

    with duckdb.connect(str(filled)) as connection:
        (finding,) = _key(connection, "copy", ["word_id"])
        assert finding.n == 2
        assert finding.is_damage
        assert _key(connection, "word", ["word_id"]) == []


def test_every_damaged_block_of_the_rows_is_found(filled: Path) -> None:
    content = filled.read_bytes()
    blocks = range(12_288, len(content) - BLOCK + 1, BLOCK)
    with duckdb.connect(str(filled), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        of_rows = {
            block
            for table in tables
            for (block,) in connection.execute("SELECT DISTINCT block_id FROM pragma_storage_info($1)", [table]).fetchall()
            if block is not None and block >= 0
        }
    assert len(of_rows) > 5
    for number, start in enumerate(blocks):
        if number in of_rows:
            flip(filled, start + 1000)
            findings = verify(filled)
            assert "blocks" in names(findings), number
            assert all(each.is_damage for each in findings)
            filled.write_bytes(content)


@pytest.mark.parametrize("position", [3, 4100, 8200, 12_300])
def test_a_damaged_header_is_found(filled: Path, position: int) -> None:
    flip(filled, position)
    findings = verify(filled)
    assert findings
    assert findings[0].is_damage


def test_a_damaged_wal_is_found(tmp_path: Path) -> None:
    path = tmp_path / "log.duckdb"
    ends = write_and_die(path, 3)
    flip(wal_path(path), ends[0] + 6)
    (finding,) = verify(path)
    assert finding.name == "wal"
    assert f"byte {ends[0]:,}" in finding.in_words()
    flip(wal_path(path), ends[0] + 6)
    flip(wal_path(path), ends[0] + 40)
    (finding,) = verify(path)
    assert finding.name == "wal"


def test_an_older_log_is_no_damage(filled: Path) -> None:
    last = known_migrations()[-1].name
    with duckdb.connect(str(filled)) as connection:
        connection.execute("DELETE FROM schema_migration WHERE name = $1", [last])
    (finding,) = verify(filled)
    assert finding.harmless
    assert last in finding.in_words()


def test_a_newer_log_and_a_file_of_something_else_are_said(filled: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(filled)) as connection:
        connection.execute("INSERT INTO schema_migration VALUES ('9999_later', now()::TIMESTAMP, 'x')")
    (finding,) = verify(filled)
    assert finding.is_damage
    assert "another version" in finding.in_words()
    other = tmp_path / "sales.duckdb"
    with duckdb.connect(str(other)) as connection:
        connection.execute("CREATE TABLE sale AS SELECT 1 AS price")
    (finding,) = verify(other)
    assert "is no log" in finding.in_words()
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    assert verify(empty)[0].in_words() == "The file holds no log."
    with pytest.raises(StorageError, match="There is no log at"):
        verify(tmp_path / "none.duckdb")


def test_a_log_in_other_hands_is_said(filled: Path, other_process: Callable[[Path], None]) -> None:
    other_process(filled)
    with pytest.raises(LogLocked):
        verify(filled)
    with pytest.raises(LogLocked):
        Guard.acquire(filled)
