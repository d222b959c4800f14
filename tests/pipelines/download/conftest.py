"""A hub on this machine with one tiny checkpoint, and ways to download it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.catalogue import entry_named
from pipelines.download import (
    Download,
    DownloadPlan,
    DownloadProgress,
    Patience,
    plan_download,
)
from pipelines.settings import NamedCheckpoint, Settings
from tests.pipelines.hub_server import HUB_ID, REVISION, HubServer, tiny_checkpoint

WEIGHTS = "cdn:model.safetensors"

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


def flipped(content: bytes) -> bytes:
    return content[:-5] + bytes([content[-5] ^ 1]) + content[-4:]
