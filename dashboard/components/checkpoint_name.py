"""The name of a checkpoint with its family and where it is from."""

from __future__ import annotations

import re

import streamlit as st

from dashboard.palette import FAMILY_BADGES, FAMILY_NAMES
from dashboard.resources import published_weights
from dashboard.wording import ELSEWHERE, SOURCES
from pipelines.prompts import printable
from storage.records import UNKNOWN_HASH, Checkpoint

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")


def show_name(name: str) -> None:
    """A name as a heading. One from elsewhere that could be read as markup is shown as plain text."""
    if _PLAIN_NAME.fullmatch(name):
        st.subheader(name, anchor=False, width="content")
    else:
        st.text(printable(name))


def show_family(family: str | None) -> None:
    """The family in its colour, where it is one of the catalogue's."""
    if family in FAMILY_NAMES:
        st.badge(FAMILY_NAMES[family], color=FAMILY_BADGES[family])


def show_source(source: str) -> None:
    """Where the weights are from."""
    label, meaning = SOURCES.get(source, ELSEWHERE)
    st.badge(label, color="gray", help=meaning)


def show_checkpoint(checkpoint: Checkpoint) -> None:
    """Name, family and source in one line, and a warning where the name is one of the hub's and the weights are not."""
    show_name(checkpoint.name)
    show_family(checkpoint.family)
    show_source(checkpoint.source)
    known = checkpoint.weights_sha256 != UNKNOWN_HASH
    if known and published_weights(checkpoint.name) not in (None, checkpoint.weights_sha256):
        st.badge(
            "not as published",
            icon=":material/warning:",
            color="yellow",
            help="These are not the weights that the hub publishes under this name: their SHA-256 is another.",
        )
