"""Bytes -> lines of text with their numbers, in UTF-8 and of bounded length; a line that is neither is a problem of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from pipelines.prompt_files.errors import UnreadableFile

LONGEST_LINE = 1_000_000
"""Bytes of a line. A prompt has at most 20,000 characters; a line may hold some columns beside it."""
_BLOCK = 1 << 18
"""Bytes that are read at once: decoding and cutting a whole block costs a tenth of doing it line by line."""
_SHOWN = 300
"""Characters of a spoiled line that its problem repeats."""
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file."""

    number: int
    """From 1."""
    text: str
    """Without the end of line; a carriage return before it is a part of that end."""
    end: str = "\n"
    """The end of line, which a cell that runs over it keeps."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A line, or a row that begins there, from which nothing can be asked."""

    line: int
    """From 1."""
    text: str
    """How it begins, as far as it can be shown."""
    reason: str
    """A sentence: what is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class _TooLong:
    """A line of which only the beginning was kept."""

    start: bytes
    length: int


def read_lines(stream: IO[bytes]) -> Iterator[Line | Problem]:
    """The lines of a file, one at a time: memory stays that of the longest line allowed.

    Lines end with LF or CR LF; with CR alone where the file begins with such a line and no LF follows it.
    Raises `UnreadableFile` where the disk fails.
    """
    number = 0
    try:
        first = stream.read(_BLOCK).removeprefix(BOM).removeprefix(BOM)  # two where files were put one after the other
        end = b"\r" if b"\r" in first and b"\n" not in first else b"\n"
        for block in _blocks(first, stream, end):
            if isinstance(block, _TooLong):
                number += 1
                yield Problem(number, shown(block.start), _too_long(block.length))
                continue
            ends = end.decode()
            if (texts := _decoded(block, ends)) is None:
                for raw in block.split(end):
                    number += 1
                    yield _line(number, raw, ends)
                continue
            for text in texts:
                number += 1
                yield Line(number, text[:-1], "\r\n") if text[-1:] == "\r" else Line(number, text, ends)
    except OSError as error:
        raise UnreadableFile(
            f"The file cannot be read beyond line {number} ({error.strerror or error}). Copy it anew."
        ) from error


def _decoded(block: bytes, end: str) -> list[str] | None:
    """The lines as text where all of them can be read, which nearly always is so: then they are decoded at once."""
    if b"\0" in block or len(block) > LONGEST_LINE:
        return None
    try:
        return block.decode("utf-8").split(end)
    except UnicodeDecodeError:
        return None


def _line(number: int, raw: bytes, end: str) -> Line | Problem:
    if len(raw) > LONGEST_LINE:
        return Problem(number, shown(raw), _too_long(len(raw)))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        place = f"byte {error.start + 1} of the line is 0x{raw[error.start]:02X}"
        return Problem(number, shown(raw), f"The line is not in UTF-8 ({place}). Save the file in UTF-8.")
    if "\0" in text:
        return Problem(number, shown(raw), f"The line holds a NUL (character {text.index(chr(0)) + 1}). Remove it.")
    return Line(number, text[:-1], "\r\n") if text[-1:] == "\r" else Line(number, text, end)


def _too_long(length: int) -> str:
    return f"The line has {length:,} bytes and {LONGEST_LINE:,} are read. Shorten it."


def _blocks(block: bytes, stream: IO[bytes], end: bytes) -> Iterator[bytes | _TooLong]:
    """Whole lines without the end of the last, as many at a time as a block holds."""
    held = b""
    while block:
        last = block.rfind(end)
        if last >= 0:
            yield held + block[:last]
            held = b""
        held += block[last + 1 :]
        block = b""
        if len(held) > LONGEST_LINE:
            start, length = held[: 4 * _SHOWN], len(held)
            while (more := stream.read(_BLOCK)) and (rest := more.find(end)) < 0:
                length += len(more)
            yield _TooLong(start, length + max(rest, 0) if more else length)
            held, block = b"", more[rest + 1 :] if more else b""
        block = block or stream.read(_BLOCK)
    if held:
        yield held


def shown(text: bytes | str) -> str:
    """How a spoiled line begins, with an escape for whatever cannot be shown."""
    start = text[: 4 * _SHOWN].decode("utf-8", "backslashreplace") if isinstance(text, bytes) else text
    cut = start[:_SHOWN].rstrip("\r\n")
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode("ascii") for c in cut)


def counted(count: int, what: str) -> str:
    """A number with what it counts, such as `1 cell` or `2,000 cells`."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
