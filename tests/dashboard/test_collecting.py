"""The garbage collector passes over what stays, and over nothing for ever."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from dashboard import resources
from dashboard.collecting import pass_over_what_is_alive
from dashboard.resources import library


@pytest.fixture(autouse=True)
def nothing_passed_over() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


class Knot:
    """Holds itself, so that only a collection takes it away."""

    def __init__(self) -> None:
        self.itself = self


def test_what_became_garbage_while_it_was_passed_over_goes_at_the_next_call() -> None:
    knot = Knot()
    seen = weakref.ref(knot)
    pass_over_what_is_alive()
    del knot
    gc.collect()
    assert seen() is not None
    pass_over_what_is_alive()
    assert seen() is None


def test_the_modules_of_the_models_are_passed_over_once_they_are_loaded(minis: tuple[str, ...]) -> None:
    resources.library.clear()
    assert gc.get_freeze_count() == 0
    for name in minis:
        library().shelf.get(name)
    assert gc.get_freeze_count() > 100_000
