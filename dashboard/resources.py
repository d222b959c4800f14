"""What the sessions of this process share. With `dashboard.from_log` it holds every `st.cache_*` of the project."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import streamlit as st

from dashboard import offers
from dashboard.batches import Batches
from dashboard.collecting import pass_over_what_is_alive
from dashboard.copies import Copies
from dashboard.downloads import Downloads
from dashboard.figures import Figures
from dashboard.unsaved import Unsaved
from pipelines import catalogue, checkpoints
from pipelines.errors import PipelineError
from pipelines.settings import Settings, read_settings
from pipelines.shelf import Shelf
from pipelines.vocabulary import read_tokenizer
from pipelines.words import WordMap
from storage import samples
from storage.database import default_path
from storage.errors import StorageError
from storage.log import Log
from storage.repair import Repaired, repair

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
    shelf = Shelf(chosen, watch=lambda each: figures().passed(each), on_loaded=pass_over_what_is_alive)
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
