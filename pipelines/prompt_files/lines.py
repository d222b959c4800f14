"""Bytes -> lines of text with their numbers, in UTF-8 and of bounded length; a line that is neither is a problem of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

LONGEST_LINE = 1_000_000
"""Bytes of a line. A prompt has at most 20,000 characters; a line may hold some columns beside it."""
_SHOWN = 300
"""Characters of a spoiled line that its problem repeats."""
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file."""

    number: int
    """From 1."""
    text: str
    """Without the end of line; a carriage return before it is a part of that end."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A line, or a row that begins there, from which nothing can be asked."""

    line: int
    """From 1."""
    text: str
    """How it begins, as far as it can be shown."""
    reason: str
    """A sentence: what is wrong, and what to do."""


def read_lines(stream: IO[bytes]) -> Iterator[Line | Problem]:
    """The lines of a file, one at a time: memory stays that of the longest line allowed."""
    number = 0
    while raw := stream.readline(LONGEST_LINE + 1):
        number += 1
        if number == 1:
            raw = raw.removeprefix(_BOM)
        if len(raw) > LONGEST_LINE and not raw.endswith(b"\n"):
            length = len(raw) + _skip_rest(stream)
            yield Problem(number, shown(raw), f"The line has {length:,} bytes and {LONGEST_LINE:,} are read. Shorten it.")
            continue
        raw = raw.removesuffix(b"\n").removesuffix(b"\r")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            place = f"byte {error.start + 1} of the line is 0x{raw[error.start]:02X}"
            yield Problem(number, shown(raw), f"The line is not in UTF-8 ({place}). Save the file in UTF-8.")
            continue
        if "\0" in text:
            yield Problem(number, shown(raw), f"The line holds a NUL (character {text.index(chr(0)) + 1}). Remove it.")
            continue
        yield Line(number, text)


def shown(text: bytes | str) -> str:
    """How a spoiled line begins, with an escape for whatever cannot be shown."""
    start = text[: 4 * _SHOWN].decode("utf-8", "backslashreplace") if isinstance(text, bytes) else text
    cut = start[:_SHOWN].rstrip("\r\n")
    return "".join(c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode("ascii") for c in cut)


def _skip_rest(stream: IO[bytes]) -> int:
    """Read past the end of a line that is too long; how many bytes were left of it."""
    length = 0
    while raw := stream.readline(LONGEST_LINE):
        length += len(raw)
        if raw.endswith(b"\n"):
            return length - 1
    return length
