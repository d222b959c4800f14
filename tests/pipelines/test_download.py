"""A download against a hub on this machine: whole, broken off, wrong, refused, cancelled, and never anything half."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from huggingface_hub import scan_cache_dir, try_to_load_from_cache
from safetensors.numpy import load, save

from pipelines.catalogue import CatalogueEntry, Kind, entry_named
from pipelines.checkpoints import Located, Missing, Source, identify, locate
from pipelines.download import (
    Download,
    DownloadPlan,
    DownloadProgress,
    DownloadState,
    Patience,
    download_checkpoint,
    plan_download,
)
from pipelines.errors import DownloadCancelled, DownloadFailed, WrongWeights
from pipelines.hub.client import retry_after
from pipelines.hub.plan import PlannedFile
from pipelines.hub.progress import RateMeter
from pipelines.settings import NamedCheckpoint, Settings
from tests.pipelines.hub_server import HUB_ID, REVISION, Behaviour, HubServer, tiny_checkpoint

WEIGHTS = "cdn:model.safetensors"
ROOT = Path(__file__).resolve().parents[2]

HASTE = Patience(attempts=3, first_wait=0.0, longest_wait=0.0, connect_timeout=5.0, read_timeout=30.0)
"""As many attempts as it takes, and no pause between them."""


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name but this machine's is unknown, and no proxy or token of the person who runs the tests is used."""
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "HF_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.lower(), raising=False)
    real = socket.getaddrinfo

    def only_loopback(host: str, *rest: object, **options: object) -> object:
        if host not in ("127.0.0.1", "localhost"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *rest, **options)  # type: ignore[arg-type]  # handed through as it came

    monkeypatch.setattr(socket, "getaddrinfo", only_loopback)


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        server.publish(tiny_checkpoint())
        server.publish({"pytorch_model.bin": b"a pickle", "README.md": b"# tiny", "vocab.txt": b"[MASK]\n"})
        yield server


@pytest.fixture
def settings(hub: HubServer, tmp_path: Path) -> Settings:
    named = NamedCheckpoint("tiny", None, HUB_ID, REVISION, "bert")
    return Settings(None, (named,), tmp_path / "cache", tmp_path / "hub", endpoint=hub.url, bundled_dir=tmp_path / "none")


def planned(settings: Settings) -> DownloadPlan:
    return plan_download(entry_named("tiny", settings), settings, patience=HASTE)


def run(settings: Settings, patience: Patience = HASTE) -> DownloadProgress:
    """One download, from its plan to its end."""
    download = Download(planned(settings), patience)
    download.start()
    return download.wait()


def held(download: Download, hub: HubServer) -> None:
    """Start, and wait until the server holds the answer back."""
    download.start()
    assert hub.held.wait(30)


def partial_size(settings: Settings) -> int:
    plan = planned(settings)
    weights = next(file for file in plan.files if file.name == "model.safetensors")
    partial = plan.partial(weights)
    return partial.stat().st_size if partial.exists() else 0


def weights_of(hub: HubServer) -> bytes:
    return hub.files["model.safetensors"].content


# Whole


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


# Broken off and resumed


def test_a_connection_that_breaks_is_taken_up_where_it_broke(hub: HubServer, settings: Settings) -> None:
    hub.script(WEIGHTS, Behaviour(break_after=100_000), Behaviour(break_after=50_000))

    assert run(settings).state is DownloadState.DONE

    assert [seen.range for seen in hub.requests(WEIGHTS)] == [None, "bytes=100000-", "bytes=150000-"]
    assert hub.sent["model.safetensors"] == len(weights_of(hub))


def test_a_download_that_failed_goes_on_later_with_what_arrived(hub: HubServer, settings: Settings) -> None:
    hub.always(WEIGHTS, Behaviour(break_after=40_000))
    progress = run(settings)
    assert progress.state is DownloadState.FAILED
    assert progress.problem is not None and "what arrived is kept" in progress.problem
    assert isinstance(locate("tiny", settings), Missing)
    assert partial_size(settings) == 40_000 * HASTE.attempts
    assert planned(settings).bytes_missing == len(weights_of(hub)) - 40_000 * HASTE.attempts

    hub.be_good()
    assert run(settings).state is DownloadState.DONE

    assert hub.requests(WEIGHTS)[-1].range == "bytes=120000-"
    assert hub.sent["model.safetensors"] == len(weights_of(hub))


