"""A machine with three bundled minis and nothing else, and ways to put more on it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from pipelines.checkpoints import (
    Located,
    locate,
)
from pipelines.hub.cache import HubRepository
from pipelines.settings import NamedCheckpoint, Settings
from tests.pipelines.hub_server import tiny_checkpoint, write_folder

BERT = "bert-base-uncased"
MINIS = ("bert-mini", "distilbert-mini", "albert-mini")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A machine with three bundled minis and nothing else."""
    bundled, models = tmp_path / "bundled", tmp_path / "models"
    models.mkdir()
    for seed, mini in enumerate(MINIS):
        write_folder(bundled / mini, tiny_checkpoint(mini.removesuffix("-mini"), seed))
    return Settings(models_dir=models, named=(), cache_dir=tmp_path / "cache", hub_cache=tmp_path / "hub", bundled_dir=bundled)


def with_named(settings: Settings, *named: NamedCheckpoint) -> Settings:
    return Settings(
        models_dir=settings.models_dir,
        named=named,
        cache_dir=settings.cache_dir,
        hub_cache=settings.hub_cache,
        bundled_dir=settings.bundled_dir,
    )


def models_dir(settings: Settings) -> Path:
    assert settings.models_dir is not None
    return settings.models_dir


def into_hub_cache(settings: Settings, hub_id: str, revision: str, files: dict[str, bytes]) -> Path:
    """As any tool of the hub leaves it: blobs named by their hash, and links to them."""
    repository = HubRepository.of(settings.hub_cache, hub_id)
    for name, content in files.items():
        etag = hashlib.sha256(content).hexdigest()
        write_folder(repository.folder / "blobs", {etag: content})
        repository.link(revision, name, etag)
    return repository.snapshot(revision)


def located(name: str, settings: Settings) -> Located:
    found = locate(name, settings)
    assert isinstance(found, Located)
    return found


def flip_a_byte(file: Path, keep_time: bool = False) -> None:
    status = file.stat()
    content = bytearray(file.read_bytes())
    content[-2] ^= 1
    file.write_bytes(content)
    if keep_time:
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
        while file.stat().st_ctime_ns == status.st_ctime_ns:  # the file system's clock ticks every few milliseconds
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def config(**changes: object) -> bytes:
    return json.dumps(json.loads(tiny_checkpoint()["config.json"]) | changes).encode()


def content_revision(folder: Path) -> str:
    """What `sha256sum config.json model.safetensors | sha256sum` prints."""
    files = ["config.json", "model.safetensors"]
    listing = subprocess.run(["sha256sum", *files], cwd=folder, capture_output=True, check=True).stdout
    return hashlib.sha256(listing).hexdigest()
