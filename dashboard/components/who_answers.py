"""Which checkpoints answer by default, and the way to the full-size ones."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import places
from dashboard.resources import settings
from pipelines.catalogue import Kind, catalogue


def show_who_answers(at_hand: Sequence[str], defaults: Sequence[str]) -> None:
    """One line where minis stand in for full-size checkpoints; nothing where all of those are here."""
    kinds = {entry.name: entry.kind for entry in catalogue(settings())}
    minis = [name for name in defaults if kinds.get(name) is Kind.MINI]
    if not minis:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        which = "Small checkpoints" if len(minis) == len(defaults) else f"{len(minis)} small checkpoints"
        st.caption(f"{which} that come with Maskboard answer until the full-size ones are here.", width="content")
        st.page_link(places.MODELS, label="Get the full-size ones", icon=":material/download:")
