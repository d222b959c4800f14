"""Hashes are remembered as long as they hold."""

from __future__ import annotations

import hashlib
import json
import os
import tracemalloc
from pathlib import Path

import pytest

from pipelines.checkpoints import (
    size_in_words,
)
from pipelines.weights.hashes import HashMemory
from tests.pipelines.checkpoints.conftest import flip_a_byte
from tests.pipelines.hub_server import write_folder


def aged(file: Path) -> Path:
    """As if it had lain there for an hour: only a file that has settled is remembered."""
    hour_ago = file.stat().st_mtime_ns - 3_600_000_000_000
    os.utime(file, ns=(hour_ago, hour_ago))
    return file


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HashMemory:
    # The second time of a file cannot be set back by a test; an hour later it is an hour old all the same.
    monkeypatch.setattr("pipelines.weights.hashes._SETTLED_NS", -1)
    return HashMemory(tmp_path / "cache" / "hashes.json")


def test_a_remembered_hash_spares_the_reading(memory: HashMemory, tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"truth")
    true = memory.of(file)
    remembered = json.loads(memory.file.read_text())
    remembered["files"][str(file.resolve())]["sha256"] = "from memory"
    memory.file.write_text(json.dumps(remembered))

    assert memory.of(file) == "from memory"
    assert memory.of(file, fresh=True) == true == hashlib.sha256(b"truth").hexdigest()


@pytest.mark.parametrize("keep_time", [False, True], ids=["written", "written_and_set_back"])
def test_a_changed_file_is_read_again(memory: HashMemory, tmp_path: Path, keep_time: bool) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"0123456789")
    aged(file)
    before = memory.of(file)

    flip_a_byte(file, keep_time)

    assert memory.of(file) != before


def test_a_file_that_changed_just_now_is_not_remembered(tmp_path: Path) -> None:
    memory = HashMemory(tmp_path / "hashes.json")
    (tmp_path / "weights").write_bytes(b"x")

    memory.of(tmp_path / "weights")

    assert not memory.file.exists()


def test_a_file_that_changes_while_it_is_hashed_is_not_remembered(
    memory: HashMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"before")

    def hash_slowly(path: Path) -> str:
        path.write_bytes(b"and after that it is longer")
        return "hash of what was before"

    monkeypatch.setattr("pipelines.weights.hashes.sha256_of", hash_slowly)
    memory.of(file)

    assert not memory.file.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 1, "files": {"x": 1}}', b"\xff", b'{"version": 9}'])
def test_a_broken_memory_costs_time_and_nothing_else(memory: HashMemory, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "weights").write_bytes(b"x")
    write_folder(memory.file.parent, {memory.file.name: content})

    assert memory.of(tmp_path / "weights") == hashlib.sha256(b"x").hexdigest()


def test_a_place_that_cannot_be_written_keeps_no_checkpoint_from_loading(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    memory = HashMemory(tmp_path / "file" / "below" / "hashes.json")

    assert memory.of(tmp_path / "file") == hashlib.sha256(b"x").hexdigest()


def test_hashing_does_not_hold_the_file_in_memory(memory: HashMemory, tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(50_000_000)
    tracemalloc.start()
    try:
        memory.of(tmp_path / "large")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 5_000_000


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (9_960, "10 kB"), (440_449_768, "440 MB"), (2 * 10**12, "2000 GB")],
)
def test_sizes_are_written_as_people_read_them(size: int, words: str) -> None:
    assert size_in_words(size) == words
