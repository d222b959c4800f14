"""One checkpoint of the catalogue: what it is, where it is served from, whether it is in memory, how fast it answers."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard.components.checkpoint_name import show_family, show_name, show_source
from dashboard.components.download_box import download_box
from dashboard.components.problem import show_notice, show_problem
from dashboard.downloads import Downloads
from dashboard.wording import about_count, milliseconds
from pipelines.catalogue import CatalogueEntry, size_in_words
from pipelines.checkpoints import Located, Missing
from pipelines.errors import PipelineError
from pipelines.shelf import Shelf, ShelfState
from storage.history import Latency
from storage.records import Checkpoint


def show_card(
    entry: CatalogueEntry,
    found: Located | Missing,
    shelf: Shelf,
    downloads: Downloads,
    latencies: Mapping[Checkpoint, Latency] | None,
) -> None:
    """A card, to be drawn into a container of its own."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        show_name(entry.name)
        show_family(entry.family)
        if isinstance(found, Located):
            show_source(found.source.value)
        else:
            st.badge("not here", color="gray")
    if isinstance(found, Missing):
        _show_missing(entry, found, downloads)
        return
    for remark in found.remarks:
        show_notice("Please note", remark)
    try:
        checkpoint = shelf.identify(entry.name)
    except PipelineError as error:
        show_problem("Cannot be used", str(error))
        return
    _show_facts(checkpoint, found, latencies)
    with st.container(horizontal=True, vertical_alignment="center"):
        _show_state(entry.name, shelf)
        with st.popover("Identity", type="tertiary", icon=":material/fingerprint:"):
            _show_identity(checkpoint, found)


def _show_missing(entry: CatalogueEntry, found: Missing, downloads: Downloads) -> None:
    for remark in found.remarks:
        show_notice("Please note", remark)
    if not found.can_download:
        st.text(f"{found.why} {found.remedy}")
        return
    if not found.remarks:
        st.caption("Not on this machine yet. " + ("" if entry.stand_in is None else f"{entry.stand_in} answers in its place."))
    download_box(entry, downloads)


def _show_facts(checkpoint: Checkpoint, found: Located, latencies: Mapping[Checkpoint, Latency] | None) -> None:
    with st.grid(4, min_column_width=84, gap="xsmall"):
        st.metric("Weights", size_in_words(found.weights_bytes))
        st.metric("Parameters", about_count(checkpoint.parameters).replace(" million", " M"))
        st.metric("Vocabulary", f"{checkpoint.vocabulary_size:,}", help="Pieces that its tokenizer knows.")
        if latencies is None:
            st.metric("Time", "-", help="Not known: the history cannot be read just now.")
        elif (latency := latencies.get(checkpoint)) is None:
            st.metric("Time, n = 0", "-", help="It has not answered afresh in this log yet.")
        else:
            asks = (
                "Median time to a fresh answer in the log; n is the number of prompts. Answers taken from the log do not "
                "count, nor do asks with words to score, which take passes of their own."
            )
            st.metric(f"Time, n = {latency.n:,}", milliseconds(latency.median_ms), help=asks)


def _show_state(name: str, shelf: Shelf) -> None:
    if shelf.entry(name).state is ShelfState.LOADING:
        st.fragment(_watch_state, run_every=1.0)(name, shelf)
    else:
        _draw_state(name, shelf)


def _watch_state(name: str, shelf: Shelf) -> None:
    if shelf.entry(name).state is not ShelfState.LOADING:
        st.rerun()
    _draw_state(name, shelf)


def _draw_state(name: str, shelf: Shelf) -> None:
    entry = shelf.entry(name)
    if entry.state is ShelfState.READY:
        st.badge("in memory", icon=":material/check:", color="gray")
    elif entry.state is ShelfState.LOADING:
        st.badge(f"loading, {entry.seconds or 0:.0f} s so far", icon=":material/hourglass_empty:", color="gray")
    elif entry.state is ShelfState.FAILED:
        show_problem("Cannot be loaded", entry.problem or "")
    else:
        st.badge("not in memory", color="gray", help="It is loaded when it is first asked.")
        if st.button("Load now", key=f"load_{name}", type="tertiary", icon=":material/memory:"):
            shelf.prepare(name)
            st.rerun()


def _show_identity(checkpoint: Checkpoint, found: Located) -> None:
    st.caption("Every answer in the log names exactly these weights.")
    lines = {
        "revision": checkpoint.revision,
        "weights, SHA-256": checkpoint.weights_sha256,
        "tokenizer, SHA-256": checkpoint.tokenizer_sha256,
        "folder": str(found.folder),
    }
    for what, text in lines.items():
        st.caption(what)
        st.code(text, language=None, wrap_lines=True)
    if found.as_published is not None:
        st.caption("Byte for byte as published." if found.as_published else "Not the published weights.")
