"""What a file is called: what is inside, the filters, the rows and the day. Letters, digits, dots and dashes only."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from storage.selection import Counting, Selection, WordSpace

MOST_IN_A_NAME = 60
"""Characters of a hint; file systems take 255 bytes for a whole name."""


def file_name(name: str, ending: str) -> str:
    """What is inside, and the day in UTC: `maskboard-<name>-2026-03-01.csv`."""
    return f"maskboard-{name}-{datetime.now(UTC):%Y-%m-%d}.{ending}"


def in_a_name(text: str) -> str:
    """A text of a person as a part of a file name; empty where nothing of it can stand in one.

    >>> in_a_name("Words of Ada: 2026?")
    'Words-of-Ada-2026'
    """
    return re.sub(r"[^0-9A-Za-z.]+", "-", text).strip("-.")[:MOST_IN_A_NAME].rstrip("-.")


def selection_in_a_name(selection: Selection) -> str:
    """The filters, shortened.

    >>> selection_in_a_name(Selection())
    'all'
    >>> selection_in_a_name(Selection(author="Ada", checkpoints=("bert-mini",), text="the sky"))
    'bert-mini-Ada-the-sky'
    """
    parts = [
        f"from {selection.since}" if selection.since else "",
        f"until {selection.until}" if selection.until else "",
        *selection.checkpoints,
        *selection.kinds,
        *(each or "" for each in (selection.label, selection.author, selection.tag, selection.text)),
        f"run {selection.run}" if selection.run else "",
        "all asks" if selection.counting is Counting.ALL_ASKS else "",
        _SPACES[selection.space],
    ]
    if not any(parts):
        return "all"
    said = [each for part in parts if (each := re.sub(r"[^0-9A-Za-z.]+", "-", part).strip("-."))]
    return "-".join(said)[:MOST_IN_A_NAME].rstrip("-.") or "filtered"


_SPACES = {WordSpace.WORDS: "", WordSpace.SHARED: "shared words", WordSpace.PIECES: "pieces"}
