"""How far the checkpoints are on their way into memory, told until all of them are there."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.components.checkpoint_name import show_checkpoint
from dashboard.components.problem import show_problem
from dashboard.resources import Library
from dashboard.wording import about_count
from pipelines.errors import PipelineError
from pipelines.shelf import Shelf, ShelfEntry, ShelfState


def show_loading(library: Library, names: Sequence[str], *, as_columns: bool) -> None:
    """Who will answer, each in a column of its own; or, where answers already stand there, a line while any is loading.

    Looks again every second by itself, without running the page; the last look runs the page once, which ends it.
    """
    if _on_the_way(library, names):
        st.fragment(_watch, run_every=1.0)(library, tuple(names), as_columns)
    elif as_columns:
        _show_columns(library.shelf, names)
    _show_failures(library, names)


def _watch(library: Library, names: tuple[str, ...], as_columns: bool) -> None:
    if not _on_the_way(library, names):
        st.rerun()
    (_show_columns if as_columns else _show_line)(library.shelf, names)


def _on_the_way(library: Library, names: Sequence[str]) -> bool:
    states = [library.shelf.entry(name).state for name in names]
    return ShelfState.LOADING in states or (library.starter.is_alive() and ShelfState.AWAY in states)


def _show_line(shelf: Shelf, names: Sequence[str]) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        for name in names:
            _show_state(shelf.entry(name), f"{name} is ")


def _show_columns(shelf: Shelf, names: Sequence[str]) -> None:
    for start in range(0, len(names), 3):
        row = names[start : start + 3]
        for column, name in zip(st.columns(max(len(row), 2), border=True), row, strict=False):
            with column:
                _show_column(shelf, name)


def _show_column(shelf: Shelf, name: str) -> None:
    entry = shelf.entry(name)
    try:
        checkpoint = shelf.identify(name)
    except PipelineError:
        st.badge("cannot be loaded", icon=":material/error:", color="red")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        show_checkpoint(checkpoint)
    st.caption(f"{about_count(checkpoint.parameters)} parameters, {checkpoint.vocabulary_size:,} pieces in its vocabulary")
    _show_state(entry, "")


def _show_state(entry: ShelfEntry, before: str) -> None:
    if entry.state is ShelfState.READY:
        st.badge(f"{before}ready", icon=":material/check:", color="gray")
    elif entry.state is ShelfState.LOADING:
        st.badge(f"{before}loading, {entry.seconds or 0:.0f} s so far", icon=":material/hourglass_empty:", color="gray")
    elif entry.state is ShelfState.FAILED:
        st.badge(f"{before}not to be loaded", icon=":material/error:", color="red")
    else:
        st.badge(f"{before}loaded when asked", icon=":material/hourglass_empty:", color="gray")


def _show_failures(library: Library, names: Sequence[str]) -> None:
    for name in names:
        entry = library.shelf.entry(name)
        if entry.state is ShelfState.FAILED:
            show_problem("A checkpoint cannot be loaded", entry.problem or name)
        elif entry.state is ShelfState.AWAY and not library.starter.is_alive():
            try:
                library.shelf.identify(name)
            except PipelineError as error:
                show_problem("A checkpoint cannot be loaded", str(error))
