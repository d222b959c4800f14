"""What kind of file this is, by its name and its first bytes; one that holds no text is refused with what it is."""

from __future__ import annotations

import re
from enum import StrEnum
from types import MappingProxyType

from pipelines.prompt_files.columns import MEANINGS, TEMPLATE_NAMES
from pipelines.prompt_files.errors import UnreadableFile
from pipelines.prompt_files.lines import BOM

HEAD = 4096
"""Bytes that are looked at."""


class FileKind(StrEnum):
    """How the lines of a file are to be read."""

    CSV = "csv"
    TSV = "tsv"
    TXT = "txt"
    """A prompt on each line."""
    JSONL = "jsonl"
    """A JSON object on each line."""


_ENDINGS = MappingProxyType(
    {
        "csv": FileKind.CSV,
        "tsv": FileKind.TSV,
        "tab": FileKind.TSV,
        "txt": FileKind.TXT,
        "text": FileKind.TXT,
        "jsonl": FileKind.JSONL,
        "ndjson": FileKind.JSONL,
    }
)

_SIGNATURES = (
    (b"\xff\xfe\0\0", "is in UTF-32", "Save it in UTF-8."),
    (b"\0\0\xfe\xff", "is in UTF-32", "Save it in UTF-8."),
    (b"\x1f\x8b", "is compressed (gzip)", "Unpack it first."),
    (b"BZh", "is compressed (bzip2)", "Unpack it first."),
    (b"\xfd7zXZ\x00", "is compressed (xz)", "Unpack it first."),
    (b"\x28\xb5\x2f\xfd", "is compressed (zstd)", "Unpack it first."),
    (b"7z\xbc\xaf", "is compressed (7z)", "Unpack it first."),
    (b"Rar!\x1a", "is compressed (RAR)", "Unpack it first."),
    (b"PK\x03\x04", "is a ZIP archive or a spreadsheet", "Unpack it, or save the sheet as CSV in UTF-8."),
    (b"\xd0\xcf\x11\xe0", "is an old spreadsheet or document", "Save it as CSV in UTF-8."),
    (b"\x89PNG", "is a picture", "Bring a text file."),
    (b"\xff\xd8\xff", "is a picture", "Bring a text file."),
    (b"GIF8", "is a picture", "Bring a text file."),
    (b"RIFF", "is a picture or a sound", "Bring a text file."),
    (b"%PDF", "is a PDF", "Copy its sentences into a text file."),
    (b"{\\rtf", "is rich text of a word processor", "Save it as plain text in UTF-8."),
    (b"<!DOCTYPE html", "is a web page", "Copy its sentences into a text file."),
    (b"<html", "is a web page", "Copy its sentences into a text file."),
    (b"PAR1", "is Parquet", "Save it as CSV or JSONL."),
    (b"\x7fELF", "is a program", "Bring a text file."),
    (b"SQLite format 3", "is a database", "Save a table of it as CSV."),
    (b"\xff\xfe", "is in UTF-16", "Save it in UTF-8."),
    (b"\xfe\xff", "is in UTF-16", "Save it in UTF-8."),
)


_OBJECT = re.compile(r'\{\s*["}]')
"""How an object begins; a template such as `{group} likes [MASK].` does not."""
_ARRAY = re.compile(rb'\s*\[\s*\{\s*["}]')
_KNOWN = frozenset((*MEANINGS["prompt"], *TEMPLATE_NAMES))


def kind_of(name: str, head: bytes) -> FileKind:
    """The kind of a file, by the ending of its name, else by how it begins.

    Args:
        name: of the file.
        head: its first bytes, `HEAD` of them or fewer.

    Raises `UnreadableFile` for what is no text: archives, pictures, UTF-16.
    """
    for signature, what, remedy in _SIGNATURES:
        if head.startswith(signature):
            raise UnreadableFile(f"The file {name} {what}, and no text in UTF-8. {remedy}")
    text = head.removeprefix(BOM).removeprefix(BOM)
    if head[1:2] == b"\0" or head[:1] == b"\0":
        raise UnreadableFile(f"The file {name} begins with a NUL, so it is no text in UTF-8. Save it as CSV in UTF-8.")
    ending = name.rpartition(".")[2].lower()
    kind = _ENDINGS.get(ending)
    if kind in (None, FileKind.JSONL) and _ARRAY.match(text):
        raise UnreadableFile(f"The file {name} is one JSON array. Write each object on a line of its own and name it .jsonl.")
    if kind is not None:
        return kind
    first = first_line(head)
    if _OBJECT.match(first):
        return FileKind.JSONL
    if ending == "json":
        raise UnreadableFile(f"The file {name} is JSON. Write an object on each line and name it .jsonl.")
    if "\t" in first:
        return FileKind.TSV
    return FileKind.CSV if names_columns(first) else FileKind.TXT


def first_line(head: bytes) -> str:
    """The first line of a file that holds any text, as far as its first bytes show it."""
    return re.split("[\n\r]", head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n"), maxsplit=1)[0]


def names_columns(first: str) -> bool:
    """Whether a first line is the header of a table: one of its cells is a name that is taken for the prompt."""
    return not _KNOWN.isdisjoint(cell.strip().strip('"').lower() for cell in re.split("[,;\t]", first))
