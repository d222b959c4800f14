"""A file of prompts, opened: what it is, which column is what, and its prompts. Preview and batch both read it here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from pipelines.prompt_files.columns import Columns, guess_columns, guess_words
from pipelines.prompt_files.filling import columns_of_slots, fill_table, read_templates, same_relation
from pipelines.prompt_files.kinds import HEAD, FileKind, first_line, kind_of, names_columns
from pipelines.prompt_files.lines import Problem
from pipelines.prompt_files.probes import need_other_half, read_probes, recognise
from pipelines.prompt_files.prompts import FilePrompt, read_prompts
from pipelines.prompt_files.sources import Given, Opened, opened
from pipelines.prompt_files.tables import Table, read_table


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file is, and how its rows become prompts."""

    name: str
    size: int
    """Bytes; of templates and words, 0."""
    kind: FileKind | None
    """None of templates that are filled by lists of words: no file."""
    delimiter: str | None = None
    """What ends a cell, where something does."""
    columns: tuple[str, ...] = ()
    """All that the file has, in their order."""
    mapping: Columns = field(default_factory=Columns)
    """Which column is what: as the person said, else as it was guessed. Empty of a probe set, which has its own rules."""
    guessed: bool = False
    """Whether `mapping` is a guess from the names of the columns."""
    probe_set: str | None = None
    """The name of the published set that was recognised."""
    templates: tuple[str, ...] = ()
    """With slots as `{name}` and the blank as [MASK], where templates make the prompts."""
    slots: Mapping[str, str] = field(default_factory=dict)
    """What fills each slot of the templates: the name of a column, or how many words."""
    ignored: tuple[str, ...] = ()
    """Columns from which nothing is taken."""
    notes: tuple[str, ...] = ()
    """Sentences about what could be meant otherwise."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that is being read."""

    layout: Layout
    prompts: Iterator[FilePrompt | Problem]
    """To be read once, while the file is open."""


@contextmanager
def open_reading(
    given: Given,
    name: str | None = None,
    columns: Columns | None = None,
    *,
    kind: FileKind | None = None,
    templates: Given | None = None,
) -> Iterator[Reading]:
    """A file with its layout and its prompts; the arguments are those of `open_prompts`."""
    with opened(given, name) as file:
        file.stream.seek(0)
        head = file.stream.read(HEAD)
        told = kind_of(file.name, head)
        if templates is not None and told is FileKind.TXT:
            told = FileKind.CSV  # lines without columns fill no slot
        file.stream.seek(0)
        table = read_table(file.stream, kind or told, file.name)
        if templates is not None:
            yield _filled(file, table, columns, templates)
        else:
            yield _plain(file, table, columns, head)


def _plain(file: Opened, table: Table, columns: Columns | None, head: bytes) -> Reading:
    probes = recognise(table.columns) if columns is None else None
    if probes is not None:
        ignored = tuple(column for column in table.columns if column not in probes.columns)
        layout = Layout(
            file.name, file.size, table.kind, table.delimiter, table.columns, probe_set=probes.name, ignored=ignored
        )
        return Reading(layout, read_probes(table, probes, file.name))
    if columns is None:
        need_other_half(file.name, table.columns)
    mapping = columns or guess_columns(table.columns)
    prompts = read_prompts(table, mapping)
    used = set(mapping.named().values())
    notes: tuple[str, ...] = ()
    if table.kind is FileKind.TXT and names_columns(first_line(head)):
        notes = (
            "The first line reads like the names of columns, but each line is taken for a prompt. Name the file .csv if not.",
        )
    layout = Layout(
        file.name,
        file.size,
        table.kind,
        table.delimiter,
        table.columns,
        mapping,
        guessed=columns is None,
        ignored=tuple(column for column in table.columns if column not in used),
        notes=notes,
    )
    return Reading(layout, prompts)


def _filled(file: Opened, table: Table, columns: Columns | None, given: Given) -> Reading:
    templates = read_templates(given)
    with opened(given) as other:
        tag = same_relation(file.name, other.name)
    slots = columns_of_slots(templates, table.columns)
    mapping = guess_words(table.columns, tuple(slots.values())) if columns is None else replace(columns, prompt=None)
    used = {*slots.values(), *mapping.named().values()}
    layout = Layout(
        file.name,
        file.size,
        table.kind,
        table.delimiter,
        table.columns,
        mapping,
        guessed=columns is None,
        probe_set="ParaRel" if {"sub_label", "obj_label"} <= set(table.columns) else None,
        templates=tuple(template.text for template in templates),
        slots=slots,
        ignored=tuple(column for column in table.columns if column not in used),
    )
    return Reading(layout, fill_table(table, templates, slots, mapping, tag))


@contextmanager
def open_prompts(
    given: Given,
    name: str | None = None,
    columns: Columns | None = None,
    *,
    kind: FileKind | None = None,
    templates: Given | None = None,
) -> Iterator[Iterator[FilePrompt | Problem]]:
    """The prompts of a file, one at a time, and a `Problem` for each line that cannot be asked; memory stays that of a line.

    with open_prompts(Path("prompts.csv")) as prompts:
        for each in prompts: ...

    Args:
        given: a path, the bytes of a file, a stream that can be rewound (an upload), or pasted text. A `str` is pasted text.
        name: of the file, whose ending says its kind; else that of the path or the stream.
        columns: which column is what, as a person said. Without it probe sets are recognised, and columns told by their names.
            Where templates are given, its prompt is not used.
        kind: how to read it, where the ending is wrong.
        templates: a file of them, or pasted, one a line; then the rows of `given` fill their slots.

    Raises `UnreadableFile` where no prompt can be read from the file (`OtherHalfWanted` where it is one half of ParaRel), and
    `TemplateProblem`; both at once, before the first prompt. On the way only where the disk fails, or templates and a table
    make more than `MOST_PROMPTS` prompts.
    """
    with open_reading(given, name, columns, kind=kind, templates=templates) as reading:
        yield reading.prompts
