"""The names that can be asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.checkpoints import (
    Kind,
    catalogue,
    entry_named,
)
from pipelines.errors import SettingsProblem, UnknownCheckpoint
from pipelines.settings import NamedCheckpoint, Settings
from tests.pipelines.checkpoints.conftest import BERT, MINIS, with_named


def test_lists_full_size_then_minis_then_the_persons_own(settings: Settings, tmp_path: Path) -> None:
    own = NamedCheckpoint("our-bert", tmp_path / "ours", None, None, None)

    entries = catalogue(with_named(settings, own))

    assert [entry.name for entry in entries] == [BERT, "distilbert-base-uncased", "albert-base-v2", *MINIS, "our-bert"]
    assert [entry.kind for entry in entries] == [Kind.FULL_SIZE] * 3 + [Kind.MINI] * 3 + [Kind.OWN]


def test_each_full_size_checkpoint_is_pinned_and_has_a_mini_of_its_family(settings: Settings) -> None:
    entries = {entry.name: entry for entry in catalogue(settings)}
    for entry in entries.values():
        if entry.kind is Kind.FULL_SIZE:
            assert entry.revision is not None and len(entry.revision) == 40
            assert entry.stand_in is not None
            assert entries[entry.stand_in].family == entry.family


def test_a_built_in_name_cannot_be_pinned_to_something_else(settings: Settings) -> None:
    other = NamedCheckpoint(BERT, None, "team/other", "0" * 40, None)

    with pytest.raises(SettingsProblem, match=r"bert-base-uncased is built in .*choose another name"):
        catalogue(with_named(settings, other))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("bert-base-uncase", "did you mean bert-base-uncased"),
        ("albert-base", "did you mean albert-base-v2"),
        ("Bert-Mini", "did you mean bert-mini"),
        ("zzz", "there are bert-base-uncased, distilbert-base-uncased"),
        ("", "There is no checkpoint named ''"),
        ("a\x00b\ud800", "There is no checkpoint named"),
        ("../../etc/passwd", "There is no checkpoint named"),
        ("x" * 100_000, "xxx...'"),
    ],
)
def test_an_unknown_name_gets_the_closest_ones(settings: Settings, typed: str, said: str) -> None:
    with pytest.raises(UnknownCheckpoint) as error:
        entry_named(typed, settings)

    assert said in str(error.value)
    assert len(str(error.value)) < 400
    str(error.value).encode()  # can be shown: no half characters
