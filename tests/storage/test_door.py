"""What a process that has the log open shows to others, and what they may ask of it."""

from __future__ import annotations

import pytest

from storage.door import Door, inbox_folder, is_taken_here, settle, wish_for_copy, wishes
from storage.errors import LogLocked
from storage.guard import Guard
from storage.inbox import take_all
from storage.log import Log


def test_where_nobody_has_a_door_nothing_is_taken(log: Log) -> None:
    assert not is_taken_here(log.path)
    assert take_all(log.database) == ()
    assert not inbox_folder(log.path).exists()


def test_a_door_is_locked_as_a_log_is(log: Log) -> None:
    door = Door(log.path)
    path = inbox_folder(log.path) / "open"
    with pytest.raises(LogLocked, match="in use by"):
        Guard.acquire(path)
    door.close()
    Guard.acquire(path).release()


def test_a_wish_for_a_copy_lies_there_until_it_is_settled(log: Log) -> None:
    assert wishes(log.path) == ()
    assert wish_for_copy(log.path) is None  # nobody has a door, so there is no inbox
    door = Door(log.path)
    one, other = wish_for_copy(log.path), wish_for_copy(log.path)
    assert set(wishes(log.path)) == {one, other}
    assert one != other
    assert take_all(log.database) == ()
    assert one is not None
    settle([one, one])
    assert wishes(log.path) == (other,)
    door.close()


def test_a_log_that_is_named_by_a_link_has_one_inbox(log: Log) -> None:
    link = log.path.with_name("link.duckdb")
    link.symlink_to(log.path)
    door = Door(log.path)
    assert inbox_folder(link) == inbox_folder(log.path)
    assert is_taken_here(link)
    door.close()
