"""What a download would fetch, asked of the hub before a byte of it: files, sizes, hashes, and what is there already."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.catalogue import CatalogueEntry
from pipelines.errors import DownloadFailed
from pipelines.hub.cache import SHA1_HEX, SHA256_HEX, HubRepository
from pipelines.hub.client import HubClient, Patience, fetch_json
from pipelines.settings import Settings
from pipelines.weights.folder import CONFIG, TOKENIZER, TOKENIZER_CONFIG, WEIGHTS, WEIGHTS_INDEX

_SMALL_FILES = (
    CONFIG,
    TOKENIZER,
    TOKENIZER_CONFIG,
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "spiece.model",
)
"""All that a fill-mask needs beside the weights. Never a .bin: a pickle runs code when it is opened."""

_SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")

PLAN_PATIENCE = Patience(attempts=3)
"""Somebody looks at the page and waits for the size."""


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file that a download fetches."""

    name: str
    size: int
    """Bytes."""
    etag: str
    """What the hub says its bytes are: SHA-256 (64 hex digits) of a large file, Git's blob hash (40) of a small one."""


@dataclass(frozen=True, slots=True)
class DownloadPlan:
    """What a download would fetch, and from where."""

    entry: CatalogueEntry
    hub_id: str
    revision: str
    endpoint: str
    """Scheme and host that are asked, as HF_ENDPOINT or the default says."""
    repository: HubRepository
    """Where in the hub's cache it goes."""
    files: tuple[PlannedFile, ...]
    """In the order in which they become visible: config.json is last, so that a half download is never found."""
    bytes_present: int
    """Of the total, what an earlier download left."""

    @property
    def bytes_total(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def bytes_missing(self) -> int:
        return self.bytes_total - self.bytes_present

    def partial(self, file: PlannedFile) -> Path:
        """Where the file grows, across breaks and processes. Not in blobs/, where other tools would take it for their own."""
        return self.repository.folder / "maskboard" / f"{file.etag}.partial"

    def whole(self, file: PlannedFile) -> Path:
        """Where the whole file lies: its blob, or on systems without links the file in the snapshot itself."""
        blob = self.repository.blob(file.etag)
        return blob if blob.exists() else self.repository.pointer(self.revision, file.name)

    def present(self, file: PlannedFile) -> int:
        """How many bytes of the file are on this machine, by size alone."""
        if _size(self.whole(file)) == file.size:
            return file.size
        return min(_size(self.partial(file)), file.size)


def plan_download(
    entry: CatalogueEntry,
    settings: Settings,
    *,
    patience: Patience = PLAN_PATIENCE,
    cancelled: threading.Event | None = None,
) -> DownloadPlan:
    """Ask the hub what a download of this checkpoint would fetch. One request; nothing is written.

    Raises `DownloadFailed` with one sentence, `DownloadCancelled`.
    """
    if entry.hub_id is None or entry.revision is None:
        raise DownloadFailed(f"{entry.name} is not on the hub: it is read from a folder only.")
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
        raise DownloadFailed("HF_HUB_OFFLINE forbids downloads on this machine: unset it, or bring the files by hand.")
    client = open_client(settings.endpoint, patience, cancelled or threading.Event())
    try:
        answer = fetch_json(client, entry.hub_id, entry.revision)
    finally:
        client.close()
    files = _files(answer, entry)
    repository = HubRepository.of(settings.hub_cache, entry.hub_id)
    planned = DownloadPlan(entry, entry.hub_id, entry.revision, settings.endpoint, repository, files, bytes_present=0)
    present = sum(planned.present(file) for file in files)
    return DownloadPlan(entry, entry.hub_id, entry.revision, settings.endpoint, repository, files, present)


def open_client(endpoint: str, patience: Patience, cancelled: threading.Event) -> HubClient:
    """A client with the person's token: HF_TOKEN and nothing else, so that no stored log-in leaves the machine unasked."""
    return HubClient(endpoint, os.environ.get("HF_TOKEN", "").strip() or None, patience, cancelled)


def _files(answer: object, entry: CatalogueEntry) -> tuple[PlannedFile, ...]:
    strange = DownloadFailed("The hub's answer is not one that a hub gives (no list of files): check HF_ENDPOINT.")
    if not isinstance(answer, dict) or not isinstance(answer.get("siblings"), list):
        raise strange
    if answer.get("sha") != entry.revision:
        raise DownloadFailed(
            f"The hub answers for another commit of {entry.hub_id} ({str(answer.get('sha'))[:40]}) than the pinned "
            f"{entry.revision}: nothing was fetched; check HF_ENDPOINT."
        )
    listed = {item["rfilename"]: item for item in answer["siblings"] if isinstance(item, dict) and "rfilename" in item}
    weights = [WEIGHTS] if WEIGHTS in listed else sorted(name for name in listed if _SHARD.fullmatch(name))
    if not weights:
        raise DownloadFailed(f"{entry.hub_id} has no safetensors weights at this commit, and nothing else is ever read.")
    if weights != [WEIGHTS]:
        weights = [WEIGHTS_INDEX, *weights]
    for name in (CONFIG, *weights):
        if name not in listed:
            raise DownloadFailed(f"{entry.hub_id} has no {name} at this commit: it cannot be loaded; choose another commit.")
    small = [name for name in reversed(_SMALL_FILES) if name in listed and name != CONFIG]
    files = tuple(_planned(name, listed[name]) for name in (*small, *weights, CONFIG))
    _check_published(files, entry)
    return files


def _planned(name: str, item: Mapping[str, Any]) -> PlannedFile:
    lfs = item.get("lfs")
    size, etag = (lfs.get("size"), lfs.get("sha256")) if isinstance(lfs, dict) else (item.get("size"), item.get("blobId"))
    form = SHA256_HEX if isinstance(lfs, dict) else SHA1_HEX
    # The etag becomes the name of a file, so its form matters beyond its meaning.
    if type(size) is not int or size < 0 or not isinstance(etag, str) or not form.fullmatch(etag):
        raise DownloadFailed(f"The hub does not say the size and the hash of {name}: check HF_ENDPOINT; nothing was fetched.")
    return PlannedFile(name, size, etag)


def _check_published(files: tuple[PlannedFile, ...], entry: CatalogueEntry) -> None:
    for file in files:
        if file.name == WEIGHTS and entry.weights_sha256 not in (None, file.etag):
            raise DownloadFailed(
                f"The hub offers other weights for {entry.name} than those the catalogue knows (SHA-256 {file.etag[:12]}... "
                f"instead of {str(entry.weights_sha256)[:12]}...): nothing was fetched; check HF_ENDPOINT."
            )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
