"""Archives that were made wrong, by chance or on purpose: one sentence, and nothing of them in the log."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from storage.archive import Merged, merge, unpacked, write_archive
from storage.archive.contents import MANIFEST, member
from storage.errors import StorageError
from storage.log import Log
from storage.saved_queries import saved_queries
from tests.storage.archive.histories import everything, fill
from tests.storage.samples import ask

Change = Callable[[pa.Table], pa.Table]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original")
    with Log.open(folder / "log.duckdb") as log:
        fill(log)
        write_archive(log.database, folder / "log.zip")
    return folder / "log.zip"


def bring(archive: Path, log: Log) -> Merged:
    with unpacked(archive, log.path.parent) as found:
        return merge(log.database, found)


def made(
    archive: Path, out: Path, *, tables: dict[str, Change], manifest: Callable[[dict[str, Any]], object] | None = None
) -> Path:
    """The archive with other rows, and a manifest that fits them."""
    with zipfile.ZipFile(archive) as given, zipfile.ZipFile(out, "w") as written:
        facts = json.loads(given.read(MANIFEST))
        for name in facts["tables"]:
            content = given.read(member(name))
            if name in tables:
                sink = io.BytesIO()
                table = tables[name](pq.read_table(io.BytesIO(content)))
                pq.write_table(table, sink)
                content = sink.getvalue()
                sha256 = hashlib.sha256(content).hexdigest()
                facts["tables"][name] = {"rows": table.num_rows, "bytes": len(content), "sha256": sha256}
            written.writestr(member(name), content)
        if manifest is not None:
            manifest(facts)
        written.writestr(MANIFEST, json.dumps(facts))
    return out


def column(name: str, value: object) -> Change:
    """The first row says this; the others what they said."""

    def change(table: pa.Table) -> pa.Table:
        old = table.column(name)
        first = pa.array([value], old.type)
        return table.set_column(
            table.schema.get_field_index(name), table.field(name), pa.chunked_array([first, *old.slice(1).chunks])
        )

    return change


def doubled(table: pa.Table) -> pa.Table:
    return pa.concat_tables([table, table.slice(0, 1)])


def shifted(name: str, by: int) -> Change:
    def change(table: pa.Table) -> pa.Table:
        return table.set_column(table.schema.get_field_index(name), table.field(name), pc.add(table.column(name), by))

    return change


BROKEN: list[tuple[str, dict[str, Change], str]] = [
    ("probability", {"prediction": column("logprob", 5.0)}, "would break the rule"),
    ("lost predictions", {"prediction": lambda table: table.slice(3)}, "would break the rule answer_depth"),
    ("mask", {"answer": column("mask_index", 99)}, "would break the rule"),
    ("kind", {"run": column("kind", "spell")}, "would break the rule (run_kind|ask_latency)"),
    ("state", {"run": column("status", "unheard of")}, "would break the rule run_end"),
    ("no answer", {"ask": lambda table: table.slice(1)}, "would break the rule answer_without_ask"),
    ("sha256", {"prompt": column("text_sha256", "0" * 64)}, "would break the rule prompt_sha256"),
    ("no run", {"note": column("run_id", "0199c3f1-0000-7000-8000-0000deadbeef")}, "would break the rule mark_target"),
    ("great keys", {"word": shifted("word_id", 2**63 - 10**6)}, "the table word has keys that no log gives out"),
    ("negative keys", {"prompt": shifted("prompt_id", -(10**6))}, "the table prompt has keys that no log gives out"),
    ("a key twice", {"word": doubled}, "its rows do not fit the log"),
]  # fmt: skip


@pytest.mark.parametrize("is_empty", [True, False], ids=["into an empty log", "into another log"])
@pytest.mark.parametrize(("tables", "sentence"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_rows_that_break_a_rule_are_refused(
    archive: Path, log: Log, tmp_path: Path, tables: dict[str, Change], sentence: str, is_empty: bool
) -> None:
    if not is_empty:
        log.append(ask("It is [MASK] own.", number=80))
    before = everything(log)
    with pytest.raises(StorageError, match=sentence) as problem:
        bring(made(archive, tmp_path / "broken.zip", tables=tables), log)
    assert "Nothing of it was imported" in str(problem.value)
    assert everything(log) == before
    assert bring(archive, log).added["run"] == 8


def test_a_rule_that_the_log_broke_before_keeps_no_archive_out(archive: Path, log: Log) -> None:
    log.append(ask("It is [MASK] own.", number=80))
    log.database.write(lambda cursor: cursor.execute("UPDATE run SET kind = 'spell'").fetchall())
    assert bring(archive, log).added["run"] == 8


WRONG_QUERIES = [
    ("no array", "{}"),
    ("no type", '[{"name": "depth"}]'),
    ("unknown type", '[{"name": "depth", "type": "spell", "default": ""}]'),
    ("no text", '[{"name": "depth", "type": "integer", "default": 3}]'),
    ("something more", '[{"name": "depth", "type": "integer", "default": "3", "run": "now"}]'),
    ("too many", json.dumps([{"name": f"p{n}", "type": "text", "default": ""} for n in range(51)])),
]


@pytest.mark.parametrize("parameters", [row[1] for row in WRONG_QUERIES], ids=[row[0] for row in WRONG_QUERIES])
def test_a_saved_query_that_no_page_can_open_is_not_taken(archive: Path, log: Log, tmp_path: Path, parameters: str) -> None:
    bring(made(archive, tmp_path / "odd.zip", tables={"saved_query": column("parameters", parameters)}), log)
    assert saved_queries(log.database) == ()
    bring(archive, log)
    assert [each.name for each in saved_queries(log.database)] == ["Deep ones"]


WRONG_FACTS: list[Callable[[dict[str, Any]], object]] = [
    lambda facts: facts["tables"]["run"].update(rows="7"),
    lambda facts: facts["tables"]["run"].update(bytes=None),
    lambda facts: facts["tables"]["run"].update(bytes=-1),
    lambda facts: facts["tables"]["run"].update(bytes=True),
    lambda facts: facts["tables"]["run"].update(sha256=5),
    lambda facts: facts.update(steps=["0001_tables"]),
    lambda facts: facts.update(steps={"0001_tables": 5}),
    lambda facts: facts.update(maskboard=5),
    lambda facts: facts.update(taken_at=["\x1b[2J"]),
    lambda facts: facts.update(version="one"),
    lambda facts: facts.update(version=None),
]


@pytest.mark.parametrize("manifest", WRONG_FACTS)
def test_a_manifest_with_wrong_types_is_damage(
    archive: Path, log: Log, tmp_path: Path, manifest: Callable[[dict[str, Any]], object]
) -> None:
    with pytest.raises(StorageError, match="is damaged: its manifest cannot be read"):
        bring(made(archive, tmp_path / "odd.zip", tables={}, manifest=manifest), log)


def patched(archive: Path, out: Path, offset: int, value: int) -> Path:
    """Every entry says something else: `offset` of the bytes behind the signature of its entry in the directory."""
    content = bytearray(archive.read_bytes())
    for signature, at in ((b"PK\x03\x04", offset), (b"PK\x01\x02", offset + 2)):
        place = content.find(signature)
        while place >= 0:
            content[place + at : place + at + 2] = value.to_bytes(2, "little")
            place = content.find(signature, place + 4)
    out.write_bytes(content)
    return out


@pytest.mark.parametrize(("offset", "value"), [(6, 1), (8, 97)], ids=["encrypted", "packed in an unknown way"])
def test_a_zip_that_cannot_be_read_is_damage(archive: Path, log: Log, tmp_path: Path, offset: int, value: int) -> None:
    with pytest.raises(StorageError, match="is damaged: it is no whole ZIP"):
        bring(patched(archive, tmp_path / "odd.zip", offset, value), log)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packed_bytes_that_are_none_are_damage(archive: Path, log: Log, tmp_path: Path, method: int) -> None:
    out = tmp_path / "odd.zip"
    with zipfile.ZipFile(archive) as given, zipfile.ZipFile(out, "w", method) as written:
        for name in (MANIFEST, *(name for name in given.namelist() if name != MANIFEST)):
            written.writestr(name, given.read(name))
        first = written.infolist()[1]
    content = bytearray(out.read_bytes())
    start = first.header_offset + 30 + len(first.filename)
    content[start + 9 : start + first.compress_size] = b"\xff" * (first.compress_size - 9)
    out.write_bytes(content)
    with pytest.raises(StorageError, match="is damaged"):
        bring(out, log)


def test_a_manifest_nested_too_deep_is_damage(log: Log, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "deep.zip", "w") as written:
        written.writestr(MANIFEST, "[" * 400_000)
    with pytest.raises(StorageError, match="is damaged: its manifest cannot be read"):
        bring(tmp_path / "deep.zip", log)
