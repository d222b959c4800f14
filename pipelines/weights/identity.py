"""What exactly was found: the hashes of a checkpoint, compared with everything that is known about them.

A flipped byte in a safetensors file loads without a word; only its hash tells. So `identify` comes before every load.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pipelines.catalogue import entry_named
from pipelines.errors import CheckpointUnavailable, WrongWeights
from pipelines.hub.cache import HubRepository, etag_of, matches_etag
from pipelines.settings import Settings
from pipelines.weights.folder import CONFIG, WEIGHTS, CheckpointFolder, read_folder
from pipelines.weights.hashes import HashMemory, combined
from pipelines.weights.located import Located, Source
from storage.records import Checkpoint

_SUMS = "SHA256SUMS"


def identify(located: Located, settings: Settings, *, fresh: bool = False) -> Checkpoint:
    """The record that names these weights and this tokenizer. To be called before they are loaded.

    weights_sha256: of model.safetensors; of several shards, the SHA-256 of the lines that `sha256sum` prints for them in
    the order of their names. tokenizer_sha256: in the same way of every file that decides what the tokenizer does
    (`CheckpointFolder.tokenizer`). revision: the hub's commit; elsewhere in the same way of config.json and the weights, since
    another activation or another number of heads makes other answers of the same weights. `fresh` reads every byte again
    instead of trusting remembered hashes.

    Raises `WrongWeights` where a hash is not the expected one, `CheckpointUnavailable` where files went away meanwhile.
    """
    held = read_folder(located.folder, located.family)
    memory = hash_memory(settings)
    digests = {}
    config = located.folder / CONFIG
    for file in (*held.weights, *held.tokenizer, config):
        try:
            digests[file] = memory.of(file, fresh=fresh)
            _compare(located, file, digests[file], settings)
        except OSError as error:
            raise CheckpointUnavailable(f"{file} cannot be read ({error.strerror}): check who may read it.") from error
    weights_sha256 = combined((file.name, digests[file]) for file in held.weights)
    return Checkpoint(
        name=located.name,
        family=located.family,
        source=located.source.value,
        revision=located.revision if located.source is Source.HUB else content_revision(held, digests.__getitem__),
        weights_sha256=weights_sha256,
        tokenizer_sha256=combined((file.name, digests[file]) for file in held.tokenizer),
        parameters=held.parameters,
        vocabulary_size=held.vocabulary_size,
    )


def content_revision(held: CheckpointFolder, digest: Callable[[Path], str]) -> str:
    """The revision of a folder that is no commit of the hub: of config.json and the weights. Raises what `digest` raises."""
    return combined((file.name, digest(file)) for file in (held.folder / CONFIG, *held.weights))


def hash_memory(settings: Settings) -> HashMemory:
    """The hashes that this person's machine remembers."""
    return HashMemory(settings.cache_dir / "hashes.json")


def bundled_sums(settings: Settings) -> Mapping[str, str]:
    """SHA-256 by `<name>/<file>`, as shipped beside the minis; empty where nothing is shipped."""
    sums = {}
    listing = settings.bundled_dir / _SUMS
    if listing.is_file():
        for line in listing.read_text(encoding="utf-8").splitlines():
            digest, _, path = line.partition(" ")
            sums[path.strip().removeprefix("*").removeprefix("./")] = digest.lower()
    return sums


def _compare(located: Located, file: Path, digest: str, settings: Settings) -> None:
    """Raises `WrongWeights` where something is known about the file's bytes and they are others."""
    if located.source is Source.BUNDLED:
        listed = bundled_sums(settings).get(f"{located.name}/{file.name}", digest)
        if listed != digest:
            raise _wrong(file, "shipped with the project", f"restore {located.folder} from the project")
    elif located.source is Source.HUB:
        again = f"download {located.name} again, which replaces what is wrong"
        recorded = HubRepository.holding(located.folder).recorded(located.revision)
        if recorded.get(file.name, digest) != digest:
            raise _wrong(file, "downloaded", again)
        etag = etag_of(file)
        if etag is not None and not matches_etag(file, digest, etag):
            raise _wrong(file, "published on the hub", again)
        published = entry_named(located.name, settings).weights_sha256 if file.name == WEIGHTS else None
        if published is not None and published != digest:
            raise _wrong(file, "published", again)


def _wrong(file: Path, what: str, remedy: str) -> WrongWeights:
    return WrongWeights(f"{file} is not the file that was {what} (its SHA-256 differs), so it is not loaded: {remedy}.")
