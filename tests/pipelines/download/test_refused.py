"""A hub that refuses, is busy, is silent or is not there, and a disk without room: each one sentence."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.catalogue import entry_named
from pipelines.checkpoints import Missing, locate
from pipelines.download import (
    Download,
    DownloadState,
    Patience,
    plan_download,
)
from pipelines.errors import DownloadFailed
from pipelines.hub.plan import PlannedFile
from pipelines.settings import Settings
from tests.pipelines.download.conftest import HASTE, WEIGHTS, planned, run
from tests.pipelines.hub_server import HUB_ID, REVISION, Behaviour, HubServer


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