def test_a_killed_process_leaves_bytes_that_the_next_one_uses(hub: HubServer, settings: Settings, tmp_path: Path) -> None:
    hub.script(WEIGHTS, Behaviour(hold_after=150_000))
    program = f"""
from pathlib import Path
from pipelines.download import Download, plan_download
from pipelines.catalogue import entry_named
from pipelines.settings import NamedCheckpoint, Settings
named = NamedCheckpoint("tiny", None, {HUB_ID!r}, {REVISION!r}, "bert")
settings = Settings(None, (named,), Path({str(tmp_path / "cache")!r}), Path({str(settings.hub_cache)!r}), {hub.url!r})
download = Download(plan_download(entry_named("tiny", settings), settings))
download.start()
download.wait()
"""
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) as process:
        try:
            assert hub.held.wait(60)
            watched = planned(settings)
            weights = next(file for file in watched.files if file.name == "model.safetensors")
            while watched.present(weights) < 100_000:  # until the process has taken most of it from the network
                assert process.poll() is None
        finally:
            process.kill()
    kept = partial_size(settings)
    assert isinstance(locate("tiny", settings), Missing)

    hub.release.set()
    assert run(settings).state is DownloadState.DONE

    assert kept >= 100_000
    assert hub.requests(WEIGHTS)[-1].range == f"bytes={kept}-"


def test_a_server_that_cannot_resume_sends_the_whole_and_it_is_right(hub: HubServer, settings: Settings) -> None:
    hub.script(WEIGHTS, Behaviour(break_after=100_000), Behaviour(ignore_range=True))

    assert run(settings).problem is None
    assert hub.requests(WEIGHTS)[1].range == "bytes=100000-"


def test_another_part_than_the_one_asked_for_is_not_appended(hub: HubServer, settings: Settings) -> None:
    hub.script(WEIGHTS, Behaviour(break_after=100_000), Behaviour(wrong_range=True))

    assert run(settings).problem is None
    assert [seen.range for seen in hub.requests(WEIGHTS)] == [None, "bytes=100000-", None]


def test_a_beginning_that_the_server_does_not_accept_is_begun_again(hub: HubServer, settings: Settings) -> None:
    hub.script(WEIGHTS, Behaviour(break_after=100_000), Behaviour(status=416))

    assert run(settings).problem is None
    assert [seen.range for seen in hub.requests(WEIGHTS)] == [None, "bytes=100000-", None]


def test_a_partial_file_longer_than_the_file_is_begun_again(hub: HubServer, settings: Settings) -> None:
    plan = planned(settings)
    weights = next(file for file in plan.files if file.name == "model.safetensors")
    plan.partial(weights).parent.mkdir(parents=True)
    plan.partial(weights).write_bytes(bytes(weights.size + 1))

    assert run(settings).problem is None
    assert [seen.range for seen in hub.requests(WEIGHTS)] == [None]


# Wrong


def flipped(content: bytes) -> bytes:
    return content[:-5] + bytes([content[-5] ^ 1]) + content[-4:]


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


# Refused


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (404, "RepoNotFound", "has no team/tiny at the commit"),
        (404, "", "has no team/tiny at the commit"),
        (404, "RevisionNotFound", "has team/tiny but not the commit"),
        (401, "", "set HF_TOKEN"),
        (403, "GatedRepo", "accept its terms"),
        (429, "", "wants fewer requests"),
        (503, "", "cannot answer now (503, asked 3 times)"),
        (418, "", "refused the download (418)"),
    ],
)
def test_a_refusal_of_the_plan_gets_one_sentence(hub: HubServer, settings: Settings, status: int, code: str, said: str) -> None:
    hub.always("api", Behaviour(status=status, headers={"X-Error-Code": code}))

    with pytest.raises(DownloadFailed) as error:
        planned(settings)

    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_listed_file_that_is_gone_gets_one_sentence(hub: HubServer, settings: Settings) -> None:
    plan = planned(settings)
    del hub.files["tokenizer.json"]
    download = Download(plan, HASTE)
    download.start()

    assert "lacks a file of team/tiny that it lists" in str(download.wait().problem)


def test_a_hub_that_is_busy_is_asked_again(hub: HubServer, settings: Settings) -> None:
    hub.script("api", Behaviour(status=503))
    hub.script("hub:config.json", Behaviour(status=503, headers={"Retry-After": "3600"}), Behaviour(status=500))
    hub.script(WEIGHTS, Behaviour(status=502))

    assert run(settings).state is DownloadState.DONE
    assert [len(hub.requests(where)) for where in ("api", "hub:config.json", WEIGHTS)] == [2, 3, 2]


def test_a_hub_that_stays_busy_is_given_up_after_the_attempts(hub: HubServer, settings: Settings) -> None:
    hub.always(WEIGHTS, Behaviour(status=503))

    progress = run(settings)

    assert progress.state is DownloadState.FAILED
    assert "cannot answer now (503, asked 3 times)" in str(progress.problem)
    assert len(hub.requests(WEIGHTS)) == HASTE.attempts


