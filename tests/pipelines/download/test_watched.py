"""Downloads watched, cancelled and side by side."""

from __future__ import annotations

import threading

import pytest

from pipelines.catalogue import entry_named
from pipelines.checkpoints import Located, Missing, locate
from pipelines.download import (
    Download,
    DownloadState,
    plan_download,
)
from pipelines.errors import DownloadCancelled
from pipelines.settings import Settings
from tests.pipelines.download.conftest import HASTE, WEIGHTS, held, partial_size, planned, run, weights_of
from tests.pipelines.hub_server import Behaviour, HubServer


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
