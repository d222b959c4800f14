"""The id of a run in the address of a page. It is anybody's text until it has been read here."""

from __future__ import annotations

import uuid

NOT_A_RUN = (
    "The address names a run in a form that no run has. Check that the link was copied whole, or look for the run in the "
    "history."
)
UNKNOWN_RUN = (
    "The history on this machine holds no run of that id. It may have been deleted, be in another log, or not have been saved."
)


def read_run_id(text: str) -> str | None:
    """The canonical id, or None where the text is none.

    >>> read_run_id("018F0000-0000-7000-8000-000000000000")
    '018f0000-0000-7000-8000-000000000000'
    >>> read_run_id("1 OR 1=1") is None
    True
    """
    try:
        return str(uuid.UUID(text)) if len(text) == 36 else None
    except ValueError:
        return None
