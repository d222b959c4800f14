"""Where a checkpoint was found, or why it was not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Source(StrEnum):
    """What serves a checkpoint."""

    FOLDER = "folder"
    HUB = "hub"
    BUNDLED = "bundled"


@dataclass(frozen=True, slots=True)
class Located:
    """A checkpoint that can be loaded, and from where."""

    name: str
    family: str
    """model_type of its config.json."""
    source: Source
    folder: Path
    revision: str
    """The hub's commit; for a folder and a bundled mini a SHA-256 of configuration and weights together."""
    weights_bytes: int
    as_published: bool | None = None
    """Of a folder under a full-size name: whether its weights are byte for byte the published ones; None if not known."""
    remarks: tuple[str, ...] = ()
    """Sentences worth showing: sources that were there and could not serve, weights that are not the published ones."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A checkpoint of the catalogue that no source serves."""

    name: str
    family: str | None
    why: str
    """One sentence."""
    remedy: str
    """One sentence: what the person can do."""
    download_bytes: int | None = None
    """Size of the weights on the hub, where it is known without asking the hub."""
    can_download: bool = False
    """Whether the hub has it."""
    remarks: tuple[str, ...] = ()
    """One sentence for each source that was there and could not serve."""
