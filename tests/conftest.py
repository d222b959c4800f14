"""What the tests share: where real material lies, and the bundled checkpoints."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Two threads that wait for each other at every layer of a small model stall for whole time slices where another process
# wants a core: the same 14 tests took 127 s with two threads and 8 s with one.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Started in the background of a shell, this process would ignore Ctrl-C, and so would every server that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")

ROOT = Path(__file__).resolve().parent.parent


LONGEST = "tests/storage/visitors/test_hostile.py"
"""Takes minutes, and a file stays with one worker: begun last, it leaves the other without work."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest file begin first; the others keep their order."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real tokenizers, published answers and probe sets; it is no part of the project."""
    folder = Path(os.environ.get("MASKBOARD_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"needs the shared data folder; {folder} is not there (MASKBOARD_SHARED_DATA names another)")
    return folder


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes a person's history, caches, settings or weights, and none reaches a hub."""
    monkeypatch.setenv("MASKBOARD_HISTORY", str(tmp_path / "history.duckdb"))
    monkeypatch.setenv("MASKBOARD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    for name in ("MASKBOARD_API_TOKEN", "MASKBOARD_MODELS_DIR", "MASKBOARD_SETTINGS", "HF_HUB_CACHE", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a small file system in memory with these options; the test is skipped where that is not permitted."""
    folder = tmp_path / "mounted"
    folder.mkdir()
    mounted = []

    def mounter(options: str) -> Path:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            pytest.skip(f"this user may not mount a file system: {done.stderr.strip()}")
        mounted.append(folder)
        return folder

    yield mounter
    for place in mounted:
        subprocess.run(["umount", str(place)], check=True)


@pytest.fixture(scope="session")
def ready() -> ForkServerContext:
    """Processes that have everything imported when they start, to be killed: else a start takes them several seconds.

    A process has one server of these, so all tests share it, and it knows what each of them imports.
    """
    context = multiprocessing.get_context("forkserver")
    families = [f"transformers.models.{family}.modeling_{family}" for family in ("bert", "distilbert")]
    context.set_forkserver_preload(
        ["transformers.models.auto.modeling_auto", *families, "tests.pipelines.batch.killed", "tests.storage.killed_writer"]
    )
    return context
