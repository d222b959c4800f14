"""The catalogue: which checkpoints there are, where each is published, and which mini stands in for a full-size one."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from pipelines.errors import SettingsProblem, UnknownCheckpoint
from pipelines.settings import Settings


class Kind(StrEnum):
    """What kind of entry it is."""

    FULL_SIZE = "full-size"
    MINI = "mini"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One checkpoint that Maskboard knows by name."""

    name: str
    family: str | None
    """What its config.json says under model_type; None for a person's own one whose settings leave it open."""
    kind: Kind
    hub_id: str | None = None
    """Where the hub has it; None for minis and for folders."""
    revision: str | None = None
    """The pinned commit of the hub, 40 hex digits."""
    stand_in: str | None = None
    """The mini of the same family that answers, under its own name, where this one is not to be had."""
    folder: Path | None = None
    """The folder that the settings file names for it."""
    former_hub_ids: tuple[str, ...] = ()
    """Earlier names on the hub. Caches made under them hold the same commits."""
    weights_sha256: str | None = None
    """Of model.safetensors at the pinned revision, where it is known beforehand."""
    weights_bytes: int | None = None
    """Size of model.safetensors at the pinned revision, where it is known beforehand."""


# The hashes and sizes are those that several independent public sources give for these files. They were not compared with
# the hub itself, which shows its own at https://huggingface.co/<hub id>/blob/<revision>/model.safetensors; if a download of
# the right commit is refused for its hash, compare them there first.
# ALBERT's are left out: they are asked of the hub, and recorded, at the time of the download.
_FULL_SIZE = (
    CatalogueEntry(
        name="bert-base-uncased",
        family="bert",
        kind=Kind.FULL_SIZE,
        hub_id="google-bert/bert-base-uncased",
        revision="86b5e0934494bd15c9632b12f734a8a67f723594",
        stand_in="bert-mini",
        former_hub_ids=("bert-base-uncased",),
        weights_sha256="68d45e234eb4a928074dfd868cead0219ab85354cc53d20e772753c6bb9169d3",
        weights_bytes=440_449_768,
    ),
    CatalogueEntry(
        name="distilbert-base-uncased",
        family="distilbert",
        kind=Kind.FULL_SIZE,
        hub_id="distilbert/distilbert-base-uncased",
        revision="12040accade4e8a0f71eabdb258fecc2e7e948be",
        stand_in="distilbert-mini",
        former_hub_ids=("distilbert-base-uncased",),
        weights_sha256="5e3f1108e3cb34ee048634875d8482665b65ac713291a7e32396fb18f6ff0063",
        weights_bytes=267_954_768,
    ),
    CatalogueEntry(
        name="albert-base-v2",
        family="albert",
        kind=Kind.FULL_SIZE,
        hub_id="albert/albert-base-v2",
        revision="8e2f239c5f8a2c0f253781ca60135db913e5c80c",
        stand_in="albert-mini",
        former_hub_ids=("albert-base-v2",),
    ),
)

_MINIS = tuple(
    CatalogueEntry(name=f"{family}-mini", family=family, kind=Kind.MINI) for family in ("bert", "distilbert", "albert")
)


def catalogue(settings: Settings) -> tuple[CatalogueEntry, ...]:
    """Every checkpoint that can be named: three full-size ones, three minis, then the person's own in their order.

    Raises `SettingsProblem` where the settings file pins a built-in name to something else.
    """
    named = {checkpoint.name: checkpoint for checkpoint in settings.named}
    entries = []
    for entry in _FULL_SIZE + _MINIS:
        override = named.pop(entry.name, None)
        if override is None:
            entries.append(entry)
            continue
        if override.hub_id is not None or override.family not in (None, entry.family):
            # The same name for other weights would make two people's histories disagree without a word.
            raise SettingsProblem(
                f"{settings.file}: checkpoints.{entry.name} is built in and may only be given a folder: "
                "choose another name for another checkpoint."
            )
        entries.append(replace(entry, folder=override.folder))
    own = (
        CatalogueEntry(
            name=checkpoint.name,
            family=checkpoint.family,
            kind=Kind.OWN,
            hub_id=checkpoint.hub_id,
            revision=checkpoint.revision,
            folder=checkpoint.folder,
        )
        for checkpoint in named.values()
    )
    return (*entries, *own)


def entry_named(name: str, settings: Settings) -> CatalogueEntry:
    """The entry of that name. Raises `UnknownCheckpoint` with the closest names."""
    entries = {entry.name: entry for entry in catalogue(settings)}
    if name in entries:
        return entries[name]
    shown = name if len(name) <= 100 else name[:97] + "..."
    close = difflib.get_close_matches(name[:200].lower(), entries, n=3, cutoff=0.7)
    hint = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(entries)}."
    raise UnknownCheckpoint(f"There is no checkpoint named {shown!r}: {hint}")


def size_in_words(size: int) -> str:
    """A size in bytes as people read it, in decimal units: 440449768 is '440 MB'."""
    amount, unit = float(size), "bytes"
    for larger in ("kB", "MB", "GB"):
        if amount < 999.5:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}" if unit != "bytes" and amount < 9.95 else f"{amount:.0f} {unit}"
