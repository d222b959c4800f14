"""What the sessions of this process share: every `st.cache_*` of the project stands here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar, cast

import pyarrow.compute as pc
import streamlit as st

from dashboard import offers
from dashboard.batches import Batches
from dashboard.copies import Copies
from dashboard.downloads import Downloads
from dashboard.figures import Figures
from dashboard.palette import CheckpointStyle, checkpoint_styles
from dashboard.unsaved import Unsaved
from pipelines import catalogue, checkpoints
from pipelines.agreement import as_asked
from pipelines.errors import PipelineError
from pipelines.settings import Settings, read_settings
from pipelines.shelf import Shelf
from pipelines.vocabulary import read_tokenizer
from pipelines.words import WordMap
from storage import history, measures, samples
from storage.database import default_path
from storage.errors import StorageError
from storage.history import Latency
from storage.log import Log
from storage.measures import SelectedCheckpoint
from storage.records import Comparison
from storage.repair import Repaired, repair
from storage.selection import Choices, Selection, choices

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class OpenLog:
    """The log, or why there is none just now."""

    log: Log | None
    problem: str | None = None
    """One sentence, where there is none."""
    copies: Copies | None = None
    """What people's SQL reads of it; there where the log is."""
    error: StorageError | None = None
    """What `problem` says, where the kind of it matters."""

    @property
    def said(self) -> str | None:
        """What the banner above every page says is the matter."""
        trouble = None if self.log is None else self.log.database.trouble
        return self.problem if trouble is None else str(trouble.error)


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """Read once. Raises `SettingsProblem`, which is not kept: a mended file counts at the next run of a page."""
    return read_settings()


@dataclass(frozen=True, slots=True)
class Library:
    """The loaded checkpoints of this process."""

    shelf: Shelf
    starter: threading.Thread
    """Finds the checkpoints that answer by default and asks the shelf for them; ends when all of them are on their way."""


@st.cache_resource(show_spinner=False, on_release=lambda held: _release(held))
def library() -> Library:
    """One shelf for all sessions. The checkpoints that answer by default start loading here.

    Finding them may mean reading gigabytes to hash them, and loading them imports torch; no page waits for either. Raises
    `SettingsProblem`.
    """
    chosen = settings()
    shelf = Shelf(chosen, watch=lambda each: figures().passed(each))
    _made().append(shelf)
    starter = threading.Thread(target=_prepare_defaults, args=(shelf, chosen), name="first-checkpoints", daemon=True)
    starter.start()
    return Library(shelf, starter)


@st.cache_resource(show_spinner=False)
def _made() -> list[Shelf]:
    return []


def shelf_at_hand() -> Shelf | None:
    """The shelf, where somebody has wanted it already: to look at it loads nothing."""
    made = _made()
    return made[-1] if made else None


def _prepare_defaults(shelf: Shelf, chosen: Settings) -> None:
    with suppress(PipelineError):  # said to the person by the page, which looks for the same checkpoints
        shelf.prepare(*checkpoints.defaults(chosen))


def _release(held: Library) -> None:
    held.starter.join()
    with suppress(ValueError):  # all caches were emptied at once
        _made().remove(held.shelf)
    held.shelf.close()


@st.cache_data(show_spinner=False, ttl="5s")
def default_checkpoints() -> tuple[str, ...]:
    """One per family, as they are at hand now: a folder that was copied in a moment ago counts."""
    return checkpoints.defaults(settings())


@st.cache_data(show_spinner=False, ttl="5s")
def checkpoints_at_hand() -> tuple[str, ...]:
    """Every checkpoint that some source serves now, in the catalogue's order."""
    named = [entry.name for entry in catalogue.catalogue(settings())]
    return tuple(name for name in named if isinstance(checkpoints.locate(name, settings()), checkpoints.Located))


def published_weights(name: str) -> str | None:
    """The SHA-256 of the weights that the hub publishes under a name, where the catalogue knows it."""
    try:
        return catalogue.entry_named(name, settings()).weights_sha256
    except PipelineError:
        return None


def look_again() -> None:
    """Forget where checkpoints were found, because a download or a person has just put one in its place."""
    default_checkpoints.clear()
    checkpoints_at_hand.clear()


@st.cache_resource(show_spinner=False, on_release=lambda held: held.cancel_all())
def downloads() -> Downloads:
    """The downloads that people of this process asked for."""
    return Downloads()


@st.cache_resource(show_spinner=False, on_release=lambda held: _close(held))
def _log() -> OpenLog:
    log = Log.open()
    with suppress(StorageError):  # a log without the sample is a log all the same
        samples.add(log.database)
    return OpenLog(log, copies=Copies(log.database))


def _close(held: OpenLog) -> None:
    if held.copies is not None:
        held.copies.close()
    if held.log is not None:
        held.log.close()


def open_log() -> OpenLog:
    """One log per process. A failure is not kept: the next run of a page tries again."""
    try:
        return _log()
    except StorageError as error:
        return OpenLog(None, str(error), error=error)


def forget_taken() -> None:
    """Take away the copies for SQL and the prepared files: they hold what a person has just deleted."""
    if (copies := open_log().copies) is not None:
        copies.forget()
    offers.forget()


@st.cache_resource(show_spinner=False)
def unsaved() -> Unsaved:
    """What was answered in this process and could not be saved yet."""
    return Unsaved()


@st.cache_resource(show_spinner=False)
def figures() -> Figures:
    """What this process was asked since it started."""
    return Figures()


@st.cache_resource(show_spinner=False, on_release=lambda held: held.close())
def batches() -> Batches:
    """The batches of this process. Nothing is loaded before one is begun."""
    return Batches(lambda: library().shelf, usable_log)


def usable_log() -> Log:
    """The log, for those who cannot go on without. Raises `StorageError`."""
    opened = open_log()
    if opened.log is None:
        raise opened.error or StorageError(opened.problem or "There is no log.")
    return opened.log


@st.cache_resource(show_spinner=False)
def _one_repair() -> threading.Lock:
    return threading.Lock()


def repair_log() -> Repaired | None:
    """Bring back a log whose WAL is damaged, in place: the next run of every page opens it. None where it opens already.

    Raises `StorageError`.
    """
    with _one_repair():
        opened = open_log()
        if opened.log is not None and not (opened.log.database.trouble and not opened.log.database.trouble.may_be_read):
            return None
        _log.clear()
        return repair(default_path())


@st.cache_resource(show_spinner=False, max_entries=32)
def _word_map(folder: str, tokenizer_sha256: str) -> WordMap:
    return read_tokenizer(Path(folder))


def word_map(name: str, tokenizer_sha256: str | None = None) -> WordMap | None:
    """How the checkpoint of that name cuts text; None where it is not at hand, or has another tokenizer than the one named.

    Needs no weights and no torch.
    """
    try:
        located = checkpoints.require(name, settings())
        known = checkpoints.identify(located, settings()).tokenizer_sha256
        if tokenizer_sha256 not in (None, known):
            return None
        return _word_map(str(located.folder), known)
    except PipelineError:
        return None


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
