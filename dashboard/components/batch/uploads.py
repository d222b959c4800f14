"""Files that a person gave. They stay in the session when the box that took them is not drawn, until their batch has begun."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.brought import Upload
from pipelines.catalogue import size_in_words
from pipelines.prompts import printable

_GENERATION = "uploads_generation"


def upload_box(slot: str, label: str, meaning: str | None = None) -> Upload | None:
    """A box for one file, and the file it holds, or held when it was drawn last.

    It takes as much as the server does, `server.maxUploadSize` of `.streamlit/config.toml`: every session keeps its files in
    the memory of the server.
    """
    box = f"{slot}_{st.session_state.get(_GENERATION, 0)}"
    shown = st.file_uploader(label, key=box, help=meaning, on_change=partial(_take, slot, box))
    held: Upload | None = st.session_state.get(slot)
    if held is not None and shown is None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge("Still here", icon=":material/draft:", color="gray")
            st.text(printable(f"{held.name}, {size_in_words(len(held.content))}"), width="content")
            st.button(
                "Put it away", key=f"{slot}_away", icon=":material/close:", type="tertiary", on_click=_forget, args=(slot,)
            )
    return held


def forget_uploads(*slots: str) -> None:
    """Empty the boxes: what they held has begun."""
    for slot in slots:
        _forget(slot)
    st.session_state[_GENERATION] = st.session_state.get(_GENERATION, 0) + 1


def _take(slot: str, box: str) -> None:
    given = st.session_state.get(box)
    st.session_state[slot] = None if given is None else Upload.of(given.name, given.getvalue())


def _forget(slot: str) -> None:
    st.session_state[slot] = None
