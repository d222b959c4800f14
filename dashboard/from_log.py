"""What pages read of the log, kept until the log changes. What the sessions share beside it stands in `dashboard.resources`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar, cast

import pyarrow.compute as pc
import streamlit as st

from dashboard.palette import CheckpointStyle, checkpoint_styles
from pipelines.agreement import as_asked
from storage import history, measures
from storage.history import Latency
from storage.log import Log
from storage.measures import SelectedCheckpoint
from storage.records import Comparison
from storage.selection import Choices, Selection, choices

Found = TypeVar("Found")


# No copy for each session: a comparison is frozen, and one of thousands of prompts takes seconds to copy.
@st.cache_resource(show_spinner=False, max_entries=32)
def _comparison(_log: Log, version: int, run_id: str, prompts: tuple[int, ...] | None) -> Comparison | None:
    found = history.comparison(_log.database, run_id, prompts)
    return None if found is None else as_asked(found)


def comparison(log: Log, run_id: str, prompts: Sequence[int] | None = None) -> Comparison | None:
    """One run as it was asked, or None where the log has none of that id. With `prompts`, keys of prompts, these of it alone:
    a large run is never read whole. Raises `StorageError`.
    """
    return _comparison(log, log.version, run_id, None if prompts is None else tuple(prompts))


@st.cache_data(show_spinner=False, max_entries=4)
def _filter_choices(_log: Log, version: int) -> Choices:
    offered = choices(_log.database)
    exact: dict[str, list[str]] = {}
    for each in _known_checkpoints(_log, version):
        exact.setdefault(each.name, []).append(each.label)
    names = [label for name in offered.checkpoints for label in (name, *exact.get(name, ()))]
    return replace(offered, checkpoints=tuple(dict.fromkeys(names)))


def filter_choices(log: Log) -> Choices:
    """What the filters of the history can offer; several weights of one name are offered together and one by one.

    Raises `StorageError`.
    """
    return _filter_choices(log, log.version)


@st.cache_data(show_spinner=False, max_entries=4)
def _known_checkpoints(_log: Log, version: int) -> tuple[SelectedCheckpoint, ...]:
    return measures.checkpoints(_log.database, Selection())


def exact_names(log: Log) -> dict[int, str]:
    """What selects each checkpoint and no other: its name, or `name (abc1234)`. Raises `StorageError`."""
    return {each.checkpoint_id: each.label for each in _known_checkpoints(log, log.version)}


@st.cache_data(show_spinner=False, max_entries=4)
def _checkpoint_styles(_log: Log, version: int) -> dict[int, tuple[str, tuple[int, ...]]]:
    known = sorted(_known_checkpoints(_log, version), key=lambda each: each.checkpoint_id)
    styles = checkpoint_styles([(each.label, each.family) for each in known])
    return {each.checkpoint_id: (style.colour, style.dash) for each, style in zip(known, styles, strict=True)}


def styles_of(log: Log, checkpoints: Sequence[SelectedCheckpoint]) -> tuple[CheckpointStyle, ...]:
    """How each of these is drawn, under its label. Given out in the order of first use, so that no filter changes a colour.

    Raises `StorageError`.
    """
    known = _checkpoint_styles(log, log.version)
    return tuple(CheckpointStyle(each.label, *known[each.checkpoint_id]) for each in checkpoints)


@st.cache_data(show_spinner=False, max_entries=100)
def _selected_prompts(_log: Log, version: int, selection: Selection) -> int:
    return int(pc.count_distinct(measures.figures(_log.database, selection).column("prompt_id")).as_py())


def selected_prompts(log: Log, selection: Selection) -> int:
    """How many distinct prompts a part of the history holds. Raises `StorageError`."""
    return _selected_prompts(log, log.version, selection)


@st.cache_data(show_spinner=False, max_entries=300)
def _answer_of(
    _log: Log, version: int, _question: Callable[..., object], name: str, given: tuple[object, ...], options: dict[str, object]
) -> object:
    return _question(_log.database, *given, **options)


def answer_of(log: Log, question: Callable[..., Found], *given: object, **options: object) -> Found:
    """What a question of `storage`, or a use case of `pipelines.analysis`, finds in the log.

    `question` takes a database, what is given and the options. Kept until the log changes. Raises `StorageError`.
    """
    name = f"{question.__module__}.{question.__qualname__}"
    return cast("Found", _answer_of(log, log.version, question, name, given, options))


@st.cache_data(show_spinner=False, max_entries=4)
def _latency(_log: Log, version: int) -> tuple[Latency, ...]:
    return history.latency(_log.database)


def latency(log: Log) -> tuple[Latency, ...]:
    """Median time to a fresh answer of each checkpoint in the log. Raises `StorageError`."""
    return _latency(log, log.version)
