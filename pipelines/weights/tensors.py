"""The tensors of a checkpoint, by name and shape: read from the headers of its weights, without torch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipelines.errors import CheckpointUnavailable

Shapes = Mapping[str, tuple[int, ...]]
"""Name and shape of each floating-point tensor. Integers are positions and the like: nothing that training changes."""

# One tensor that only the masked-language head has. Without it the loader would fill the head with random numbers.
_HEADS = {
    "bert": "cls.predictions.transform.dense.weight",
    "distilbert": "vocab_transform.weight",
    "albert": "predictions.dense.weight",
    "roberta": "lm_head.dense.weight",
    "xlm-roberta": "lm_head.dense.weight",
    "camembert": "lm_head.dense.weight",
}

_OUTPUT_MATRICES = ("decoder.weight", "vocab_projector.weight", "lm_head.weight")
_OUTPUT_BIASES = ("decoder.bias",)


def read_shapes(files: Iterable[Path]) -> Shapes:
    """Of all weight files together. Raises `CheckpointUnavailable` where one is cut short or is something else."""
    return {name: shape for file in files for name, shape in _shapes_of(file).items()}


def missing_head(shapes: Shapes, family: str) -> str | None:
    """The tensor that a masked language model of this family has and these weights lack; None where all is well."""
    head = _HEADS.get(family)
    return None if head is None or head in shapes else head


def count_parameters(shapes: Shapes, *, tied: bool) -> int:
    """Numbers as stored. What is tied to another tensor, and stored all the same, counts once.

    `tied`: whether the output matrix is the word embeddings, as config.json says under tie_word_embeddings.
    """
    counted = 0
    for name, shape in shapes.items():
        if tied and name.endswith(_OUTPUT_MATRICES) and _has_twin(name, shape, shapes):
            continue
        # The bias of the output is stored a second time by older versions, as "<head>.bias" beside "<head>.decoder.bias".
        if name.endswith(_OUTPUT_BIASES) and shapes.get(name.removesuffix("decoder.bias") + "bias") == shape:
            continue
        counted += math.prod(shape)
    return counted


def _has_twin(name: str, shape: tuple[int, ...], shapes: Shapes) -> bool:
    return any(other.endswith("word_embeddings.weight") and shapes[other] == shape for other in shapes if other != name)


def _shapes_of(file: Path) -> Shapes:
    """By the format's own reader, which also checks the length of the file."""
    from safetensors import SafetensorError, safe_open

    try:
        with file.open("rb") as start:
            is_pointer = start.read(40).startswith(b"version https://git-lfs")
        if is_pointer:
            raise CheckpointUnavailable(
                f"{file} is a Git LFS pointer and not the weights: run `git lfs pull` where it was cloned, and copy it again."
            )
        with safe_open(file, framework="np") as tensors:
            slices = {name: tensors.get_slice(name) for name in tensors.keys()}  # noqa: SIM118 - a reader, not a dict
            return {name: tuple(part.get_shape()) for name, part in slices.items() if part.get_dtype().startswith(("F", "BF"))}
    except (SafetensorError, OSError) as error:
        raise CheckpointUnavailable(
            f"{file} cannot be read as safetensors ({error}): it may have been cut short; copy or download it again."
        ) from error
