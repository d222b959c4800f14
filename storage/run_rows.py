"""The rows of one run, a page at a time: a batch may have a million, and no page reads them all."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from storage.database import Database
from storage.questions import question
from storage.records import Refused
from storage.spelling import spell_part


@dataclass(frozen=True, slots=True)
class RunPrompt:
    """A distinct prompt that a run asked."""

    prompt_id: int
    text: str
    row_number: int
    """Of the first row that asked it: of a batch, the line of the file."""


@dataclass(frozen=True, slots=True)
class PromptPage:
    """Some of the prompts of a run, in the order of its rows."""

    rows: tuple[RunPrompt, ...]
    n: int
    """How many prompts fit in all."""


@dataclass(frozen=True, slots=True)
class RefusedPage:
    """Some of the rows of a run that could not be answered, in the order of the file."""

    rows: tuple[Refused, ...]
    n: int


@dataclass(frozen=True, slots=True)
class TaggedPrompts:
    """The prompts of a run that bear one tag."""

    tag: str
    prompt_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RunTags:
    """The tags on the prompts of a run, those on most prompts first."""

    rows: tuple[TaggedPrompts, ...]
    n: int
    """How many tags there are in all."""


def prompts_of_run(
    database: Database, run_id: str, *, text: str | None = None, tag: str | None = None, limit: int = 50, offset: int = 0
) -> PromptPage:
    """The prompts that a run asked; with `text` those that hold it, spelled as prompts are, with `tag` those that bear it.

    An id that is none gives none, as in all questions here.
    """
    wanted = {"text": spell_part(text or "") or None, "tag": tag or None, **_part(limit, offset)}
    found = database.rows(question("run_prompts_page"), {"run_id": _canonical(run_id), **wanted})
    return PromptPage(tuple(RunPrompt(*row[1:]) for row in found if row[1] is not None), found[0][0])


def refused_of_run(database: Database, run_id: str, *, limit: int = 50, offset: int = 0) -> RefusedPage:
    """What of a run could not be answered, and why."""
    found = database.rows(question("run_refused_page"), {"run_id": _canonical(run_id), **_part(limit, offset)})
    return RefusedPage(tuple(Refused(*row[1:]) for row in found if row[1] is not None), found[0][0])


def tags_of_run(database: Database, run_id: str, most: int = 20) -> RunTags:
    """The tags on its prompts, whoever put them there; at most `most` of them."""
    found = database.rows(question("run_tags"), {"run_id": _canonical(run_id), "most": most})
    return RunTags(tuple(TaggedPrompts(tag, tuple(sorted(prompts))) for _, tag, prompts in found), found[0][0] if found else 0)


def _part(limit: int, offset: int) -> dict[str, int]:
    return {"limit": max(limit, 0), "offset": max(offset, 0)}


def _canonical(run_id: str) -> str:
    """The id as the log keeps it; of a text that is none, an id that no run has."""
    try:
        return str(uuid.UUID(run_id))
    except ValueError:
        return str(uuid.UUID(int=0))
