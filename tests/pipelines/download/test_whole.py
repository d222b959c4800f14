"""A whole download: planned, located, identified, and fetched once."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from huggingface_hub import scan_cache_dir, try_to_load_from_cache
from safetensors.numpy import load, save

from pipelines.checkpoints import Located, Missing, Source, identify, locate
from pipelines.download import (
    DownloadProgress,
    DownloadState,
    download_checkpoint,
)
from pipelines.errors import WrongWeights
from pipelines.settings import Settings
from tests.pipelines.download.conftest import HASTE, flipped, planned, run, weights_of
from tests.pipelines.hub_server import HUB_ID, REVISION, HubServer, tiny_checkpoint


def test_the_plan_says_what_would_come_before_anything_does(hub: HubServer, settings: Settings) -> None:
    plan = planned(settings)

    assert sorted(file.name for file in plan.files) == sorted([*tiny_checkpoint(), "vocab.txt"])
    assert plan.bytes_total == sum(len(hub.files[file.name].content) for file in plan.files)
    assert (plan.bytes_present, plan.bytes_missing, plan.endpoint) == (0, plan.bytes_total, hub.url)
    assert [seen.where for seen in hub.seen] == ["api"]
    assert not settings.hub_cache.exists()


def test_a_whole_download_is_located_and_identified(hub: HubServer, settings: Settings) -> None:
    assert isinstance(locate("tiny", settings), Missing)

    progress = run(settings)

    assert (progress.state, progress.problem) == (DownloadState.DONE, None)
    assert progress.bytes_done == progress.bytes_total == planned(settings).bytes_present
    found = locate("tiny", settings)
    assert isinstance(found, Located)
    assert (found.source, found.revision) == (Source.HUB, REVISION)
    assert identify(found, settings).weights_sha256 == hashlib.sha256(weights_of(hub)).hexdigest()


def test_a_pickle_is_never_asked_for(hub: HubServer, settings: Settings) -> None:
    run(settings)

    assert {seen.where.split(":")[-1] for seen in hub.seen} == {"api", *tiny_checkpoint(), "vocab.txt"}


def test_other_tools_of_the_hub_find_what_was_downloaded(settings: Settings) -> None:
    run(settings)

    info = scan_cache_dir(settings.hub_cache)
    assert not info.warnings
    (repository,) = info.repos
    assert (repository.repo_id, [revision.commit_hash for revision in repository.revisions]) == (HUB_ID, [REVISION])
    for name in tiny_checkpoint():
        found = try_to_load_from_cache(HUB_ID, name, cache_dir=settings.hub_cache, revision=REVISION)
        assert isinstance(found, str)
        assert Path(found).read_bytes() == tiny_checkpoint()[name]


def test_hashes_are_recorded_and_damage_is_seen_later(hub: HubServer, settings: Settings) -> None:
    run(settings)
    plan = planned(settings)
    recorded = plan.repository.recorded(REVISION)
    assert recorded["tokenizer.json"] == hashlib.sha256(tiny_checkpoint()["tokenizer.json"]).hexdigest()
    found = locate("tiny", settings)
    assert isinstance(found, Located)

    (found.folder / "tokenizer.json").write_bytes(b'{"version": "9.9"}')

    with pytest.raises(WrongWeights, match=r"tokenizer.json is not the file that was downloaded .*download tiny again"):
        identify(found, settings)
    assert run(settings).state is DownloadState.DONE
    identify(found, settings)


def test_a_second_download_fetches_nothing(hub: HubServer, settings: Settings) -> None:
    run(settings)
    hub.seen.clear()

    assert run(settings).state is DownloadState.DONE
    assert {seen.where for seen in hub.seen} == {"api"}


def test_a_system_without_links_is_served_too(hub: HubServer, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError("links are not allowed here")

    monkeypatch.setattr("os.symlink", no_links)
    assert run(settings).state is DownloadState.DONE
    hub.seen.clear()
    assert run(settings).state is DownloadState.DONE

    assert {seen.where for seen in hub.seen} == {"api"}
    found = locate("tiny", settings)
    assert isinstance(found, Located)
    identify(found, settings)
    (found.folder / "model.safetensors").write_bytes(flipped(weights_of(hub)))
    with pytest.raises(WrongWeights, match="that was downloaded"):
        identify(found, settings)


def test_weights_in_shards_come_with_their_index(hub: HubServer, settings: Settings) -> None:
    tensors = load(weights_of(hub))
    del hub.files["model.safetensors"]
    names = [f"model-0000{number}-of-0000{len(tensors)}.safetensors" for number in range(1, len(tensors) + 1)]
    hub.publish({name: save({key: tensors[key]}) for name, key in zip(names, tensors, strict=True)})
    index = {"weight_map": dict(zip(tensors, names, strict=True))}
    hub.publish({"model.safetensors.index.json": json.dumps(index).encode()})

    assert run(settings).problem is None
    found = locate("tiny", settings)
    assert isinstance(found, Located)
    identify(found, settings)


def test_the_command_waits_and_tells(settings: Settings) -> None:
    told: list[DownloadProgress] = []

    found = download_checkpoint("tiny", settings, told.append, HASTE)

    assert found.source is Source.HUB
    assert told[-1].state is DownloadState.DONE
