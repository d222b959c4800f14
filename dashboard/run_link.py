"""The id of a run, and of a prompt in it, in the address of a page. They are anybody's text until they have been read here."""

from __future__ import annotations

import uuid

NOT_A_RUN = (
    "The address names a run in a form that no run has. Check that the link was copied whole, or look for the run in the "
    "history."
)
UNKNOWN_RUN = (
    "The history on this machine holds no run of that id. It may have been deleted, be in another log, or not have been saved."
)

ASKED = "asked"
"""What the address calls one prompt of a run."""
MOST_AT_ONCE = 200
"""Prompts of a run that a page reads whole. Of a larger run, and of a batch, it reads a page, or the one that is named."""


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


def read_prompt_id(text: str | None) -> int | None:
    """The key of a prompt, or None where the text is none.

    >>> read_prompt_id("12"), read_prompt_id("-1"), read_prompt_id("9" * 40), read_prompt_id(None)
    (12, None, None, None)
    """
    return int(text) if text and len(text) < 19 and text.isascii() and text.isdigit() else None
