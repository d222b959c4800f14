"""What a person brings to a batch: a file, pasted lines, or templates with words. Imports no Streamlit."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import MappingProxyType

from pipelines.prompt_files import (
    Columns,
    FileKind,
    FilePrompt,
    Given,
    Half,
    Inspection,
    Problem,
    inspect,
    inspect_product,
    open_product,
    open_prompts,
)
from pipelines.prompt_files.columns import refuse_prompts
from pipelines.prompt_files.kinds import HEAD, kind_of
from pipelines.prompt_files.reading import Layout
from pipelines.prompt_files.sources import opened
from pipelines.prompt_files.tables import read_table

Prompts = AbstractContextManager[Iterator[FilePrompt | Problem]]

MOST_PASTED = 1_000_000
"""Characters; more are a file."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in the memory of a session, until its batch has begun."""

    name: str
    """As the person's machine calls it: anybody's text."""
    content: bytes
    digest: str
    """Tells it from every other one."""

    @classmethod
    def of(cls, name: str, content: bytes) -> Upload:
        """The upload of a file with this name."""
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass") + b"\0" + content).hexdigest()
        return cls(name, content, digest)

    def stream(self) -> NamedStream:
        """To be read from its beginning; no copy is made."""
        return NamedStream(self.content, self.name)


class NamedStream(io.BytesIO):
    """Bytes that have the name of a file, by which halves of a probe set are told."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name


@dataclass(frozen=True, slots=True)
class FileBrought:
    """A file of prompts, or pasted lines."""

    given: Upload | str
    """A text was pasted."""
    columns: Columns | None = None
    """Which column is what, where the person has said so."""
    kind: FileKind | None = None
    """How to read it, where the person has said so."""
    other: Upload | None = None
    """The other half of a set that is published in two."""
    wanted: Half | None = None
    """Which half `other` is."""

    @property
    def source(self) -> str:
        """What it is called in the history."""
        return self.given.name if isinstance(self.given, Upload) else "pasted lines"

    @property
    def key(self) -> str:
        """Tells it from what else may be brought, without what the person says about it."""
        if isinstance(self.given, Upload):
            return self.given.digest[:12]
        return hashlib.sha256(self.given.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def inspect(self) -> Inspection:
        """What it holds. Raises `UnreadableFile` (`OtherHalfWanted`) and `TemplateProblem`."""
        table, templates = self._halves()
        return inspect(table, None, self.columns, kind=self.kind, templates=templates)

    def open(self) -> Prompts:
        """Its prompts, to be read once. Raises as `inspect` does."""
        table, templates = self._halves()
        return open_prompts(table, None, self.columns, kind=self.kind, templates=templates)

    def header(self) -> Layout:
        """The columns of a table of which nothing says where its prompts are, so that a person can say it.

        Raises `UnreadableFile` where that is not all that keeps it from being read.
        """
        with opened(self.given.stream() if isinstance(self.given, Upload) else self.given) as file:
            file.stream.seek(0)
            told = kind_of(file.name, file.stream.read(HEAD))
            file.stream.seek(0)
            table = read_table(file.stream, self.kind or told, file.name)
            refuse_prompts(table.columns)
            return Layout(file.name, file.size, table.kind, table.delimiter, table.columns)

    def _halves(self) -> tuple[Given, Given | None]:
        own = self.given.stream() if isinstance(self.given, Upload) else self.given
        if self.other is None:
            return own, None
        other = self.other.stream()
        return (other, own) if self.wanted is Half.PAIRS else (own, other)


@dataclass(frozen=True, slots=True)
class ProductBrought:
    """Templates, and a list of words for each slot."""

    templates: str
    words: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    tag_by: tuple[str, ...] | None = None
    """The slots whose words are the tag; None stands for all of them."""

    @property
    def source(self) -> str:
        """What it is called in the history: its first template."""
        lines = [line.strip() for line in self.templates.splitlines() if line.strip()]
        more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
        return f"{lines[0][:100]}{more}" if lines else "templates"

    @property
    def key(self) -> str:
        """Tells it from what else may be brought."""
        return "templates"

    def inspect(self) -> Inspection:
        """What it makes. Raises `TemplateProblem` and `UnreadableFile`."""
        return inspect_product(self.templates, self.words, self.tag_by)

    def open(self) -> Prompts:
        """Its prompts, to be read once. Raises as `inspect` does."""
        return open_product(self.templates, self.words, self.tag_by)


Brought = FileBrought | ProductBrought
