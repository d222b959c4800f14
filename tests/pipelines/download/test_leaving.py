"""What leaves the machine: a token for the hub alone, nothing else, by the proxy that was named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipelines.download import (
    DownloadState,
)
from pipelines.errors import DownloadFailed
from pipelines.hub.client import retry_after
from pipelines.hub.progress import RateMeter
from pipelines.settings import Settings
from tests.pipelines.download.conftest import WEIGHTS, planned, run
from tests.pipelines.hub_server import HubServer


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
