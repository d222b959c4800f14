"""The hub's cache on this machine, in the layout that every tool of the hub shares.

    models--<owner>--<name>/blobs/<etag>                     the bytes; the etag of a large file is its SHA-256
    models--<owner>--<name>/snapshots/<commit>/<file>        a link to the blob
    models--<owner>--<name>/maskboard/<commit>.json          ours: what was downloaded, with the SHA-256 of each file

Nothing here reaches the network.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.weights.hashes import write_json

SHA256_HEX = re.compile(r"[0-9a-f]{64}")
SHA1_HEX = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class HubRepository:
    """One repository of the hub in the cache, whether or not it is there yet."""

    folder: Path
    """`models--<owner>--<name>`."""

    @classmethod
    def of(cls, hub_cache: Path, hub_id: str) -> HubRepository:
        from huggingface_hub.file_download import repo_folder_name

        return cls(hub_cache / repo_folder_name(repo_id=hub_id, repo_type="model"))

    @classmethod
    def holding(cls, snapshot: Path) -> HubRepository:
        """The repository of a snapshot's folder."""
        return cls(snapshot.parents[1])

    def blob(self, etag: str) -> Path:
        """Where the bytes with this etag lie."""
        return self.folder / "blobs" / etag

    def snapshot(self, revision: str) -> Path:
        """The folder of this commit."""
        return self.folder / "snapshots" / revision

    def pointer(self, revision: str, file: str) -> Path:
        """Where a file of this commit lies."""
        return self.snapshot(revision) / file

    def recorded(self, revision: str) -> Mapping[str, str]:
        """SHA-256 by file name, as noted when this commit was downloaded; empty where it was not us, or not readable."""
        try:
            files = json.loads(self._record(revision).read_text(encoding="utf-8"))["files"]
            return {str(name): str(digest) for name, digest in files.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def record(self, revision: str, endpoint: str, files: Mapping[str, str]) -> None:
        """Note the SHA-256 of each file of this commit. Raises `OSError`."""
        write_json(self._record(revision), {"endpoint": endpoint, "revision": revision, "files": dict(files)})

    def link(self, revision: str, file: str, etag: str) -> None:
        """Make the file of this commit visible, in one step. Raises `OSError`."""
        pointer, blob = self.pointer(revision, file), self.blob(etag)
        if not blob.exists():
            return  # the file lies in the snapshot itself, where a system has no links
        pointer.parent.mkdir(parents=True, exist_ok=True)
        beside = pointer.with_name(f".{file}.{uuid.uuid4().hex}")
        try:
            beside.symlink_to(Path("..", "..", "blobs", etag))
        except OSError:
            blob.replace(pointer)  # no links here: the hub's own library does the same
        else:
            beside.replace(pointer)

    def _record(self, revision: str) -> Path:
        return self.folder / "maskboard" / f"{revision}.json"


def find_snapshot(hub_cache: Path, hub_id: str, revision: str) -> Path | None:
    """The folder of this commit, if at least its config.json is there."""
    from huggingface_hub import try_to_load_from_cache

    try:
        found = try_to_load_from_cache(hub_id, "config.json", cache_dir=hub_cache, revision=revision)
    except OSError:
        return HubRepository.of(hub_cache, hub_id).snapshot(revision)  # whoever reads it is told why it cannot be
    return Path(found).parent if isinstance(found, str) else None


def etag_of(file: Path) -> str | None:
    """The etag under which a file of a snapshot is kept; None where the file is no link (systems without links)."""
    return file.readlink().name if file.is_symlink() else None


def matches_etag(file: Path, sha256: str, etag: str) -> bool:
    """Whether a file's bytes are those its etag names: SHA-256 of a large file, Git's blob hash of a small one.

    An etag of any other form (mirrors make up their own) says nothing about the bytes, and matches.
    """
    if SHA256_HEX.fullmatch(etag):
        return sha256 == etag
    if SHA1_HEX.fullmatch(etag):
        return git_blob_hash(file) == etag
    return True


def git_blob_hash(file: Path) -> str:
    """Git's name for a file's content: SHA-1 of `blob <size>`, a NUL and the bytes. Raises `OSError`."""
    digest = hashlib.sha1(f"blob {file.stat().st_size}\0".encode(), usedforsecurity=False)
    with file.open("rb") as content:
        while chunk := content.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
