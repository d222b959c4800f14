"""An export: all rows, whole or not at all, and a manifest by which another person can make it again."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from storage.errors import StorageError
from storage.exports import Manifest, export, manifest_path, of_query, of_view
from storage.importer import import_file
from storage.log import Log
from storage.output import Format
from storage.selection import Selection
from storage.snapshots import Snapshot
from storage.version import VERSION
from storage.visitors import SCREEN, StatementStopped, Value, decide, fetch
from storage.whole_file import whole_file
from tests.conftest import ROOT
from tests.storage.visitors.test_running import ENDLESS

FORMATS = [Format.CSV, Format.JSON, Format.PARQUET]
BERT_ONLY = of_view("predictions", Selection(checkpoints=("bert-mini",), since=date(2026, 1, 1)))


def told(out: Path) -> dict[str, object]:
    facts: dict[str, object] = json.loads(manifest_path(out).read_bytes())
    return facts


def read_rows(out: Path, form: Format) -> list[dict[str, object]]:
    if form is Format.PARQUET:
        rows: list[dict[str, object]] = pq.read_table(out).to_pylist()
    elif form is Format.JSON:
        rows = json.loads(out.read_bytes())
    else:
        rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"), newline="")))
    return rows


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_and_its_manifest(form: Format, snapshot: Snapshot, tmp_path: Path) -> None:
    out = tmp_path / f"predictions.{form}"
    manifest = export(BERT_ONLY, snapshot, form, out)
    rows = read_rows(out, form)
    expected = fetch(decide(BERT_ONLY.sql), snapshot.path, SCREEN, BERT_ONLY.parameters).table.to_pylist()
    assert [(row["word"], str(row["rank"])) for row in rows] == [(row["word"], str(row["rank"])) for row in expected]
    assert manifest.rows == len(rows)
    assert manifest.sha256 == hashlib.sha256(out.read_bytes()).hexdigest()
    facts = told(out)
    assert facts["filters"] == {"since": "2026-01-01", "checkpoints": "bert-mini"}
    assert facts["about"] == "predictions; since: 2026-01-01; checkpoints: bert-mini"
    assert (facts["rows"], facts["bytes"], facts["format"]) == (len(rows), out.stat().st_size, form.value)
    assert (facts["maskboard"], facts["duckdb"]) == (VERSION, duckdb.__version__)
    assert [each["name"] for each in facts["columns"]] == list(rows[0])  # type: ignore[attr-defined]
    assert str(facts["snapshot_at"]) <= str(facts["written_at"])
    checkpoints = facts["checkpoints"]
    assert {each["name"] for each in checkpoints} == {"bert-mini"}  # type: ignore[attr-defined]
    assert all(re.fullmatch("[0-9a-f]{64}", each["weights_sha256"]) for each in checkpoints)  # type: ignore[attr-defined]
    assert sorted(file.name for file in tmp_path.iterdir()) == [out.name, f"{out.name}.manifest.json"]


def test_a_manifest_makes_the_file_again(snapshot: Snapshot, tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    export(BERT_ONLY, snapshot, Format.CSV, first)
    facts = told(first)
    parameters = facts["parameters"]
    assert isinstance(parameters, dict)
    again = of_query(str(facts["sql"]), {name: _read(value) for name, value in parameters.items()})
    assert export(again, snapshot, Format.CSV, second).sha256 == facts["sha256"]


def _read(value: object) -> Value:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return date.fromisoformat(value)
    assert value is None or isinstance(value, str | int | float)
    return value


def test_parquet_says_it_within_itself(snapshot: Snapshot, tmp_path: Path) -> None:
    out = tmp_path / "runs.parquet"
    export(of_view("runs"), snapshot, Format.PARQUET, out)
    within = json.loads(pq.read_metadata(out).metadata[b"maskboard"])
    beside = told(out)
    assert "sha256" not in within
    assert {name: value for name, value in beside.items() if name not in ("bytes", "sha256", "written_at")} == {
        name: value for name, value in within.items() if name != "written_at"
    }


def test_a_query_of_a_person_with_values(snapshot: Snapshot, tmp_path: Path) -> None:
    sql = "SELECT checkpoint, count(*) AS n FROM predictions WHERE rank <= $rank GROUP BY ALL ORDER BY ALL"
    manifest = export(of_query(sql, {"rank": 2}, "Firsts"), snapshot, Format.JSON, tmp_path / "q.json")
    assert (manifest.sql, manifest.parameters, manifest.about, manifest.view) == (sql, {"rank": 2}, "query: Firsts", None)
    assert manifest.rows == len(json.loads((tmp_path / "q.json").read_bytes()))


def test_a_csv_is_for_spreadsheets_unless_raw(snapshot: Snapshot, tmp_path: Path) -> None:
    source = of_query("SELECT '=1+1' AS a, -1 AS b")
    export(source, snapshot, Format.CSV, tmp_path / "safe.csv")
    export(source, snapshot, Format.CSV, tmp_path / "raw.csv", raw=True)
    assert (tmp_path / "safe.csv").read_bytes() == b"\xef\xbb\xbfa,b\n'=1+1,-1\n"
    assert (tmp_path / "raw.csv").read_bytes() == b"a,b\n=1+1,-1\n"
    assert (told(tmp_path / "safe.csv")["raw"], told(tmp_path / "raw.csv")["raw"]) == (False, True)


@pytest.mark.parametrize(
    "sql",
    [
        "SELEC 1",
        "DROP TABLE run",
        "SELECT CASE WHEN i < 90000 THEN i ELSE error('too far') END FROM range(100000) t(i)",
        "SELECT $missing",
    ],
)
def test_what_fails_leaves_no_file(sql: str, snapshot: Snapshot, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    with pytest.raises(StorageError):
        export(of_query(sql), snapshot, Format.CSV, out)
    assert list(tmp_path.iterdir()) == []
    export(of_query("SELECT 7 AS n"), snapshot, Format.CSV, out)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(StorageError):
        export(of_query(sql), snapshot, Format.CSV, out)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    assert before.keys() == {out.name, manifest_path(out).name}


@pytest.mark.parametrize("known", [True, False], ids=["manifest before", "no manifest before"])
def test_a_name_that_cannot_be_taken_leaves_the_manifest_before(known: bool, snapshot: Snapshot, tmp_path: Path) -> None:
    """The last step fails: a folder has the name of the file."""
    out = tmp_path / "rows.csv"
    out.mkdir()
    (out / "kept.txt").write_text("kept")
    if known:
        manifest_path(out).write_text("of an earlier file")
    with pytest.raises(StorageError, match="cannot be written: is a directory"):
        export(of_query("SELECT 7 AS n"), snapshot, Format.CSV, out)
    assert sorted(file.name for file in tmp_path.iterdir()) == [out.name, *([manifest_path(out).name] if known else [])]
    assert not known or manifest_path(out).read_text() == "of an earlier file"


def test_a_part_of_a_killed_process_blocks_no_name(snapshot: Snapshot, tmp_path: Path) -> None:
    """A process of the same number, killed while it wrote, has left its part."""
    for name in ("rows.csv", "rows.csv.manifest.json"):
        (tmp_path / f".{name}.{os.getpid()}.part").write_text("half")
    assert export(of_query("SELECT 7 AS n"), snapshot, Format.CSV, tmp_path / "rows.csv").rows == 1
    assert (tmp_path / "rows.csv").read_bytes() == b"\xef\xbb\xbfn\n7\n"


def test_the_names_are_on_disk_too(snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    true = os.fsync

    def note(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").resolve().name)
        true(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    export(of_query("SELECT 7 AS n"), snapshot, Format.CSV, tmp_path / "rows.csv")
    with whole_file(tmp_path / "one.txt") as file:
        file.write(b"1")
    assert [name for name in synced if not name.endswith(".part")] == [tmp_path.name] * 2
    assert len(synced) == 5


def test_an_event_stops_it_before_there_is_a_row(snapshot: Snapshot, tmp_path: Path) -> None:
    stop = threading.Event()
    timer = threading.Timer(0.5, stop.set)
    timer.start()
    with pytest.raises(StatementStopped):
        export(of_query(ENDLESS), snapshot, Format.CSV, tmp_path / "rows.csv", stop=stop)
    timer.join()
    assert list(tmp_path.iterdir()) == []


def test_a_person_may_stop_it(snapshot: Snapshot, tmp_path: Path) -> None:
    seen: list[int] = []

    def stop(rows: int) -> None:
        seen.append(rows)
        if rows > 20_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(of_query("FROM range(1000000)"), snapshot, Format.CSV, tmp_path / "rows.csv", on_progress=stop)
    assert seen == sorted(seen)
    assert seen[-1] < 100_000
    assert list(tmp_path.iterdir()) == []


WIDE = of_query("SELECT i, repeat('x', 1000) || i AS t FROM range(100000) r(i)")


@pytest.mark.parametrize("form", FORMATS)
def test_a_disk_that_fills_up_leaves_no_file(
    form: Format, snapshot: Snapshot, mount: Callable[[str], Path], tmp_path: Path
) -> None:
    place = mount("size=1m")
    with pytest.raises(StorageError, match="cannot be written: no space left on device") as problem:
        export(WIDE, snapshot, form, place / f"rows.{form}")
    assert "Name another file" in str(problem.value)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("form", FORMATS)
def test_a_limit_on_files_leaves_no_file(form: Format, snapshot: Snapshot, tmp_path: Path) -> None:
    with largest_file(500_000), pytest.raises(StorageError, match="cannot be written: file too large"):
        export(WIDE, snapshot, form, tmp_path / f"rows.{form}")
    assert list(tmp_path.iterdir()) == []


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_an_exported_csv_is_imported_as_it_was(snapshot: Snapshot, filled: Log, log: Log, tmp_path: Path) -> None:
    """Checkpoint, prompt, mask, rank, word and score; the checkpoint as an import of that file."""
    out = tmp_path / "latest.csv"
    export(of_view("latest_predictions"), snapshot, Format.CSV, out)
    import_file(log, out)
    exported = filled.database.rows(
        "SELECT checkpoint, prompt, mask_index, rank, word, token_id, score FROM latest_predictions ORDER BY ALL"
    )
    imported = log.database.rows(
        "SELECT checkpoint, prompt, mask_index, rank, word, token_id, score FROM predictions ORDER BY ALL"
    )
    assert [row[:6] for row in imported] == [row[:6] for row in exported]
    for (*_, before), (*_, after) in zip(exported, imported, strict=True):
        assert (before is None) == (after is None)
        assert before is None or abs(before - after) < 1e-12


def test_the_version_is_that_of_the_changelog() -> None:
    newest = re.search(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert newest is not None
    assert newest[1].lower() == VERSION


def test_a_manifest_leaves_out_what_is_not_known(snapshot: Snapshot, tmp_path: Path) -> None:
    manifest = export(of_query("SELECT 1 AS one"), snapshot, Format.JSON, tmp_path / "one.json")
    assert isinstance(manifest, Manifest)
    assert "view" not in told(tmp_path / "one.json")
    assert {each["name"] for each in told(tmp_path / "one.json")["checkpoints"]} > {"bert-mini", "albert-mini"}  # type: ignore[attr-defined]
