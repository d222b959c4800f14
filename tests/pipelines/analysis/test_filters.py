"""Filters of a command: what is understood, and what is refused with a sentence."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.analysis.filters import KEYS, FilterInvalid, read_filters
from storage.selection import Counting, Selection, WordSpace


def test_no_filter_selects_everything() -> None:
    assert read_filters([]) == Selection()


def test_every_key_is_understood() -> None:
    given = [
        "since=2026-11-01", "until = 2026-11-22", "checkpoint=bert-mini", "checkpoint=albert-mini", "kind=ask", "kind=batch",
        "label=first try", "author=Ada", "tag=bias", "text=a = b", "run=018f0000-0000-7000-8000-000000000000",
        "count=asks", "space=pieces",
    ]  # fmt: skip
    assert {text.partition("=")[0].strip() for text in given} == set(KEYS)
    assert read_filters(given) == Selection(
        since=date(2026, 11, 1),
        until=date(2026, 11, 22),
        checkpoints=("bert-mini", "albert-mini"),
        kinds=("ask", "batch"),
        label="first try",
        author="Ada",
        tag="bias",
        text="a = b",
        run="018f0000-0000-7000-8000-000000000000",
        counting=Counting.ALL_ASKS,
        space=WordSpace.PIECES,
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["bert-mini"], "write key=value"),
        (["weights=bert"], "one of since, until, checkpoint"),
        (["label="], "means nothing"),
        (["since=yesterday"], "write it as 2026-11-22"),
        (["since=20991231"], "write it as 2026-11-22"),
        (["until=2099-W52-1"], "write it as 2026-11-22"),
        (["since=2026-11-22", "until=2026-11-01"], "exchange them"),
        (["kind=guess"], "choose one of ask, batch, import"),
        (["count=twice"], "choose one of distinct, asks"),
        (["label=a", "label=b"], "given 2 times"),
    ],
)
def test_what_means_nothing_is_refused(given: list[str], sentence: str) -> None:
    with pytest.raises(FilterInvalid, match=sentence):
        read_filters(given)
