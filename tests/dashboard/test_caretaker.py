"""What the server does for the commands of a shell, with nobody at any page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from dashboard import resources
from dashboard.caretaker import Caretaker
from storage.database import default_path
from storage.door import Door, is_taken_here, wish_for_copy, wishes
from storage.errors import StorageError
from storage.inbox import private_log
from storage.log import Log
from storage.snapshots import newest_on_disk
from tests.dashboard.conftest import own_log
from tests.storage.samples import ask

SECONDS = 60.0


@pytest.fixture
def caretaker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Caretaker]:
    """At work on the log of this test."""
    monkeypatch.setattr("dashboard.caretaker.SECONDS", 0.02)
    with own_log() as log:
        log.append(ask("A [MASK]."))
    works = Caretaker()
    works.start()
    assert holds(lambda: is_taken_here(default_path()))
    yield works
    works.stop()


def holds(condition: Callable[[], bool]) -> bool:
    """Whether it does, before long."""
    until = time.monotonic() + SECONDS
    tick = threading.Event()
    while not condition():
        if time.monotonic() > until:
            return False
        tick.wait(0.02)
    return True


@pytest.mark.usefixtures("caretaker")
def test_a_copy_is_taken_for_whoever_wishes_for_one() -> None:
    path = default_path()
    wish_for_copy(path)
    assert holds(lambda: not wishes(path))
    first = newest_on_disk(path)
    assert first is not None
    resources.usable_log().append(ask("A new [MASK].", number=2))
    wish_for_copy(path)
    assert holds(lambda: not wishes(path))
    second = newest_on_disk(path)
    assert second is not None
    assert second.version > first.version


@pytest.mark.usefixtures("caretaker")
def test_a_copy_that_cannot_be_taken_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StorageError("There are 3 MB left on the disk.")

    monkeypatch.setattr("storage.snapshots.room_for", full)
    path = default_path()
    wish_for_copy(path)
    assert holds(lambda: not wishes(path))
    assert newest_on_disk(path) is None
    # And it goes on with its work.
    with private_log(path) as private, Log.open(private) as own:
        own.append(ask("Of a command [MASK].", number=3))
    assert holds(lambda: not private.parent.exists())


@pytest.mark.usefixtures("caretaker")
def test_nobody_waits_for_a_copy_of_a_log_that_cannot_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def unusable() -> Log:
        raise StorageError("The log cannot be read.")

    monkeypatch.setattr(resources, "usable_log", unusable)
    path = default_path()
    wish_for_copy(path)
    assert holds(lambda: not wishes(path))


def test_at_its_end_nothing_more_is_taken(caretaker: Caretaker) -> None:
    caretaker.stop()
    assert not is_taken_here(default_path())
    Door(default_path()).close()
