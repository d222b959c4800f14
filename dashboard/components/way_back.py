"""Which view of History the address names, and the way back to the list as it was searched and filtered.

What the server writes into the address is an entry of its own in the browser's history, so each change is written at once.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.errors import StreamlitAPIException

_VIEW, _LIST = "view_of_history", "address_of_list"


def back_to_list() -> None:
    """A button, since a link to the page that is open already does not reach the address bar."""
    st.button("All runs", key="all_runs", icon=":material/arrow_back:", type="tertiary", on_click=go_back)


def name_view(**named: str) -> None:
    """Put another view into the address, and nothing else. To be called from a callback.

    A parameter that a box of that view holds is set in the box, too, before this is called.
    """
    _write(named)


def _write(address: Mapping[str, str | list[str]]) -> None:
    """The whole address. A box that is bound to a parameter has its name as key, and writes it when it is drawn.

    Whoever is quicker than the view that is being drawn leaves the boxes of the one before it bound to their parameters, and
    those can be written by their boxes only. What has no box, such as `run` or `compare`, is therefore no key of the session.
    """
    try:
        st.query_params.from_dict(address)
    except StreamlitAPIException:
        st.query_params.from_dict({name: value for name, value in address.items() if name not in st.session_state})


def settle_view(**named: str) -> None:
    """Say which view a page draws. One that a link on this page led to reaches the address bar by this, once.

    Not at every run: what boxes have written into the address since then is not known here, and would be taken back.
    """
    if st.session_state.get(_VIEW) != named:
        st.session_state[_VIEW] = named
        if named:
            st.query_params.update(named)


def remember_list(address: Mapping[str, str | list[str]], boxes: Mapping[str, object]) -> None:
    """Where the way back leads to: the address of the list, and what its boxes hold by their keys."""
    st.session_state[_LIST] = (dict(address), dict(boxes))


def go_back() -> None:
    """To the list. To be called from a callback."""
    address, boxes = st.session_state.get(_LIST, ({}, {}))
    for key, value in boxes.items():
        st.session_state[key] = value
    _write(address)
