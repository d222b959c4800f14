"""Which column of a table is what: told by its name, or chosen by a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pipelines.prompt_files.errors import UnreadableFile
from pipelines.prompt_files.lines import shown
from storage.spelling import MASK_SPELLINGS

MEANINGS = MappingProxyType(
    {
        "prompt": ("prompt", "text", "sentence", "input", "query", "masked_sentence", "cloze"),
        "expected": ("expected", "gold", "answer", "target", "label", "obj_label"),
        "candidates": ("candidates", "choices", "options", "words"),
        "tag": ("tag", "group", "category", "relation", "predicate_id"),
    }
)
"""What a prompt can have, and the names of columns that are taken for it, the first that is there."""

TEMPLATE_NAMES = ("pattern", "template")
"""Names of columns that are taken for templates."""

_LISTED = 12
"""Columns that a sentence names."""
_LONGEST = 40
"""Characters of each; a file without a header has a whole row there."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a table is what. A name of the table, or None where there is none."""

    prompt: str | None = None
    """None only where templates make the prompts of the rows."""
    expected: str | None = None
    candidates: str | None = None
    tag: str | None = None

    def named(self) -> dict[str, str]:
        """What is given, and by which column."""
        given = {what: getattr(self, what) for what in MEANINGS}
        return {what: name for what, name in given.items() if name is not None}


def guess_columns(names: Sequence[str]) -> Columns:
    """Which column is what, by its name in any case. Raises `UnreadableFile` where none looks like the prompt."""
    found = _by_name(names)
    if "prompt" not in found:
        refuse_prompts(names)
        raise UnreadableFile(
            f"None of the columns ({listed(names)}) is called prompt. Name one of them prompt, or say which one it is."
        )
    return Columns(**found)


def guess_words(names: Sequence[str], slots: Sequence[str]) -> Columns:
    """Which column is what, of a table whose rows fill the slots of templates: nothing in it is the prompt."""
    found = _by_name([name for name in names if name not in slots])
    return Columns(**{what: name for what, name in found.items() if what != "prompt"})


def _by_name(names: Sequence[str]) -> dict[str, str]:
    by_name = {name.strip().lower(): name for name in reversed(names)}
    found = {what: next((by_name[name] for name in known if name in by_name), None) for what, known in MEANINGS.items()}
    return {what: name for what, name in found.items() if name is not None}


def places(columns: Columns, names: Sequence[str]) -> dict[str, int]:
    """For what is given, the place of its column, from 0. Raises `UnreadableFile` where the table has no such column."""
    refuse_prompts(columns.named().values())
    for name in columns.named().values():
        if name not in names:
            raise UnreadableFile(f"The file has no column {shown(name)}. Choose one of {listed(names)}.")
    return {what: names.index(name) for what, name in columns.named().items()}


def refuse_prompts(names: Iterable[str]) -> None:
    """Raise `UnreadableFile` where a column is named by a prompt: the file has no header, and that prompt would be lost."""
    for name in names:
        if MASK_SPELLINGS.search(name):
            raise UnreadableFile(
                f"The first line is no header, since it holds a mask: {shown(name)} Put one above it, such as prompt,expected."
            )


def listed(names: Sequence[str]) -> str:
    """The columns as a sentence names them."""
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(shown(name if len(name) <= _LONGEST else f"{name[:_LONGEST]}...") for name in names[:_LISTED]) + more
