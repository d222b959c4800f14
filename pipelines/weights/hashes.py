"""SHA-256 of files, remembered: a checkpoint of 440 MB is hashed once and not at every start.

A remembered hash holds for the same path, size, times of change and file number (inode). Bits that a disk loses without
the file being written are not seen that way: `HashMemory.of(file, fresh=True)` reads the file again.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_VERSION = 1

_SETTLED_NS = 2_000_000_000
"""A file that changed less than this before it was hashed may change again within a tick of its clock: not kept."""


@dataclass(frozen=True, slots=True)
class HashMemory:
    """Hashes of files, remembered in one small JSON file. Losing it costs time and nothing else."""

    file: Path

    def of(self, path: Path, *, fresh: bool = False) -> str:
        """SHA-256 of the file in hex. `fresh` reads it whatever is remembered. Raises `OSError`."""
        real = path.resolve()
        stamp = _stamp(real)
        if not fresh:
            remembered = self._read().get(str(real))
            if isinstance(remembered, dict) and remembered.get("stamp") == stamp and "sha256" in remembered:
                return str(remembered["sha256"])
        digest = sha256_of(real)
        self._remember(real, digest, stamp)
        return digest

    def _remember(self, real: Path, digest: str, stamp: list[int]) -> None:
        """Keep a hash, if the file is still the one that had this stamp when the hashing began."""
        if stamp != _stamp(real) or time.time_ns() - max(stamp[1], stamp[2]) < _SETTLED_NS:
            return
        # A read-only home or a full disk must not keep a checkpoint from loading: it is hashed again next time.
        with suppress(OSError):
            files = {known: value for known, value in self._read().items() if Path(known).exists()}
            files[str(real)] = {"stamp": stamp, "sha256": digest}
            write_json(self.file, {"version": _VERSION, "files": files})

    def _read(self) -> dict[str, Any]:
        try:
            value = json.loads(self.file.read_text(encoding="utf-8"))
            return dict(value["files"]) if value["version"] == _VERSION else {}
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return {}


def combined(files: Iterable[tuple[str, str]]) -> str:
    """One hash for (name, sha256) pairs: a single file's own hash; of several, that of the lines `sha256sum` prints.

    So that anyone can check it: `sha256sum model.safetensors`, or `sha256sum model-*.safetensors | sha256sum`.
    """
    listed = list(files)
    if len(listed) == 1:
        return listed[0][1]
    return hashlib.sha256("".join(f"{digest}  {name}\n" for name, digest in listed).encode()).hexdigest()


def write_json(file: Path, value: object) -> None:
    """Replace the file in one step, so that a reader sees the old or the new one, whole. Raises `OSError`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as temporary:
            json.dump(value, temporary, indent=1)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _stamp(path: Path) -> list[int]:
    """Size, times of change in ns, file number. The second time is the system's own, which no tool can set back."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def sha256_of(path: Path) -> str:
    """Read the whole file now. Raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
