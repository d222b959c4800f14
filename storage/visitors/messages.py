"""DuckDB's errors as they come inside a process: the words, and the place."""

from __future__ import annotations

import json
import re

LONGEST = 400
"""Characters of a message: DuckDB repeats what it stumbled over, however long it is."""
KIND = re.compile(r"^[A-Z][A-Za-z ]{2,40} Error: ")
"""DuckDB's names for kinds of errors (`Binder Error: `) say nothing to a person."""


def told(error: Exception) -> tuple[str, int | None]:
    """The message of an error in one line and without a dot at its end, and the position in bytes where one is given."""
    text = KIND.sub("", str(error))
    try:
        # With `errors_as_json` most errors are an object; those of names come as text all the same.
        detail = json.loads(text) if text.startswith("{") else {}
        message, position = str(detail["exception_message"]), detail.get("position")
        found = None if position is None else int(position)
    except (ValueError, KeyError, TypeError):
        message, found = text.split("\n\nLINE ")[0], None
    line = " ".join(KIND.sub("", message).split()).rstrip(".")
    line = line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
    # Text of the statement stands in it, and may hold what steers a terminal.
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line), found
