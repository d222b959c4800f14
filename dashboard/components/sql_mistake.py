"""Why a statement gave no answer, and where in it the mistake is."""

from __future__ import annotations

import unicodedata

import streamlit as st

from dashboard.components.problem import show_problem
from dashboard.components.sql_run import Mistake

WIDEST = 96
"""Columns of a line that are shown around the mistake."""


def show_mistake(mistake: Mistake, sql: str) -> None:
    """The sentence, and the line with a mark under the place. Both may quote a person, and neither is read as markup."""
    place = ""
    if mistake.line is not None:
        place = f"Line {mistake.line}" + (f", column {mistake.column}" if mistake.column is not None else "") + ": "
    with st.container(gap="xsmall"):
        show_problem("No answer", place + mistake.sentence)
        if mistake.line is not None and (drawn := marked(sql, mistake.line, mistake.column)):
            st.code(drawn, language=None)


def marked(sql: str, line: int, column: int | None) -> str:
    r"""The line, cut to what fits, with a caret under the column; empty where the statement has no such line.

    >>> print(marked("SELECT a,\nFROM b", 2, 1))
    FROM b
    ^
    """
    lines = sql.split("\n")
    if not 1 <= line <= len(lines):
        return ""
    text = "".join(_seen(character) for character in lines[line - 1].removesuffix("\r"))
    if column is None:
        return text[:WIDEST]
    at = min(max(column - 1, 0), len(text))
    start = max(0, min(at - WIDEST // 2, len(text) - WIDEST))
    before = "…" if start else ""
    part = text[start : start + WIDEST]
    after = "…" if start + WIDEST < len(text) else ""
    width = len(before) + sum(_width(character) for character in text[start:at])
    return f"{before}{part}{after}\n{' ' * width}^"


def _seen(character: str) -> str:
    """One character for one, so that columns stay: a tab is a blank, and what cannot be seen a mark."""
    if character == "\t":
        return " "
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character) in ("Cc", "Cf", "Cs") else character


def _width(character: str) -> int:
    """How many columns it takes: letters of East Asia take two, marks on a letter none."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "FW" else 1
