"""The rows that a page shows of an answer, and the sentence for each limit that bit."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.errors import QueryFailed
from storage.visitors import DOWNLOAD, SCREEN, Allowed, Limits, decide, fetch


def test_a_short_answer_is_whole(copy: Path) -> None:
    answer = fetch(decide("SELECT rank FROM predictions WHERE checkpoint = $name"), copy, parameters={"name": "bert-mini"})
    assert answer.table.to_pydict() == {"rank": [1, 2, 3, 4, 5]}
    assert (answer.truncated, answer.notices) == (False, ())
    assert 0 < answer.seconds < SCREEN.seconds + 1


def test_an_answer_without_rows_has_its_columns(copy: Path) -> None:
    answer = fetch(decide("SELECT kind, started_at FROM runs WHERE false"), copy)
    assert (answer.table.num_rows, answer.table.column_names) == (0, ["kind", "started_at"])


@pytest.mark.parametrize(("count", "truncated"), [(9_999, False), (10_000, False), (10_001, True), (10**12, True)])
def test_the_screen_shows_ten_thousand_rows(copy: Path, count: int, truncated: bool) -> None:
    answer = fetch(Allowed(f"FROM range({count})"), copy)
    assert (answer.table.num_rows, answer.truncated) == (min(count, 10_000), truncated)
    sentence = "There are more rows than the 10,000 shown. Export has all of them."
    assert answer.notices == ((sentence,) if truncated else ())


def test_wide_rows_are_cut_where_they_weigh_too_much(copy: Path) -> None:
    answer = fetch(Allowed("SELECT repeat('x', 100000) FROM range(10000)"), copy)
    assert answer.truncated
    assert 400 < answer.table.num_rows < 700
    assert answer.notices == (
        f"The rows are wide: the first {answer.table.num_rows:,} are shown, which are 50 MB, and there may be more."
        " Export has all of them.",
    )


def test_a_download_has_all_rows(copy: Path) -> None:
    answer = fetch(Allowed("FROM range(25000)"), copy, DOWNLOAD)
    assert (answer.table.num_rows, answer.truncated) == (25_000, False)


def test_what_fails_behind_the_rows_shown_does_no_harm(copy: Path) -> None:
    sql = "SELECT CASE WHEN i < 9000000 THEN i ELSE error('too far') END FROM range(10000000) t(i)"
    assert fetch(Allowed(sql), copy).truncated
    with pytest.raises(QueryFailed, match="too far"):
        fetch(Allowed(sql), copy, Limits(60))
