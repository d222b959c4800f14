"""Where a checkpoint is served from, and why not from elsewhere."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.checkpoints import (
    Missing,
    Source,
    defaults,
    entry_named,
    locate,
    require,
)
from pipelines.errors import CheckpointUnavailable
from pipelines.settings import NamedCheckpoint, Settings
from tests.pipelines.checkpoints.conftest import BERT, MINIS, content_revision, into_hub_cache, located, models_dir, with_named
from tests.pipelines.hub_server import tiny_checkpoint, write_folder


def test_with_nothing_at_hand_the_minis_answer_under_their_own_names(settings: Settings) -> None:
    assert defaults(settings) == MINIS
    for mini in MINIS:
        assert located(mini, settings).source is Source.BUNDLED


def test_a_folder_serves_before_the_hub_and_the_hub_before_nothing(settings: Settings) -> None:
    entry = entry_named(BERT, settings)
    assert entry.hub_id is not None and entry.revision is not None
    assert isinstance(locate(BERT, settings), Missing)

    snapshot = into_hub_cache(settings, entry.hub_id, entry.revision, tiny_checkpoint(seed=7))
    assert (located(BERT, settings).source, located(BERT, settings).folder) == (Source.HUB, snapshot)
    assert located(BERT, settings).revision == entry.revision
    assert defaults(settings) == (BERT, *MINIS[1:])

    folder = write_folder(models_dir(settings) / BERT, tiny_checkpoint(seed=8))
    assert (located(BERT, settings).source, located(BERT, settings).folder) == (Source.FOLDER, folder)
    assert located(BERT, settings).revision == content_revision(folder)


def test_the_settings_file_comes_before_the_models_folder(settings: Settings, tmp_path: Path) -> None:
    write_folder(models_dir(settings) / BERT, tiny_checkpoint(seed=8))
    named = write_folder(tmp_path / "named", tiny_checkpoint(seed=9))

    assert located(BERT, with_named(settings, NamedCheckpoint(BERT, named, None, None, None))).folder == named


def test_a_cache_made_under_the_former_name_of_the_hub_serves(settings: Settings) -> None:
    revision = entry_named(BERT, settings).revision
    assert revision is not None

    snapshot = into_hub_cache(settings, BERT, revision, tiny_checkpoint())

    assert located(BERT, settings).folder == snapshot


def test_another_commit_in_the_hubs_cache_does_not_serve(settings: Settings) -> None:
    into_hub_cache(settings, "google-bert/bert-base-uncased", "f" * 40, tiny_checkpoint())

    assert isinstance(locate(BERT, settings), Missing)


def test_a_source_that_cannot_serve_is_passed_over_with_a_remark(settings: Settings) -> None:
    revision = entry_named(BERT, settings).revision
    assert revision is not None
    (models_dir(settings) / BERT).mkdir()
    into_hub_cache(settings, "google-bert/bert-base-uncased", revision, tiny_checkpoint())

    found = located(BERT, settings)

    assert found.source is Source.HUB
    assert len(found.remarks) == 1 and "There is no config.json of" in found.remarks[0]


def test_what_is_missing_says_why_and_what_to_do(settings: Settings) -> None:
    missing = locate(BERT, settings)

    assert isinstance(missing, Missing)
    assert (missing.can_download, missing.download_bytes) == (True, 440_449_768)
    assert "440 MB" in missing.remedy
    assert "--download bert-base-uncased" in missing.remedy
    assert str(models_dir(settings) / BERT) in missing.remedy
    with pytest.raises(CheckpointUnavailable, match=r"is not on this machine\. Download it"):
        require(BERT, settings)


def test_an_own_checkpoint_takes_its_family_from_its_configuration(settings: Settings, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "ours", tiny_checkpoint("albert"))

    found = located("ours", with_named(settings, NamedCheckpoint("ours", folder, None, None, None)))

    assert (found.family, found.source) == ("albert", Source.FOLDER)


def test_a_mini_is_never_served_under_a_full_size_name(settings: Settings) -> None:
    files = tiny_checkpoint("bert", seed=0)
    write_folder(models_dir(settings) / BERT, files)
    digest = hashlib.sha256(files["model.safetensors"]).hexdigest()
    write_folder(settings.bundled_dir, {"SHA256SUMS": f"{digest}  bert-mini/model.safetensors\n".encode()})

    missing = locate(BERT, settings)

    assert isinstance(missing, Missing)
    assert "holds the weights of bert-mini, which is never shown as bert-base-uncased" in missing.why


def test_weights_in_a_folder_that_are_not_the_published_ones_are_remarked_on(settings: Settings) -> None:
    write_folder(models_dir(settings) / BERT, tiny_checkpoint(seed=5))

    found = located(BERT, settings)

    assert found.as_published is False
    assert any("not the published ones of bert-base-uncased" in remark for remark in found.remarks)


def test_looking_around_needs_neither_torch_nor_transformers() -> None:
    program = (
        "import sys; from pipelines.settings import read_settings; from pipelines.checkpoints import catalogue, locate; "
        "settings = read_settings(); [locate(entry.name, settings) for entry in catalogue(settings)]; "
        "sys.exit(' '.join({'torch', 'transformers', 'tokenizers'} & set(sys.modules)) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (result.returncode, result.stderr) == (0, "")
