"""Where a checkpoint is served from: the first of a person's folder, the hub's cache, the bundled mini that can.

Never the network (that is `pipelines.download`), never torch. What was found is named, and checked, by `identify`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipelines.catalogue import CatalogueEntry, Kind, catalogue, entry_named, size_in_words
from pipelines.errors import CheckpointUnavailable
from pipelines.hub.cache import find_snapshot
from pipelines.settings import Settings
from pipelines.weights.folder import read_folder
from pipelines.weights.hashes import combined
from pipelines.weights.identity import bundled_sums, content_revision, hash_memory, identify
from pipelines.weights.located import Located, Missing, Source

__all__ = [
    "CatalogueEntry",
    "Kind",
    "Located",
    "Missing",
    "Source",
    "catalogue",
    "defaults",
    "entry_named",
    "identify",
    "locate",
    "require",
    "size_in_words",
]

_NEEDED = "config.json, model.safetensors, tokenizer.json and tokenizer_config.json"


def locate(name: str, settings: Settings) -> Located | Missing:
    """The first source that serves: the person's folder, the hub's cache at the pinned commit, the bundled mini.

    Reads whole weights only in folders whose hash is not remembered yet. Raises `UnknownCheckpoint`.
    """
    entry = entry_named(name, settings)
    remarks: list[str] = []
    for source, folder in _places(entry, settings):
        try:
            found = _serve(entry, source, folder, settings)
        except CheckpointUnavailable as error:
            remarks.append(str(error))
        except OSError as error:
            remarks.append(f"{error.filename or folder} cannot be read ({error.strerror}): check who may read it.")
        else:
            return replace(found, remarks=(*remarks, *found.remarks))
    return Missing(
        name=entry.name,
        family=entry.family,
        why=remarks[0] if remarks else f"{entry.name} is not on this machine.",
        remedy=_remedy(entry, settings),
        download_bytes=entry.weights_bytes,
        can_download=entry.hub_id is not None,
        remarks=tuple(remarks),
    )


def require(name: str, settings: Settings) -> Located:
    """`locate`, for those who cannot go on without. Raises `CheckpointUnavailable` with the way out, `UnknownCheckpoint`."""
    found = locate(name, settings)
    if isinstance(found, Missing):
        raise CheckpointUnavailable(f"{found.why} {found.remedy}")
    return found


def defaults(settings: Settings) -> tuple[str, ...]:
    """One name per family, in the catalogue's order: the full-size checkpoint where it is at hand, else its mini."""
    return tuple(
        entry.name if isinstance(locate(entry.name, settings), Located) else entry.stand_in
        for entry in catalogue(settings)
        if entry.stand_in is not None
    )


def _places(entry: CatalogueEntry, settings: Settings) -> Iterator[tuple[Source, Path]]:
    """Where this checkpoint may lie, in the order in which the places are tried."""
    if entry.folder is not None:
        yield Source.FOLDER, entry.folder
    if settings.models_dir is not None and _is_there(settings.models_dir / entry.name):
        yield Source.FOLDER, settings.models_dir / entry.name
    if entry.hub_id is not None and entry.revision is not None:
        for hub_id in (entry.hub_id, *entry.former_hub_ids):
            snapshot = find_snapshot(settings.hub_cache, hub_id, entry.revision)
            if snapshot is not None:
                yield Source.HUB, snapshot
    if entry.kind is Kind.MINI and _is_there(settings.bundled_dir / entry.name):
        yield Source.BUNDLED, settings.bundled_dir / entry.name


def _is_there(folder: Path) -> bool:
    """Whether to try this folder: also where the system will not say, so that the person is told."""
    try:
        return folder.exists()
    except OSError:
        return True


def _serve(entry: CatalogueEntry, source: Source, folder: Path, settings: Settings) -> Located:
    """What this place serves. Raises `CheckpointUnavailable` or `OSError` where it does not."""
    held = read_folder(folder, entry.family)
    if source is Source.HUB and entry.revision is not None:
        return Located(entry.name, held.family, source, folder, entry.revision, held.weights_bytes)
    memory = hash_memory(settings)
    found = Located(entry.name, held.family, source, folder, content_revision(held, memory.of), held.weights_bytes)
    weights_sha256 = combined((file.name, memory.of(file)) for file in held.weights)
    return _against_publication(found, weights_sha256, entry, settings) if entry.kind is Kind.FULL_SIZE else found


def _against_publication(found: Located, weights_sha256: str, entry: CatalogueEntry, settings: Settings) -> Located:
    """A person's folder under a full-size name: never a mini, and a sentence where it is not what was published."""
    for bundled, digest in bundled_sums(settings).items():
        if digest == weights_sha256:
            raise CheckpointUnavailable(
                f"{found.folder} holds the weights of {bundled.split('/')[0]}, which is never shown as {entry.name}: "
                f"put the weights of {entry.name} there, or take the folder away."
            )
    if entry.weights_sha256 is None:
        return found
    if weights_sha256 == entry.weights_sha256:
        return replace(found, as_published=True)
    remark = (
        f"The weights in {found.folder} are not the published ones of {entry.name}: copy them again, or, if they are your "
        "own, give them a name of their own in the settings file."
    )
    return replace(found, as_published=False, remarks=(remark,))


def _remedy(entry: CatalogueEntry, settings: Settings) -> str:
    if entry.kind is Kind.MINI:
        return f"Restore {settings.bundled_dir / entry.name} from the project."
    if settings.models_dir is not None:
        place = f"{settings.models_dir / entry.name}"
    else:
        place = f"a folder {entry.name}/ in the one that MASKBOARD_MODELS_DIR names"
    by_hand = f"put {_NEEDED} into {place}"
    if entry.hub_id is None:
        return f"Mend the folder {entry.folder}, or {by_hand}."
    size = "" if entry.weights_bytes is None else f" ({size_in_words(entry.weights_bytes)})"
    return f"Download it{size} on the Models page or with `python -m pipelines models --download {entry.name}`, or {by_hand}."
