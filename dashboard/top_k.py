"""How many words each checkpoint lists, as a person types it. It is anybody's text until it has been read here."""

from __future__ import annotations

import re

from pipelines.ask import MAX_TOP_K

NOT_A_TOP_K = (
    f"Top-k says how many words each checkpoint lists: ask for 1 to {MAX_TOP_K:,} of them, as a whole number such as 5."
)

_WHOLE_NUMBER = re.compile(r"[0-9]{1,4}|[0-9],[0-9]{3}")


def read_top_k(text: str) -> int | None:
    """The number, or None where the text is none from 1 to `MAX_TOP_K`.

    >>> read_top_k(" 5 "), read_top_k("1,000")
    (5, 1000)
    >>> [read_top_k(text) for text in ("", "0", "2.5", "1001", "9007199254740993")]
    [None, None, None, None, None]
    """
    if not _WHOLE_NUMBER.fullmatch(text.strip()):
        return None
    number = int(text.strip().replace(",", ""))
    return number if 1 <= number <= MAX_TOP_K else None