def test_a_long_pause_that_the_hub_asks_for_is_cut_short_by_cancel(hub: HubServer, settings: Settings) -> None:
    asked = Patience(attempts=9, longest_wait=3_600.0)
    hub.script("hub:vocab.txt", Behaviour(status=503, headers={"Retry-After": "3600"}))
    download = Download(planned(settings), asked)
    download.start()
    while not hub.requests("hub:vocab.txt"):
        assert download.progress().problem is None

    download.cancel()

    assert download.wait(30).state is DownloadState.CANCELLED


def test_redirects_in_circles_get_one_sentence(hub: HubServer, settings: Settings) -> None:
    hub.always("hub:config.json", Behaviour(redirect=f"/{HUB_ID}/resolve/{REVISION}/config.json"))

    assert "round in circles" in str(run(settings).problem)


def test_without_a_network_it_says_so(settings: Settings) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}"

        with pytest.raises(DownloadFailed, match=r"127\.0\.0\.1:\d+ cannot be reached: .*docs/checkpoints\.md"):
            planned(replace(settings, endpoint=closed))


def test_a_name_that_nobody_knows_is_said(settings: Settings) -> None:
    with pytest.raises(DownloadFailed, match=r"The name hub\.invalid cannot be found \(DNS\)"):
        planned(replace(settings, endpoint="http://hub.invalid"))


