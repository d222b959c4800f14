"""What a person is told when a statement did not come to its end."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from storage.errors import QueryFailed
from storage.visitors.decision import place
from storage.visitors.limits import Limits

FILES = ("LocalFileSystem has been disabled", "file system operations are disabled")
"""DuckDB's words where a statement wants a file."""
UNSHOWABLE = "The answer has a form that cannot be shown."
FLATTEN = "Turn nested values into text."
ONLY_LOG = "Only the views and tables of the log can be read here."
LONG_WAIT = 0.1
"""Seconds of waiting for others that are worth a word."""
UNKNOWN_COLUMN = re.compile(r'referenced column "[^"]*" not found')


class StatementFailed(QueryFailed):
    """A statement was allowed to run and did not finish. A QueryFailed that knows where in the text the mistake is."""

    def __init__(self, message: str, *, remedy: str = "", line: int | None = None, column: int | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.line = line
        """Line of the mistake, 1 for the first; None where no place is known."""
        self.column = column
        """Character of that line, 1 for the first."""


class StatementStopped(StatementFailed):
    """Whoever asked wants no answer any more."""

    def __init__(self) -> None:
        super().__init__("The statement was stopped.")


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker said at its end."""

    kind: str
    """Name of the exception's class; `ended` where the process said nothing, `copy` where it found no copy of the log,
    `stopped` where whoever asked wants no answer any more."""
    message: str = ""
    position: int | None = None
    """Byte of the text, from 0, at which the mistake is."""


def read_told(said: bytes) -> Told:
    """What the worker wrote on standard error."""
    try:
        return Told(**json.loads(said))
    except (ValueError, TypeError):
        return Told("ended")


def failure(told: Told, sql: str, limits: Limits, waited: float = 0.0) -> StatementFailed:
    """The sentence for it. `waited` are the seconds of the limit that went by before it was the statement's turn."""
    match told.kind:
        case "stopped":
            return StatementStopped()
        case "InterruptException" if waited >= LONG_WAIT:
            return StatementFailed(
                f"The statement waited {waited:.1f} s for others, and what was left of {limits.seconds:g} s was too short.",
                remedy="Run it again in a moment.",
            )
        case "InterruptException":
            return StatementFailed(
                f"The statement took longer than {limits.seconds:g} s and was stopped.",
                remedy="Ask for less, or add a LIMIT.",
            )
        case "OutOfMemoryException" | "MemoryError":
            return StatementFailed(f"The statement needs more than {limits.memory_mb:,} MB of memory.", remedy="Ask for less.")
        case "ended":
            return StatementFailed("The statement ended its process; the log is unharmed.", remedy="Ask in another way.")
        case "copy":
            return StatementFailed("The copy of the log that the statement was for is gone.", remedy="Run it again.")
    line, column = place(sql, told.position)
    if "Recursion level" in told.message:
        return StatementFailed(UNSHOWABLE, remedy=FLATTEN)
    if any(words in told.message for words in FILES):
        return StatementFailed("A statement reaches no file and no address.", remedy=ONLY_LOG, line=line, column=column)
    message = told.message if told.message.endswith((".", "!", "?")) else f"{told.message}."
    return StatementFailed(message, remedy=_remedy(told, sql), line=line, column=column)


def _remedy(told: Told, sql: str) -> str:
    text = told.message.lower()
    if told.kind == "ConversionException" and told.position is not None and sql.encode("utf-8")[told.position :][:1] == b"$":
        return "This value is a text and is taken for something else here: choose the type of the parameter."
    if "must appear in the group by" in text:
        return "Write GROUP BY ALL."
    if "read-only mode" in text:
        return "The log is only read here."
    if told.kind == "PermissionException":
        return ONLY_LOG
    if "from clause is missing" in text:
        return "Add FROM and a view; a text stands in single quotes: 'ask'."
    if told.kind == "BinderException" and UNKNOWN_COLUMN.search(text):
        return "A text stands in single quotes: 'ask'."
    return ""
