"""What is not what was asked for is removed and never served."""

from __future__ import annotations

import hashlib
import json

import pytest

from pipelines.catalogue import CatalogueEntry, Kind
from pipelines.checkpoints import Located, Missing, identify, locate
from pipelines.download import (
    DownloadState,
    plan_download,
)
from pipelines.errors import DownloadFailed, WrongWeights
from pipelines.settings import Settings
from tests.pipelines.download.conftest import HASTE, WEIGHTS, flipped, planned, run, weights_of
from tests.pipelines.hub_server import HUB_ID, REVISION, Behaviour, HubServer


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_wrong_hash_is_removed_and_never_served(hub: HubServer, settings: Settings, name: str) -> None:
    where = ("cdn:" if name == "model.safetensors" else "hub:") + name
    hub.script(where, Behaviour(body=flipped(hub.files[name].content)))

    progress = run(settings)

    assert progress.state is DownloadState.FAILED
    assert progress.problem is not None and f"{name} is not what the hub says it is" in progress.problem
    assert isinstance(locate("tiny", settings), Missing)
    assert not list(settings.hub_cache.rglob("*.partial"))
    assert run(settings).state is DownloadState.DONE  # from its beginning, since nothing wrong was kept


def test_damage_on_this_machine_is_mended_by_downloading_again(hub: HubServer, settings: Settings) -> None:
    run(settings)
    found = locate("tiny", settings)
    assert isinstance(found, Located)
    blob = (found.folder / "model.safetensors").resolve()
    blob.write_bytes(flipped(blob.read_bytes()))
    with pytest.raises(WrongWeights):
        identify(found, settings)

    assert run(settings).state is DownloadState.DONE

    assert identify(found, settings).weights_sha256 == hashlib.sha256(weights_of(hub)).hexdigest()


def test_another_commit_than_the_pinned_one_is_refused_before_the_first_byte(hub: HubServer, settings: Settings) -> None:
    hub.listing["sha"] = "f" * 40

    with pytest.raises(DownloadFailed, match=r"answers for another commit .*nothing was fetched"):
        planned(settings)


@pytest.mark.parametrize("where", ["hub:config.json", "hub:model.safetensors"])
def test_a_file_of_another_commit_is_refused(hub: HubServer, settings: Settings, where: str) -> None:
    hub.always(where, Behaviour(commit="f" * 40))

    progress = run(settings)

    assert progress.problem is not None and "instead of the pinned" in progress.problem
    assert isinstance(locate("tiny", settings), Missing)


def test_weights_that_the_catalogue_knows_otherwise_are_refused_before_the_first_byte(settings: Settings) -> None:
    entry = CatalogueEntry("tiny", "bert", Kind.OWN, HUB_ID, REVISION, weights_sha256="a" * 64)

    with pytest.raises(DownloadFailed, match="other weights for tiny than those the catalogue knows"):
        plan_download(entry, settings, patience=HASTE)


def test_more_bytes_than_announced_are_refused(hub: HubServer, settings: Settings) -> None:
    hub.always(WEIGHTS, Behaviour(body=weights_of(hub) + b"more", without_length=True))

    assert "More bytes arrive for model.safetensors" in str(run(settings).problem)


def test_fewer_bytes_than_announced_never_pass(hub: HubServer, settings: Settings) -> None:
    hub.always(WEIGHTS, Behaviour(body=weights_of(hub)[:1_000], without_length=True))

    progress = run(settings)

    assert progress.state is DownloadState.FAILED
    assert "broke off" in str(progress.problem)


def test_what_is_no_masked_language_model_is_said_before_its_weights_come(hub: HubServer, settings: Settings) -> None:
    config = json.loads(hub.files["config.json"].content) | {"architectures": ["BertModel"]}
    hub.publish({"config.json": json.dumps(config).encode()})

    assert "team/tiny does not hold a masked language model" in str(run(settings).problem)
    assert hub.requests("hub:model.safetensors") == []


LISTINGS: list[tuple[str, object, str]] = [
    ("none", None, "no list of files"),
    ("empty", [], "no safetensors weights"),
    ("only_a_pickle", [{"rfilename": "pytorch_model.bin", "size": 3, "blobId": "a" * 40}], "no safetensors weights"),
    ("no_config", [{"rfilename": "model.safetensors", "size": 3, "blobId": "a" * 40}], "has no config.json"),
    ("no_index", [{"rfilename": "model-00001-of-00002.safetensors"}, {"rfilename": "config.json"}], "has no model.safe"),
    ("no_size", [{"rfilename": "model.safetensors"}, {"rfilename": "config.json"}], "does not say the size and the hash"),
    ("etag_climbs", [{"rfilename": "model.safetensors", "lfs": {"size": 3, "sha256": "../../x"}},
                     {"rfilename": "config.json", "size": 3, "blobId": "a" * 40}], "does not say the size and the hash"),
    ("not_even_items", [3, {"name": "x"}], "no safetensors weights"),
]  # fmt: skip


@pytest.mark.parametrize(("siblings", "said"), [row[1:] for row in LISTINGS], ids=[row[0] for row in LISTINGS])
def test_a_strange_listing_gets_one_sentence(hub: HubServer, settings: Settings, siblings: object, said: str) -> None:
    hub.listing["siblings"] = siblings

    with pytest.raises(DownloadFailed, match=said):
        planned(settings)


@pytest.mark.parametrize("body", [b"<html>Log in to this network</html>", b"[]", b"\xff", b""])
def test_an_answer_that_no_hub_gives_gets_one_sentence(hub: HubServer, settings: Settings, body: bytes) -> None:
    hub.always("api", Behaviour(body=body))

    with pytest.raises(DownloadFailed, match="check HF_ENDPOINT"):
        planned(settings)
