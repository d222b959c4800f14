"""Filters written as `key=value` -> a Selection, for commands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import TypeVar

from pipelines.errors import PipelineError
from storage.records import RunKind
from storage.selection import Counting, Selection, WordSpace, read_day

KEYS = ("since", "until", "checkpoint", "kind", "label", "author", "tag", "text", "run", "count", "space")
SEVERAL = ("checkpoint", "kind")
"""Keys that may be given more than once."""

Kind = TypeVar("Kind", bound=StrEnum)


class FilterInvalid(PipelineError):
    """A filter that means nothing."""


def read_filters(filters: Sequence[str]) -> Selection:
    """Read filters such as `since=2026-11-01` and `checkpoint=bert-mini`.

    >>> read_filters(["kind=ask", "checkpoint=bert-mini", "checkpoint=albert-mini"]).checkpoints
    ('bert-mini', 'albert-mini')

    Raises:
        FilterInvalid: no `=`, an unknown key, a value that the key does not take, or a key twice that takes one value.
    """
    given: dict[str, list[str]] = {}
    for text in filters:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not value or key not in KEYS:
            raise FilterInvalid(f"The filter {text!r} means nothing: write key=value, where key is one of {', '.join(KEYS)}.")
        given.setdefault(key, []).append(value)
    for key, values in given.items():
        if len(values) > 1 and key not in SEVERAL:
            raise FilterInvalid(f"The filter {key} was given {len(values)} times: give it once.")
    one = {key: values[0] for key, values in given.items()}
    since, until = _day(one, "since"), _day(one, "until")
    if since is not None and until is not None and since > until:
        raise FilterInvalid(f"The first day, {since}, is after the last, {until}: exchange them.")
    return Selection(
        since=since,
        until=until,
        checkpoints=tuple(dict.fromkeys(given.get("checkpoint", ()))),
        kinds=tuple(dict.fromkeys(_choice("kind", kind, RunKind).value for kind in given.get("kind", ()))),
        label=one.get("label"),
        author=one.get("author"),
        tag=one.get("tag"),
        text=one.get("text"),
        run=one.get("run"),
        counting=_choice("count", one.get("count", Counting.DISTINCT), Counting),
        space=_choice("space", one.get("space", WordSpace.WORDS), WordSpace),
    )


def _day(given: dict[str, str], key: str) -> date | None:
    if key not in given:
        return None
    try:
        return read_day(given[key])
    except ValueError:
        raise FilterInvalid(f"The filter {key}={given[key]} is no day: write it as 2026-11-22.") from None


def _choice(key: str, value: str, kind: type[Kind]) -> Kind:
    try:
        return kind(value)
    except ValueError:
        raise FilterInvalid(f"The filter {key}={value} means nothing: choose one of {', '.join(kind)}.") from None
