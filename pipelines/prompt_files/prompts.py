"""Rows -> prompts to ask: the cells that are wanted, spelled and checked one by one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipelines.errors import PipelineError
from pipelines.prompt_files.columns import Columns, places
from pipelines.prompt_files.errors import UnreadableFile
from pipelines.prompt_files.lines import Problem, shown
from pipelines.prompt_files.tables import Table
from pipelines.prompts import MAX_CANDIDATES, CandidateError, read_prompt
from storage.spelling import INVISIBLE, Unspellable, spell_word, unprintable

LONGEST_TAG = 60
"""Characters of a tag, as of one that a person puts on a prompt."""


class TagError(PipelineError):
    """A tag that cannot be kept; the message says what to change."""


@dataclass(frozen=True, slots=True)
class FilePrompt:
    """One prompt of a file, read and found fit to be asked."""

    line: int
    """On which it stands, from 1."""
    text: str
    """In the canonical spelling."""
    expected: tuple[tuple[str, ...], ...] = ()
    """For each mask, from the first, the words held to be right there."""
    candidates: tuple[str, ...] = ()
    """Words to score at every mask."""
    tag: str | None = None


def read_prompts(table: Table, columns: Columns) -> Iterator[FilePrompt | Problem]:
    """Each row as a prompt, or why it cannot be asked.

    Expected words are written as everywhere: alternatives with `|`, masks with `;`. Candidates with `|`.
    Raises `UnreadableFile` where the table lacks a column that `columns` names, or no column is the prompt.
    """
    where = places(columns, table.columns)
    if "prompt" not in where:
        raise UnreadableFile("No column is said to be the prompt. Choose one.")
    return _read(table, where.pop("prompt"), where)


def _read(table: Table, prompt: int, where: Mapping[str, int]) -> Iterator[FilePrompt | Problem]:
    for row in table.rows:
        if isinstance(row, Problem):
            yield row
        else:
            yield prompt_of(row.line, row.cells[prompt], {what: row.cells[place] for what, place in where.items()})


def prompt_of(line: int, text: str, cells: Mapping[str, str], tag: str | None = None) -> FilePrompt | Problem:
    """The prompt that a text and the cells beside it stand for, or why it cannot be asked.

    Args:
        line: on which it begins.
        text: of the prompt, as it was written.
        cells: what is given beside it, by what it is: expected, candidates, tag.
        tag: where no cell gives one.
    """
    try:
        expected = _expected(cells.get("expected", ""))
        candidates = _split(cells.get("candidates", ""), "candidates")
        if joined := next((word for word in candidates if ";" in word.strip(";")), None):
            raise CandidateError(f"The candidates {shown(joined)} are joined with a semicolon. Separate them with |.")
        return _checked(line, text, expected, candidates, cells.get("tag", "").strip() or tag)
    except PipelineError as error:
        return Problem(line, shown(text), str(error))


def checked(given: FilePrompt) -> FilePrompt | Problem:
    """The same in canonical spelling, or why it cannot be asked."""
    try:
        return _checked(given.line, given.text, given.expected, given.candidates, given.tag)
    except PipelineError as error:
        return Problem(given.line, shown(given.text), str(error))


def _checked(
    line: int, text: str, expected: tuple[tuple[str, ...], ...], candidates: tuple[str, ...], tag: str | None
) -> FilePrompt:
    prompt = read_prompt(text)
    if len(expected) > 1 and len(expected) > prompt.mask_count:
        raise CandidateError(
            f"Expected words are given for {len(expected)} masks, but the prompt has {prompt.mask_count}. "
            "Separate masks with ; and alternatives for one mask with |."
        )
    right = tuple([_words(alternatives, "expected word") for alternatives in expected])
    return FilePrompt(
        line, prompt.text, right if any(right) else (), _words(candidates, "candidate"), None if tag is None else _tag(tag)
    )


def _expected(text: str) -> tuple[tuple[str, ...], ...]:
    if not text or text.isspace():
        return ()
    return tuple([_split(part, "expected words") for part in text.split(";")])


def _split(text: str, what: str) -> tuple[str, ...]:
    if not text:
        return ()
    if text.startswith("[") and text.endswith("]") and len(text) > 2:
        raise CandidateError(f"The {what} are written as a list. Write word|word, each without | and ; in it.")
    return tuple([word for part in text.split("|") if (word := part.strip())])


def _words(words: tuple[str, ...], what: str) -> tuple[str, ...]:
    """The distinct words in the order given."""
    if not words:
        return ()
    try:
        spelled = tuple(dict.fromkeys([spell_word(word, what) for word in words]))
    except Unspellable as error:
        raise CandidateError(str(error)) from error
    if len(spelled) > MAX_CANDIDATES:
        raise CandidateError(f"{len(spelled)} {what}s are named; at most {MAX_CANDIDATES} are scored. Remove some.")
    return spelled


def _tag(text: str) -> str | None:
    """One line as a person meant it, by the rules of the tags that are put on a prompt by hand."""
    if (problem := unprintable(text)) is not None:
        raise TagError(f"The tag {problem}")
    tag = " ".join(unicodedata.normalize("NFC", text).translate(INVISIBLE).split())
    if len(tag) > LONGEST_TAG:
        raise TagError(f"The tag has {len(tag):,} characters; at most {LONGEST_TAG} are kept. Shorten it.")
    return tag or None
