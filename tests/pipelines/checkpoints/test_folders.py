"""Every way in which a folder can be wrong: one sentence each."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from safetensors.numpy import save

from pipelines.checkpoints import (
    Missing,
    locate,
)
from pipelines.errors import CheckpointUnavailable
from pipelines.settings import Settings
from pipelines.weights.folder import read_folder
from tests.pipelines.checkpoints.conftest import BERT, config, models_dir
from tests.pipelines.hub_server import tiny_checkpoint, write_folder

FOLDERS: list[tuple[str, dict[str, bytes | None], str]] = [
    ("no_config", {"config.json": None}, "There is no config.json of"),
    ("broken_config", {"config.json": b'{"model_type": '}, "cannot be read as JSON"),
    ("binary_config", {"config.json": b"\xff\xfe\x00"}, "cannot be read as JSON"),
    ("deep_config", {"config.json": b"[" * 100_000}, "cannot be read as JSON"),
    ("config_is_a_list", {"config.json": b"[]"}, "does not hold a JSON object"),
    ("no_model_type", {"config.json": config(model_type=None)}, "has no model_type"),
    ("no_vocab_size", {"config.json": config(vocab_size=None)}, "has no vocab_size"),
    ("vocab_size_true", {"config.json": config(vocab_size=True)}, "has no vocab_size"),
    ("other_family", {"config.json": config(model_type="roberta")}, "holds a roberta model where bert is expected"),
    ("bare_model", {"config.json": config(architectures=["BertModel"])}, "names BertModel"),
    ("causal_model", {"config.json": config(architectures=["GPT2LMHeadModel"])}, "not hold a masked language model"),
    ("no_architectures", {"config.json": config(architectures=None)}, "names no architecture"),
    ("no_weights", {"model.safetensors": None}, "has no weights: put model.safetensors there"),
    ("pickle", {"model.safetensors": None, "pytorch_model.bin": b"x"}, "save_pretrained(folder), which writes"),
    ("empty_weights", {"model.safetensors": b""}, "cannot be read as safetensors"),
    ("short_header", {"model.safetensors": tiny_checkpoint()["model.safetensors"][:40]}, "may have been cut short"),
    ("short_weights", {"model.safetensors": tiny_checkpoint()["model.safetensors"][:-1]}, "may have been cut short"),
    ("huge_header", {"model.safetensors": b"\xff" * 64}, "cannot be read as safetensors"),
    ("pointer", {"model.safetensors": b"version https://git-lfs.github.com/spec/v1\noid"}, "git lfs pull"),
    ("no_head", {"model.safetensors": save({"w": np.zeros(3, np.float32)})}, "have no head that fills a mask"),
    ("no_tokenizer", {"tokenizer.json": None}, "has no tokenizer: put tokenizer.json"),
    ("only_sentencepiece", {"tokenizer.json": None, "spiece.model": b"x"}, "has no tokenizer: put tokenizer.json"),
    ("index_climbs", {"model.safetensors": None, "model.safetensors.index.json": b'{"weight_map": {"a": "../x.safetensors"}}'},
     "does not name safetensors files beside it"),
    ("index_of_pickles", {"model.safetensors": None, "model.safetensors.index.json": b'{"weight_map": {"a": "x.bin"}}'},
     "does not name safetensors files beside it"),
    ("index_empty", {"model.safetensors": None, "model.safetensors.index.json": b"{}"},
     "does not name safetensors files beside it"),
    ("shard_missing", {"model.safetensors": None, "model.safetensors.index.json": b'{"weight_map": {"a": "x.safetensors"}}'},
     "lacks 1 of 1 weight files, first x.safetensors"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), [row[1:] for row in FOLDERS], ids=[row[0] for row in FOLDERS])
def test_a_folder_that_is_not_whole_gets_one_sentence(settings: Settings, changes: dict[str, bytes | None], said: str) -> None:
    files = {name: content for name, content in (tiny_checkpoint() | changes).items() if content is not None}
    write_folder(models_dir(settings) / BERT, files)

    missing = locate(BERT, settings)

    assert isinstance(missing, Missing)
    assert said in missing.why
    assert "\n" not in missing.why


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_may_not_be_read_gets_one_sentence(settings: Settings) -> None:
    folder = write_folder(models_dir(settings) / BERT, tiny_checkpoint())
    (folder / "model.safetensors").chmod(0)

    missing = locate(BERT, settings)

    assert isinstance(missing, Missing)
    assert "cannot be read" in missing.why


@hypothesis_settings(deadline=None)  # a busy machine is not a failure
@given(st.binary(max_size=300))
def test_no_bytes_in_place_of_weights_end_in_a_trace(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = write_folder(tmp_path_factory.mktemp("folder"), tiny_checkpoint() | {"model.safetensors": content})

    with pytest.raises(CheckpointUnavailable):
        read_folder(folder, "bert")
