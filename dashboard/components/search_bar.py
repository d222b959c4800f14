"""What a person looks for in the list of runs: a text, whole words of it, what is starred. It stands in the address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import streamlit as st

from dashboard.components.filters import EMPTY, IN_RUN, OF_ANSWERS

MAX_CHARACTERS = 1_000
_KEYS: dict[str, object] = {"search": "", "whole_words": False, "starred": False, "page": 1}


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, beside the filters."""

    text: str
    """A part of a prompt, a label, a name, a tag or a note; empty where everything is looked for."""
    whole_words: bool
    """Whether the text has to begin and end where words do."""
    starred: bool
    """Whether only what somebody has starred is looked for."""

    @property
    def in_words(self) -> str:
        """How the list is described; empty where nothing is looked for."""
        found = " as whole words" if self.whole_words else ""
        parts = [f"matching your search{found}" if self.text else "", "starred" if self.starred else ""]
        return ", ".join(part for part in parts if part)


def search_bar(on_change: Callable[[], None]) -> Search:
    """Draw the box and the two switches, and read them."""
    box, switches = st.columns([7, 3], vertical_alignment="center")
    text = box.text_input(
        "Search",
        key="search",
        type="search",
        max_chars=MAX_CHARACTERS,
        placeholder="Search prompts, labels, names, tags and notes",
        label_visibility="collapsed",
        bind="query-params",
        on_change=on_change,
    )
    with switches.container(horizontal=True, vertical_alignment="center", gap="medium"):
        whole = st.toggle(
            "Whole words",
            key="whole_words",
            bind="query-params",
            on_change=on_change,
            help="Finds “art” in “modern art” and not in “heart”.",
        )
        starred = st.toggle(
            "Starred", key="starred", bind="query-params", on_change=on_change, help="Only what somebody has put a star on."
        )
    return Search((text or "").strip(), whole, starred)


def search_for(text: str) -> None:
    """Look for this text in everything, from the first page on. To be called from a callback."""
    for key, value in {**_empty(), "search": text[:MAX_CHARACTERS]}.items():
        st.session_state[key] = value
    st.query_params.pop(IN_RUN, None)


def boxes_of_list() -> dict[str, object]:
    """What the boxes of search and filters hold, by their keys."""
    return {key: st.session_state.get(key, nothing) for key, nothing in _empty().items()}


def address_of_list() -> dict[str, str | list[str]]:
    """The same as the address writes it: what is not empty."""
    empty = _empty()
    return {key: _written(value) for key, value in boxes_of_list().items() if value != empty[key]}


def _empty() -> dict[str, object]:
    return {key: value for key, value in EMPTY.items() if key not in OF_ANSWERS} | _KEYS


def _written(value: object) -> str | list[str]:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return [str(each) for each in value] if isinstance(value, list) else str(value)
