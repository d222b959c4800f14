"""A download that was broken off goes on with what arrived."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pipelines.checkpoints import Missing, locate
from pipelines.download import (
    DownloadState,
)
from pipelines.settings import Settings
from tests.conftest import ROOT
from tests.pipelines.download.conftest import HASTE, WEIGHTS, partial_size, planned, run, weights_of
from tests.pipelines.hub_server import HUB_ID, REVISION, Behaviour, HubServer


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
