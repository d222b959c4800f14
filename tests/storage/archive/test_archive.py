"""The whole log out, and in again: into an empty log row for row, into another one without doubling or losing anything."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.archive import Contents, Merged, is_archive, merge, unpacked, write_archive
from storage.archive.contents import MANIFEST, TABLES, member
from storage.errors import StorageError
from storage.log import Log
from storage.migrations import known_migrations
from storage.verification import verify
from tests.conftest import ROOT
from tests.storage.archive.histories import DEEP, QUERY_ID, Table, everything, facts, fill, fill_other
from tests.storage.samples import BERT, answer, ask


@dataclass(frozen=True, slots=True)
class Original:
    """A log that was archived."""

    archive: Path
    everything: dict[str, Table]
    facts: dict[str, Table]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """A log that holds something of everything."""
    folder = tmp_path_factory.mktemp("original")
    with Log.open(folder / "log.duckdb") as log:
        fill(log)
        write_archive(log.database, folder / "log.zip")
        return Original(folder / "log.zip", everything(log), facts(log))


@pytest.fixture
def archive(original: Original) -> Path:
    return original.archive


@pytest.fixture
def first(archive: Path, tmp_path: Path) -> Iterator[Log]:
    """Another log with the same in it."""
    with Log.open(tmp_path / "first" / "log.duckdb") as log:
        bring(archive, log)
        yield log


def bring(archive: Path, log: Log) -> Merged:
    with unpacked(archive, log.path.parent) as found:
        return merge(log.database, found)


def test_every_table_goes_into_an_archive(log: Log) -> None:
    tables = {name for (name,) in log.database.rows("SELECT table_name FROM duckdb_tables()")}
    assert set(TABLES) == tables - {"schema_migration"}


def test_an_empty_log_becomes_the_same_row_for_row(original: Original, log: Log) -> None:
    assert [name for name, rows in original.everything.items() if not rows] == []
    bring(original.archive, log)
    found = everything(log)
    assert found.keys() == original.everything.keys()
    for name, rows in original.everything.items():
        assert found[name] == rows, name


def test_the_log_goes_on_with_keys_of_its_own(archive: Path, log: Log) -> None:
    bring(archive, log)
    log.append(ask("Something [MASK].", number=70, candidates=["new"]))
    for table, key in (("answer", "answer_id"), ("prompt", "prompt_id"), ("word", "word_id"), ("candidate", "candidate_id")):
        assert log.database.rows(f"SELECT count(*) - count(DISTINCT {key}) FROM {table}") == [(0,)]  # noqa: S608


def test_the_same_archive_again_changes_nothing(archive: Path, log: Log) -> None:
    fill_other(log)
    bring(archive, log)
    before = everything(log)
    merged = bring(archive, log)
    assert everything(log) == before
    assert merged.added == {"run": 0, "prompt": 0, "answer": 0, "prediction": 0}
    assert merged.in_words().endswith(f"{merged.given['run']} of its runs were here already.")


def test_two_logs_become_one_whichever_takes_the_other(first: Log, archive: Path, log: Log, tmp_path: Path) -> None:
    fill_other(log)
    other = tmp_path / "other.zip"
    write_archive(log.database, other)
    bring(archive, log)
    bring(other, first)
    one, two = facts(first), facts(log)
    for name, rows in one.items():
        assert two[name] == rows, name
    texts = {text for (text,) in log.database.rows("SELECT text FROM prompt")}
    assert {"Theirs alone is [MASK].", "Of [MASK].", "It is a [MASK]."} <= texts


def test_a_merged_log_keeps_every_rule_of_the_schema(archive: Path, log: Log) -> None:
    fill_other(log)
    bring(archive, log)
    log.close()
    assert verify(log.path) == ()


def test_a_merged_answer_is_the_better_of_the_two(first: Log, log: Log, tmp_path: Path) -> None:
    text = "It is a [MASK]."
    log.append(ask(text, number=60, checkpoints=(BERT,), depth=30))
    write_archive(log.database, tmp_path / "deep.zip")
    bring(tmp_path / "deep.zip", first)
    found = first.database.rows(
        "SELECT rank, word FROM predictions WHERE prompt = $text AND checkpoint_id = $id ORDER BY rank",
        {"text": text, "id": first.database.rows("SELECT min(checkpoint_id) FROM checkpoint WHERE name = 'bert-mini'")[0][0]},
    )
    assert found == [(line.rank, line.word) for line in answer(text, BERT, depth=30).predictions]


def test_a_saved_query_under_a_name_that_is_taken_is_kept_beside(archive: Path, log: Log) -> None:
    log.database.write(
        lambda cursor: cursor.execute(
            "INSERT INTO saved_query VALUES (uuid(), 'Deep ones', 'FROM runs', '[]', NULL, TIMESTAMP '2026-01-01')"
        )
    )
    bring(archive, log)
    bring(archive, log)
    rows = log.database.rows("SELECT name, sql FROM saved_query ORDER BY name")
    assert rows == [("Deep ones", "FROM runs"), (f"Deep ones ({QUERY_ID[-8:]})", DEEP)]


def test_a_run_that_went_on_elsewhere_is_brought_to_its_end(archive: Path, log: Log) -> None:
    log.database.write(
        lambda cursor: cursor.execute(
            "INSERT INTO run SELECT $id, 'batch', NULL, NULL, TIMESTAMP '2026-01-01', NULL, 'running', '{}', '{}'",
            {"id": ask(number=3).run.run_id},
        )
    )
    bring(archive, log)
    found = log.database.rows("SELECT status, prompt_count FROM runs WHERE run_id = $id", {"id": ask(number=3).run.run_id})
    assert found == [("complete", 3)]


def test_an_archive_of_an_earlier_version_is_read(original: Original, log: Log, tmp_path: Path) -> None:
    """One from before drifts and vocabularies had tables: what it has arrives whole."""
    newer = ("drift", "tokenizer", "vocabulary")
    old = rewritten(
        original.archive,
        tmp_path,
        leave_out=newer,
        change=lambda facts: facts["steps"].pop("0010_vocabularies") and facts["steps"].pop("0009_history_actions"),
    )
    bring(old, log)
    assert facts(log)["predictions"] == original.facts["predictions"]
    assert log.database.rows("SELECT count(*) FROM drift") == [(0,)]


def rewritten(archive: Path, folder: Path, *, leave_out: tuple[str, ...] = (), change: object = None, spoil: str = "") -> Path:
    """The archive with something else in it."""
    out = folder / "rewritten.zip"
    with zipfile.ZipFile(archive) as given, zipfile.ZipFile(out, "w") as made:
        for name in given.namelist():
            content = given.read(name)
            if name == MANIFEST:
                told = json.loads(content)
                for table in leave_out:
                    del told["tables"][table]
                if callable(change):
                    change(told)
                content = json.dumps(told).encode()
            if name in [member(table) for table in leave_out]:
                continue
            if name == member(spoil):
                content = content[:100] + bytes([content[100] ^ 1]) + content[101:]
            made.writestr(name, content)
    return out


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda told: told["steps"].update({"9999_of_tomorrow": "0"}), "9999_of_tomorrow is unknown here"),
        (lambda told: told["steps"].update({"0001_tables": "0"}), "0001_tables is unknown here"),
        (lambda told: told["tables"].update({"secrets": told["tables"]["run"]}), "secrets is unknown here"),
        (lambda told: told.update(version=2), "later form"),
        (lambda told: told.update(format="recipes"), "its manifest cannot be read"),
        (lambda told: told["tables"]["run"].update(rows=10**6), "has 8 rows and its manifest says 1,000,000"),
        (lambda told: told["tables"]["run"].update(sha256="0" * 64), "run is not what its manifest says"),
        (lambda told: told["tables"]["run"].update(bytes=5), "run is not what its manifest says"),
        (lambda told: told["tables"].update(run=5), "its manifest cannot be read"),
        (lambda told: told.pop("tables"), "its manifest cannot be read"),
    ],
)
def test_an_archive_that_is_not_what_was_written_is_refused(
    archive: Path, log: Log, tmp_path: Path, change: object, sentence: str
) -> None:
    with pytest.raises(StorageError, match=sentence):
        bring(rewritten(archive, tmp_path, change=change), log)
    assert log.database.rows("SELECT count(*) FROM run") == [(0,)]


@pytest.mark.parametrize("table", ["prediction", "run", "setting"])
def test_a_flipped_bit_is_found(archive: Path, log: Log, tmp_path: Path, table: str) -> None:
    with pytest.raises(StorageError, match=f"the table {table} is not what its manifest says"):
        bring(rewritten(archive, tmp_path, spoil=table), log)


def test_a_cut_archive_and_a_foreign_zip_are_sentences(archive: Path, log: Log, tmp_path: Path) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(archive.read_bytes()[:-200])
    assert is_archive(cut)
    with pytest.raises(StorageError, match="no whole ZIP"):
        bring(cut, log)
    with zipfile.ZipFile(tmp_path / "foreign.zip", "w") as foreign:
        foreign.writestr("answers.csv", "checkpoint,prompt,rank,word,score\n")
    with pytest.raises(StorageError, match="no archive of a log"):
        bring(tmp_path / "foreign.zip", log)
    with zipfile.ZipFile(archive) as given, zipfile.ZipFile(tmp_path / "short.zip", "w") as short:
        short.writestr(MANIFEST, given.read(MANIFEST))
    with pytest.raises(StorageError, match="table checkpoint is missing"):
        bring(tmp_path / "short.zip", log)
    assert [file.name for file in log.path.parent.iterdir() if file.name.startswith(".import")] == []


def test_the_manifest_names_the_versions_and_every_file(archive: Path) -> None:
    with zipfile.ZipFile(archive) as given:
        contents = Contents.from_json(given.read(MANIFEST), archive)
        assert set(given.namelist()) == {MANIFEST, *(member(table) for table in contents.tables)}
    assert contents.steps == {step.name: step.sha256 for step in known_migrations()}
    assert contents.tables["run"].rows == 8


def test_a_disk_that_fills_up_leaves_no_archive(log: Log, mount: Callable[[str], Path]) -> None:
    place = mount("size=16k")
    log.append(ask("It is a [MASK].", depth=300))
    with pytest.raises(StorageError, match="cannot be written: no space left on device"):
        write_archive(log.database, place / "log.zip")
    assert list(place.iterdir()) == []
    log.append(ask("And on it [MASK].", number=1))


def test_no_room_to_unpack_is_a_sentence(archive: Path, log: Log, mount: Callable[[str], Path]) -> None:
    place = mount("size=16k")
    with pytest.raises(StorageError, match="cannot be unpacked: no space left on device"), unpacked(archive, place):
        raise AssertionError("it was unpacked")
    assert list(place.iterdir()) == []


def test_an_archive_is_of_one_moment(log: Log, tmp_path: Path) -> None:
    """Two runs are appended while it is written: it holds neither, or one whole run, or both."""
    log.append(ask("Before [MASK]."))
    script = (
        "import sys, threading\nfrom pathlib import Path\nfrom storage.archive import write_archive\n"
        "from storage.log import Log\nfrom tests.storage.samples import batch\n"
        "with Log.open(Path(sys.argv[1])) as log:\n"
        "    writing = [threading.Thread(target=log.append, args=(batch([f'{n} of {row} [MASK].' for row in range(60)],"
        " number=n),)) for n in range(1, 5)]\n"
        "    for thread in writing: thread.start()\n"
        "    for n in range(4): write_archive(log.database, Path(sys.argv[2]) / f'{n}.zip')\n"
        "    for thread in writing: thread.join()\n"
    )
    log.close()
    done = subprocess.run(
        [sys.executable, "-c", script, str(log.path), str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for number in range(4):
        with zipfile.ZipFile(tmp_path / f"{number}.zip") as given:
            tables = Contents.from_json(given.read(MANIFEST), tmp_path).tables
        runs = tables["run"].rows - 1
        assert tables["answer"].rows == 3 + 180 * runs
        assert tables["prediction"].rows == 15 + 3_600 * runs
