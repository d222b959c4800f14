"""What a checkpoint is, and that its bytes are right."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save

from pipelines.checkpoints import (
    entry_named,
    identify,
)
from pipelines.errors import CheckpointUnavailable, WrongWeights
from pipelines.settings import NamedCheckpoint, Settings
from pipelines.weights.folder import read_folder
from tests.pipelines.checkpoints.conftest import (
    BERT,
    config,
    content_revision,
    flip_a_byte,
    into_hub_cache,
    located,
    models_dir,
    with_named,
)
from tests.pipelines.hub_server import HEADS, tiny_checkpoint, write_folder


def test_another_configuration_is_another_checkpoint(settings: Settings) -> None:
    before = identify(located("bert-mini", settings), settings)
    config = settings.bundled_dir / "bert-mini" / "config.json"
    config.write_text(config.read_text("utf-8").replace("{", '{"hidden_act": "relu", ', 1), "utf-8")
    after = identify(located("bert-mini", settings), settings)
    assert after.weights_sha256 == before.weights_sha256
    assert after.revision != before.revision


def test_identity_of_a_mini_is_that_of_its_files(settings: Settings) -> None:
    files = tiny_checkpoint("distilbert", seed=1)

    checkpoint = identify(located("distilbert-mini", settings), settings)

    assert checkpoint.weights_sha256 == hashlib.sha256(files["model.safetensors"]).hexdigest()
    assert checkpoint.revision == content_revision(settings.bundled_dir / "distilbert-mini")
    listing = subprocess.run(
        ["sha256sum", "tokenizer.json", "tokenizer_config.json"],
        cwd=settings.bundled_dir / "distilbert-mini",
        capture_output=True,
        check=True,
    ).stdout
    assert checkpoint.tokenizer_sha256 == hashlib.sha256(listing).hexdigest()
    assert (checkpoint.family, checkpoint.source) == ("distilbert", "bundled")
    assert (checkpoint.parameters, checkpoint.vocabulary_size) == (1_000 * 64 + 64 * 64, 1_000)


def test_shards_are_hashed_as_sha256sum_lists_them(tmp_path: Path, settings: Settings) -> None:
    files = tiny_checkpoint()
    del files["model.safetensors"]
    for number, tensor in ((1, "embeddings.word_embeddings.weight"), (2, HEADS["bert"])):
        files[f"model-0000{number}-of-00002.safetensors"] = save({tensor: np.ones((4, 2), np.float32)})
    names = [name for name in sorted(files) if name.startswith("model-")]
    files["model.safetensors.index.json"] = json.dumps({"weight_map": dict(zip("ab", names, strict=True))}).encode()
    folder = write_folder(tmp_path / "sharded", files)
    own = with_named(settings, NamedCheckpoint("sharded", folder, None, None, None))

    listing = subprocess.run(["sha256sum", *names], cwd=folder, capture_output=True, check=True).stdout
    checkpoint = identify(located("sharded", own), own)

    assert checkpoint.weights_sha256 == hashlib.sha256(listing).hexdigest()
    assert checkpoint.parameters == 16
    assert located("sharded", own).weights_bytes == sum(len(files[name]) for name in names)


@pytest.mark.parametrize("absent", ["vocab.txt", "tokenizer.json"])
def test_a_tokenizer_is_hashed_with_its_settings(settings: Settings, absent: str) -> None:
    files = tiny_checkpoint() | {"vocab.txt": b"[MASK]\ncat\n"}
    del files[absent]
    folder = write_folder(models_dir(settings) / BERT, files)
    before = identify(located(BERT, settings), settings).tokenizer_sha256

    (folder / "tokenizer_config.json").write_bytes(b'{"do_lower_case": false}')

    assert identify(located(BERT, settings), settings).tokenizer_sha256 != before


@pytest.mark.parametrize("family", ["bert", "distilbert", "albert"])
def test_parameters_are_those_that_torch_counts(family: str, tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    sizes: dict[str, dict[str, int]] = {
        "bert": {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32},
        "distilbert": {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 32},
        "albert": {
            "hidden_size": 16,
            "embedding_size": 8,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "intermediate_size": 32,
        },
    }
    configuration = transformers.AutoConfig.for_model(family, vocab_size=50, **sizes[family])
    model = transformers.AutoModelForMaskedLM.from_config(configuration)
    model.save_pretrained(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")

    held = read_folder(tmp_path, family)

    assert held.parameters == sum(parameter.numel() for parameter in model.parameters())
    assert held.vocabulary_size == 50


def test_what_is_stored_twice_is_counted_once(tmp_path: Path) -> None:
    tensors: dict[str, NDArray[Any]] = {
        "bert.embeddings.word_embeddings.weight": np.ones((10, 4), np.float32),
        "bert.embeddings.position_ids": np.ones((1, 8), np.int64),
        HEADS["bert"]: np.ones((4, 4), np.float16),
        "cls.predictions.decoder.weight": np.ones((10, 4), np.float32),
        "cls.predictions.decoder.bias": np.ones(10, np.float32),
        "cls.predictions.bias": np.ones(10, np.float32),
    }
    files = tiny_checkpoint() | {"model.safetensors": save(tensors)}

    tied = read_folder(write_folder(tmp_path / "tied", files))
    files["config.json"] = config(tie_word_embeddings=False)
    untied = read_folder(write_folder(tmp_path / "untied", files))

    assert tied.parameters == 10 * 4 + 4 * 4 + 10
    assert untied.parameters == tied.parameters + 10 * 4


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "tokenizer_config.json"])
def test_a_flipped_byte_in_a_mini_is_said(settings: Settings, file: str) -> None:
    folder = settings.bundled_dir / "bert-mini"
    sums = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  bert-mini/{path.name}\n" for path in folder.iterdir())
    write_folder(settings.bundled_dir, {"SHA256SUMS": sums.encode()})
    identify(located("bert-mini", settings), settings)

    flip_a_byte(folder / file)

    with pytest.raises(WrongWeights, match=rf"{file} is not the file that was shipped .*restore"):
        identify(located("bert-mini", settings), settings)


def test_a_flipped_byte_in_the_hubs_cache_is_said_whoever_downloaded_it(settings: Settings) -> None:
    own = with_named(settings, NamedCheckpoint("theirs", None, "team/theirs", "a" * 40, None))
    snapshot = into_hub_cache(own, "team/theirs", "a" * 40, tiny_checkpoint())
    identify(located("theirs", own), own)

    flip_a_byte((snapshot / "model.safetensors").resolve())

    with pytest.raises(WrongWeights, match=r"published on the hub .*download theirs again"):
        identify(located("theirs", own), own)


def test_other_weights_than_the_catalogues_at_the_pinned_commit_are_said(settings: Settings) -> None:
    entry = entry_named(BERT, settings)
    assert entry.hub_id is not None and entry.revision is not None
    into_hub_cache(settings, entry.hub_id, entry.revision, tiny_checkpoint())

    with pytest.raises(WrongWeights, match=r"is not the file that was published"):
        identify(located(BERT, settings), settings)


def test_files_that_went_away_meanwhile_get_a_sentence(settings: Settings) -> None:
    found = located("bert-mini", settings)
    (found.folder / "model.safetensors").unlink()

    with pytest.raises(CheckpointUnavailable, match="has no weights"):
        identify(found, settings)
