"""A folder with a checkpoint in it: what it must hold, read without torch and in milliseconds.

Everything that would otherwise be a trace in the middle of loading, or worse no trace at all, is found here and said in
one sentence: weights that are missing, cut short, of another family, or without the head that fills a mask.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pipelines.errors import CheckpointUnavailable
from pipelines.weights.tensors import count_parameters, missing_head, read_shapes

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
WEIGHTS_INDEX = "model.safetensors.index.json"
TOKENIZER = "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"

# What a tokenizer can be built from, best first. spiece.model is not among them: reading it needs a library that
# Maskboard does not install.
_VOCABULARIES = ((TOKENIZER,), ("vocab.txt",), ("vocab.json", "merges.txt"))

# They change what a tokenizer does with the same tokenizer.json: in transformers 5.23.0 a BertTokenizer obeys
# do_lower_case of tokenizer_config.json against it. So they are part of its identity.
_TOKENIZER_SETTINGS = (TOKENIZER_CONFIG, "special_tokens_map.json", "added_tokens.json")

# Heads that come with the masked-language head of the pre-training; the others must be named ...ForMaskedLM.
_PRETRAINING = ("BertForPreTraining", "AlbertForPreTraining")

_MAX_JSON_BYTES = 20_000_000
"""An index of weights of many shards takes a few MB; more than this is not one."""


@dataclass(frozen=True, slots=True)
class CheckpointFolder:
    """A folder that holds a whole masked language model."""

    folder: Path
    family: str
    """model_type of config.json."""
    vocabulary_size: int
    parameters: int
    """Numbers as stored: every floating-point tensor, parts that fill-mask does not use (pooler, next sentence) included;
    an output matrix or bias that is tied to another tensor counts once."""
    weights: tuple[Path, ...]
    """model.safetensors, or its shards in the order of their names."""
    weights_bytes: int
    tokenizer: tuple[Path, ...]
    """Every file that decides what the tokenizer does, by name: tokenizer.json (where there is none, the vocabulary) and
    those of tokenizer_config.json, special_tokens_map.json and added_tokens.json that are there."""


def read_folder(folder: Path, family: str | None = None) -> CheckpointFolder:
    """What the folder holds.

    Raises `CheckpointUnavailable` with one sentence where it is no whole masked language model (of `family`, if given).
    """
    if not folder.is_dir():
        raise CheckpointUnavailable(f"{folder} is not a folder: make it, or name another.")
    config = read_config(folder / CONFIG, str(folder), family)
    weights = _weights(folder)
    tokenizer = _tokenizer(folder)
    shapes = read_shapes(weights)
    head = missing_head(shapes, config["model_type"])
    if head is not None:
        raise CheckpointUnavailable(
            f"The weights in {folder} have no head that fills a mask (no tensor {head}), though {CONFIG} names "
            f"{config['architectures'][0]}: take the weights of a masked language model."
        )
    return CheckpointFolder(
        folder=folder,
        family=config["model_type"],
        vocabulary_size=config["vocab_size"],
        parameters=count_parameters(shapes, tied=config.get("tie_word_embeddings", True) is not False),
        weights=weights,
        weights_bytes=sum(file.stat().st_size for file in weights),
        tokenizer=tokenizer,
    )


def read_config(file: Path, holder: str, family: str | None) -> dict[str, Any]:
    """A config.json, checked to be that of a masked language model (of `family`, if given).

    Raises `CheckpointUnavailable` with one sentence about `holder`, the folder or repository that it describes.
    """
    config = _json(file, f"{CONFIG} of {holder}")
    found = config.get("model_type")
    if not isinstance(found, str) or not found:
        raise CheckpointUnavailable(
            f"The {CONFIG} of {holder} has no model_type: copy it again from where the weights come from."
        )
    if family is not None and found != family:
        raise CheckpointUnavailable(
            f"{holder} holds a {found} model where {family} is expected: put the {family} weights there, "
            "or add it to the settings file under a name of its own."
        )
    named = config.get("architectures")
    architectures = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    if not any(name.endswith("ForMaskedLM") or name in _PRETRAINING for name in architectures):
        raise CheckpointUnavailable(
            f"{holder} does not hold a masked language model ({CONFIG} names {', '.join(architectures) or 'no architecture'}): "
            "take one whose architectures end in ForMaskedLM."
        )
    size = config.get("vocab_size")
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise CheckpointUnavailable(
            f"The {CONFIG} of {holder} has no vocab_size: copy it again from where the weights come from."
        )
    return config


def _weights(folder: Path) -> tuple[Path, ...]:
    if (folder / WEIGHTS).is_file():
        return (folder / WEIGHTS,)
    if (folder / WEIGHTS_INDEX).is_file():
        shards = shard_names(_json(folder / WEIGHTS_INDEX, f"{WEIGHTS_INDEX} of {folder}"), folder / WEIGHTS_INDEX)
        missing = [name for name in shards if not (folder / name).is_file()]
        if missing:
            raise CheckpointUnavailable(
                f"{folder} lacks {len(missing)} of {len(shards)} weight files, first {missing[0]}: copy them there too."
            )
        return tuple(folder / name for name in shards)
    if any(folder.glob("pytorch_model*.bin")) or any(folder.glob("*.pt")):
        raise CheckpointUnavailable(
            f"{folder} has its weights only as a pickle (.bin), which can run code when opened and is never read: convert it "
            "where you trust it, with AutoModelForMaskedLM.from_pretrained(folder).save_pretrained(folder), which writes "
            f"{WEIGHTS}."
        )
    raise CheckpointUnavailable(f"{folder} has no weights: put {WEIGHTS} there, beside {CONFIG}.")


def shard_names(index: Mapping[str, Any], where: Path | str) -> tuple[str, ...]:
    """The weight files that an index names, in the order of their names.

    Raises `CheckpointUnavailable` where it names none, or anything but a safetensors file beside it.
    """
    weight_map = index.get("weight_map")
    names = sorted({str(name) for name in weight_map.values()}) if isinstance(weight_map, dict) else []
    # The index is a stranger's text: "../../x" or "/etc/x" must not become a path that is read or written.
    if not names or any(PurePosixPath(name).name != name or not name.endswith(".safetensors") for name in names):
        raise CheckpointUnavailable(f"{where} does not name safetensors files beside it: copy it again from its source.")
    return tuple(names)


def _tokenizer(folder: Path) -> tuple[Path, ...]:
    for names in _VOCABULARIES:
        if all((folder / name).is_file() for name in names):
            return tuple(folder / name for name in sorted((*names, *_TOKENIZER_SETTINGS)) if (folder / name).is_file())
    raise CheckpointUnavailable(f"{folder} has no tokenizer: put {TOKENIZER} and {TOKENIZER_CONFIG} there, beside {CONFIG}.")


def _json(file: Path, shown: str) -> dict[str, Any]:
    """A JSON object from a file that a person or the hub gave."""
    again = "copy it again from where the weights come from"
    if not file.is_file():
        raise CheckpointUnavailable(f"There is no {shown}: {again}.")
    try:
        if file.stat().st_size > _MAX_JSON_BYTES:
            raise CheckpointUnavailable(f"The {shown} is too large to be one: {again}.")
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointUnavailable(f"The {shown} cannot be read as JSON ({error}): {again}.") from error
    if not isinstance(value, dict):
        raise CheckpointUnavailable(f"The {shown} does not hold a JSON object: {again}.")
    return value