def test_a_hub_that_says_nothing_is_given_up_in_time(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mute = replace(settings, endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}")
        brief = Patience(attempts=1, read_timeout=0.05)

        with pytest.raises(DownloadFailed, match="did not answer in time"):
            plan_download(entry_named("tiny", mute), mute, patience=brief)


def test_what_is_not_on_the_hub_cannot_be_downloaded(settings: Settings) -> None:
    with pytest.raises(DownloadFailed, match="bert-mini is not on the hub"):
        plan_download(entry_named("bert-mini", settings), settings)


def test_a_machine_set_to_stay_offline_stays_offline(
    hub: HubServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    with pytest.raises(DownloadFailed, match="HF_HUB_OFFLINE forbids"):
        planned(settings)
    assert hub.seen == []


# The disk


def test_too_little_space_is_said_before_the_first_byte(hub: HubServer, settings: Settings) -> None:
    plan = planned(settings)
    enormous = replace(plan, files=(*plan.files, PlannedFile("more.safetensors", 10**18, "a" * 64)))
    download = Download(enormous, HASTE)
    download.start()

    assert "are to come, and" in str(download.wait().problem)
    assert {seen.where for seen in hub.seen} == {"api"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a file on a disk that is always full")
def test_a_disk_that_fills_up_is_said(settings: Settings) -> None:
    plan = planned(settings)
    weights = next(file for file in plan.files if file.name == "model.safetensors")
    plan.partial(weights).parent.mkdir(parents=True)
    plan.partial(weights).symlink_to("/dev/full")
    download = Download(plan, HASTE)
    download.start()

    assert "The disk is full at" in str(download.wait().problem)
    assert isinstance(locate("tiny", settings), Missing)


def test_a_place_that_cannot_be_written_is_said(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    progress = run(replace(settings, hub_cache=tmp_path / "file" / "hub"))

    assert "cannot be written" in str(progress.problem)


# Watched, cancelled, side by side


def test_progress_tells_file_bytes_rate_and_time_left(hub: HubServer, settings: Settings) -> None:
    hub.script(WEIGHTS, Behaviour(hold_after=200_000))
    download = Download(planned(settings), HASTE)
    before = download.progress()
    held(download, hub)
    while (during := download.progress()).bytes_done < 200_000:
        assert during.state in (DownloadState.WAITING, DownloadState.RUNNING)
    hub.release.set()
    after = download.wait()

    assert (before.state, before.bytes_done, before.bytes_per_second) == (DownloadState.WAITING, 0, None)
    assert (during.state, during.file) == (DownloadState.RUNNING, "model.safetensors")
    assert during.bytes_per_second is not None and during.seconds_left is not None
    assert during.seconds_left * during.bytes_per_second == pytest.approx(during.bytes_total - during.bytes_done)
    assert (after.state, after.bytes_done, after.seconds_left) == (DownloadState.DONE, after.bytes_total, None)


def test_a_cancelled_download_goes_on_where_it_stopped(hub: HubServer, settings: Settings) -> None:
    hub.script(WEIGHTS, Behaviour(hold_after=150_000))
    download = Download(planned(settings), HASTE)
    held(download, hub)
    while download.progress().bytes_done < 150_000:
        assert download.progress().problem is None
    download.cancel()
    hub.release.set()
    progress = download.wait()

    assert progress.state is DownloadState.CANCELLED
    assert progress.problem is not None and "start it again" in progress.problem
    assert isinstance(locate("tiny", settings), Missing)
    kept = partial_size(settings)
    assert 0 < kept < len(weights_of(hub))

    assert run(settings).state is DownloadState.DONE
    assert hub.requests(WEIGHTS)[-1].range == f"bytes={kept}-"


def test_two_downloads_of_one_thing_fetch_it_once(hub: HubServer, settings: Settings) -> None:
    hub.script(WEIGHTS, Behaviour(hold_after=150_000))
    first, second = Download(planned(settings), HASTE), Download(planned(settings), HASTE)
    held(first, hub)
    second.start()
    while (waiting := second.progress()).file != "model.safetensors":
        assert waiting.problem is None
    assert waiting.state is DownloadState.WAITING
    hub.release.set()

    assert {first.wait().state, second.wait().state} == {DownloadState.DONE}
    assert len(hub.requests(WEIGHTS)) == 1
    assert isinstance(locate("tiny", settings), Located)


def test_waiting_for_another_download_can_be_cancelled(hub: HubServer, settings: Settings) -> None:
    hub.script(WEIGHTS, Behaviour(hold_after=150_000))
    first, second = Download(planned(settings), HASTE), Download(planned(settings), HASTE)
    held(first, hub)
    second.start()
    while second.progress().file != "model.safetensors":
        assert second.progress().problem is None

    second.cancel()
    assert second.wait(30).state is DownloadState.CANCELLED
    hub.release.set()
    assert first.wait().state is DownloadState.DONE


def test_a_cancelled_plan_asks_nothing(hub: HubServer, settings: Settings) -> None:
    cancelled = threading.Event()
    cancelled.set()

    with pytest.raises(DownloadCancelled):
        plan_download(entry_named("tiny", settings), settings, cancelled=cancelled)
    assert hub.seen == []


# What leaves the machine


def test_the_token_goes_to_the_hub_and_to_nobody_else(
    hub: HubServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")

    assert run(settings).state is DownloadState.DONE

    given = {seen.where: seen.authorization for seen in hub.seen}
    assert given["api"] == given["hub:config.json"] == given["hub:model.safetensors"] == "Bearer hf_secret"
    assert given[WEIGHTS] is None


def test_no_token_and_no_word_about_this_machine_unless_set(hub: HubServer, settings: Settings) -> None:
    run(settings)

    assert {seen.authorization for seen in hub.seen} == {None}
    assert {seen.user_agent for seen in hub.seen} == {"maskboard"}


def test_nothing_is_asked_for_in_a_packed_form(hub: HubServer, settings: Settings) -> None:
    run(settings)

    assert {seen.accept_encoding for seen in hub.seen} == {"identity"}


@pytest.mark.parametrize("token", ["two words", "naïve", "line\x7f"])
def test_a_token_that_cannot_be_one_gets_a_sentence(settings: Settings, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("HF_TOKEN", token)

    with pytest.raises(DownloadFailed, match="HF_TOKEN holds characters that no token has") as error:
        planned(settings)
    assert token not in str(error.value)


def test_a_proxy_is_used_and_sees_no_token(hub: HubServer, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", hub.url)  # this hub also answers a request that names another host
    monkeypatch.setenv("HF_TOKEN", "hf_secret")

    planned(replace(settings, endpoint="http://hub.invalid"))

    assert [(seen.where, seen.host, seen.authorization) for seen in hub.seen] == [("api", "hub.invalid", None)]


def test_a_host_in_no_proxy_is_asked_without_one(hub: HubServer, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    assert planned(settings).bytes_total > 0


def test_a_proxy_that_cannot_be_one_gets_a_sentence(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "gopher://127.0.0.1:9")

    with pytest.raises(DownloadFailed, match="HTTPS_PROXY or HTTP_PROXY cannot be used"):
        planned(settings)


NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0.0),
        ("7", 7.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("soon", 0.0),
        ("-5", 0.0),
        ("", 0.0),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float) -> None:
    assert retry_after(header, NOW) == seconds


def test_the_rate_is_that_of_the_last_ten_seconds() -> None:
    now = [0.0]
    meter = RateMeter(lambda: now[0])
    assert meter.rate() is None
    for second, total in ((0, 0), (1, 1_000), (20, 2_000), (21, 4_000), (22, 6_000)):
        now[0] = float(second)
        meter.note(total)

    assert meter.rate() == pytest.approx(2_000)
    now[0] = 24.0
    assert meter.rate() == pytest.approx(1_000)
