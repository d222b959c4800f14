"""How a file is read: its kind, and which column is what, with the guess filled in."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard.batch_words import SOURCES
from dashboard.brought import FileBrought
from dashboard.components.batch.looking import Outcome, look
from dashboard.components.batch.uploads import upload_box
from dashboard.components.batch.ways import OTHER
from dashboard.components.problem import show_notice
from dashboard.wording import count
from pipelines.errors import PipelineError
from pipelines.prompt_files import Columns, FileKind, Half, Inspection, Layout, OtherHalfWanted, UnreadableFile
from pipelines.prompt_files.columns import guess_columns, guess_words
from pipelines.prompts import printable

KINDS = {FileKind.CSV: "CSV", FileKind.TSV: "TSV", FileKind.TXT: "a prompt on each line", FileKind.JSONL: "JSONL"}
MEANINGS = {
    "prompt": ("Prompt", "The sentence with [MASK]."),
    "expected": ("Expected", "The right words: alternatives with |, blanks with ;"),
    "candidates": ("Candidates", "Words to score at every blank, with | between them."),
    "tag": ("Tag", "A word to group the prompts by."),
}
HALVES = {Half.PATTERNS: "The patterns, or templates", Half.PAIRS: "The pairs that fill them"}


def settle(given: FileBrought) -> tuple[FileBrought, Outcome] | None:
    """Draw what can be said about how to read it; the file as it is read then, and what it holds.

    None where something is missing that only the person can give, which is said.
    """
    outcome = look(given)
    if isinstance(outcome, OtherHalfWanted):
        show_notice("One half of two", str(outcome))
        other = upload_box(OTHER, HALVES[outcome.wanted])
        if other is None:
            return None
        given = replace(given, other=other, wanted=outcome.wanted)
        outcome = look(given)
    layout = _layout(given, outcome)
    if layout is None:
        return given, outcome
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="reading_of_file"):
        kind = _kind(given, layout)
        if kind is not None:
            given = replace(given, kind=kind)
            outcome = look(given)
            layout = _layout(given, outcome) or layout
        columns = _columns(given, layout)
    if columns is not None and columns.prompt is None and not layout.templates:
        show_notice("Which column?", "No column is chosen for the prompts. Choose the one that holds the sentences.")
        return None
    if columns is not None and columns != layout.mapping:
        given = replace(given, columns=columns)
        outcome = look(given)
    if layout.probe_set is not None:
        _show_probe_set(layout)
    return given, outcome


def _layout(given: FileBrought, outcome: Outcome) -> Layout | None:
    """How it is laid out, also where the column of the prompts is not known; None of what cannot be read at all."""
    if isinstance(outcome, Inspection):
        return outcome.layout
    try:
        return given.header()
    except PipelineError:
        return None


def _kind(given: FileBrought, layout: Layout) -> FileKind | None:
    """Another way to read it than the one that was told by its name and its beginning."""
    if layout.kind is None:
        return None
    chosen = st.selectbox(
        "Read as", list(KINDS), index=list(KINDS).index(layout.kind), format_func=KINDS.__getitem__, width=160,
        key=f"kind_{given.key}", persist_state="session",
    )  # fmt: skip
    return None if chosen is layout.kind else chosen


def _columns(given: FileBrought, layout: Layout) -> Columns | None:
    """What the person says of the columns; None where there is nothing to say, or the rules of a probe set count."""
    if len(layout.columns) < 2:
        return None
    if layout.probe_set is not None and not layout.templates:
        own = st.toggle("Choose the columns", key=f"own_columns_{given.key}", help="In place of the rules of the probe set.")
        if not own:
            return None
    guess = layout.mapping if layout.mapping != Columns() else _guess(layout)
    wanted = [what for what in MEANINGS if not (layout.templates and what == "prompt")]
    chosen = {}
    for what in wanted:
        label, meaning = MEANINGS[what]
        key = f"column_{what}_{given.key}_{layout.kind}"
        st.session_state.setdefault(key, getattr(guess, what))
        chosen[what] = st.selectbox(
            label, layout.columns, index=None, key=key, placeholder="None", help=meaning, width=160, persist_state="session"
        )
    return Columns(**chosen)


def _guess(layout: Layout) -> Columns:
    try:
        return guess_columns(layout.columns)
    except UnreadableFile:
        return guess_words(layout.columns, ())


def _show_probe_set(layout: Layout) -> None:
    source = SOURCES.get(layout.probe_set or "", "")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge("Recognised", icon=":material/verified:", color="gray")
        how = "each row becomes prompts by the rules of the set"
        if layout.templates:
            how = f"{count(len(layout.templates), 'pattern')}, each filled by every row"
        st.text(printable(f"{layout.probe_set} ({source}): {how}."), width="content")
