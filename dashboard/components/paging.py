"""Turning the pages of a long list, with one question to the log where the page is known beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import streamlit as st


class Paged(Protocol):
    """Some rows of a list, and how many it has."""

    @property
    def n(self) -> int: ...


Page = TypeVar("Page", bound=Paged)


def turned_to(key: str, per_page: int, ask: Callable[[int, int], Page]) -> tuple[Page, int]:
    """Draw the control that turns pages; the page that it stands at, and the place of its first row, from 1.

    Args:
        key: of the control, and its name in the address.
        per_page: rows of a page.
        ask: gives the rows for a limit and an offset.
    """
    guess = _guess(key)
    found = ask(per_page, (guess - 1) * per_page)
    pages = -(-found.n // per_page)
    number = st.pagination(pages, key=key, bind="query-params") if pages > 1 else 1
    if number != guess:
        found = ask(per_page, (number - 1) * per_page)
    return found, (number - 1) * per_page + 1


def back_to_first(key: str) -> Callable[[], None]:
    """A callback for whatever puts other rows first."""

    def turn() -> None:
        if key in st.session_state:
            st.session_state[key] = 1

    return turn


def _guess(key: str) -> int:
    """From the session, and before the control was ever drawn from the address, which is anybody's text."""
    given = str(st.session_state[key] if key in st.session_state else st.query_params.get(key, "1"))
    return max(1, int(given)) if given.isascii() and given.isdigit() and len(given) < 7 else 1
