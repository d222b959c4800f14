"""What a batch is begun with: a file of prompts as it is, or a JSON list of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from fastapi.exceptions import RequestValidationError
from pydantic import Field, TypeAdapter, ValidationError
from starlette.requests import Request

from dashboard.api.fields import Body, Expected, Text
from dashboard.api.problems import UNREADABLE, WRONG_TYPE, Problem
from pipelines.prompt_files import FileKind, FilePrompt
from pipelines.prompt_files import Problem as LineProblem
from pipelines.prompt_files.prompts import checked

JSON_TYPE = "application/json"
KINDS: dict[str, FileKind | None] = {
    "text/csv": FileKind.CSV,
    "text/tab-separated-values": FileKind.TSV,
    "text/plain": FileKind.TXT,
    "application/jsonl": FileKind.JSONL,
    "application/x-ndjson": FileKind.JSONL,
    "application/octet-stream": None,  # as the name says, or the first bytes
}
"""Media types of files, and how each is read."""


class PromptGiven(Body):
    """One prompt of a list."""

    prompt: Text
    """A sentence with one or more `[MASK]`."""
    expected: Expected = ()
    """The words held to be right: a list for each mask, one list for the only mask, or a text such as `paris|Paris; france`."""
    candidates: list[Text] = Field(default_factory=list)
    """Words to score at every mask, at most 50."""
    tag: Text | None = None
    """At most 60 characters."""


_LIST = TypeAdapter(list[PromptGiven])


def media_type(request: Request) -> str:
    """The media type of a body. Raises `Problem` where it is none of those that are taken."""
    named = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if named != JSON_TYPE and named not in KINDS:
        raise Problem(
            WRONG_TYPE, f"Send a JSON list as {JSON_TYPE}, or a file as one of {', '.join(KINDS)}, in the header Content-Type."
        )
    return named


def read_list(body: bytes) -> list[PromptGiven]:
    """The prompts of a JSON list. Raises `Problem` for what is no JSON, and `RequestValidationError` for another form."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        said = f"{error.msg} at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else "it cannot be read"
        raise Problem(UNREADABLE, f"The body is no JSON: {said}.") from error
    try:
        return _LIST.validate_python(given)
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False, include_context=False)
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in told]) from error


def prompts_of_list(given: Sequence[PromptGiven]) -> Iterator[FilePrompt | LineProblem]:
    """Each as a prompt, or why it cannot be asked; its line is its place in the list, from 1."""
    for line, each in enumerate(given, start=1):
        yield checked(FilePrompt(line, each.prompt, each.expected, tuple(each.candidates), each.tag))
