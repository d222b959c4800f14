"""A box for each `$name` of a statement, and what type its value has."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.components.sql_state import type_key, value_key
from storage.saved_queries import LONGEST_DEFAULT, Parameter
from storage.visitors import ParameterType

_HINTS = {
    ParameterType.TEXT: "any text",
    ParameterType.INTEGER: "5",
    ParameterType.NUMBER: "0.25",
    ParameterType.DATE: "2026-03-07",
    ParameterType.BOOLEAN: "true or false",
}


def show_parameters(parameters: Sequence[Parameter]) -> None:
    """Draw the boxes. They take text whatever the type: a box for numbers or days rounds what it is given, or turns red.

    Their row is there without them, too: what stands beneath keeps its place, and a menu that is open stays open.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for each in parameters:
            with st.container(horizontal=True, vertical_alignment="bottom", gap="xxsmall", width=290, wrap=False):
                st.text_input(
                    f"\\${_escaped(each.name)}",
                    key=value_key(each.name),
                    max_chars=LONGEST_DEFAULT,
                    placeholder=_HINTS[each.type],
                    persist_state="session",
                )
                st.selectbox(
                    f"Type of {_escaped(each.name)}",
                    [str(kind) for kind in ParameterType],
                    key=type_key(each.name),
                    label_visibility="collapsed",
                    width=112,
                    persist_state="session",
                )


def _escaped(name: str) -> str:
    """A label is Markdown; of what may stand in a name only the underscore means something there."""
    return name.replace("_", "\\_")
