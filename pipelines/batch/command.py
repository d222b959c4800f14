"""`python -m pipelines batch FILE`: ask a file in a shell, in a script, in a CI job."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.errors import PipelineError

if TYPE_CHECKING:
    from pipelines.prompt_files import Columns

INTERRUPTED = 130
MEANINGS = ("prompt", "expected", "candidates", "tag")
"""What a column can be."""


class WrongUse(PipelineError):
    """Options that do not go together, or mean nothing; the message says which and what to write."""


def batch_command(
    file: Annotated[
        Path | None,
        typer.Argument(help="CSV, TSV, TXT or JSONL of prompts; - reads standard input.", show_default=False),
    ] = None,
    checkpoint: Annotated[list[str] | None, typer.Option(help="Name in the catalogue; may be repeated.")] = None,
    top_k: Annotated[int, typer.Option(help="How many predictions of each checkpoint.")] = 5,
    label: Annotated[str | None, typer.Option(help="A name for this run.")] = None,
    author: Annotated[str | None, typer.Option(help="Who asks.")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help="Which column is what, such as prompt=sentence or expected=gold; may be repeated."),
    ] = None,
    templates: Annotated[
        Path | None, typer.Option(help="Templates, one on a line, whose slots the columns of FILE fill; so ParaRel.")
    ] = None,
    words: Annotated[
        list[str] | None,
        typer.Option(help="FILE holds templates; words of a slot, such as group=nurse,doctor; may be repeated."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write all predictions to this file: .parquet, .csv or .json.", show_default=False)
    ] = None,
    resume: Annotated[str | None, typer.Option(metavar="RUN", help="Go on with a batch that was stopped.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary as JSON.")] = False,
) -> None:
    """Ask every prompt of a file, keep every answer, and say what came of it. Ctrl-C keeps what is done.

    While the dashboard has the log open, the answers are handed over to it.
    """
    from rich.console import Console

    from pipelines import checkpoints
    from pipelines.batch.asking import PromptFile, ask_file
    from pipelines.batch.report import summary_as_json, summary_as_tables
    from pipelines.batch.request import BatchRequest
    from pipelines.settings import read_settings
    from pipelines.shelf import Shelf
    from storage.commands.output_file import form_by_ending

    if (file is None) == (resume is None):
        raise WrongUse("Name a file to ask, or a batch to go on with: batch FILE, or batch --resume RUN.")
    if resume is not None and (column or templates or words):
        raise WrongUse("A batch that is resumed has read its file: leave --column, --templates and --words away.")
    if words and (column or templates):
        raise WrongUse("With --words the file holds templates and no columns: leave --column and --templates away.")
    form = None if out is None else form_by_ending(out)
    prompts = None if file is None else PromptFile(file, _columns(column or []), templates, _words(words or []))
    settings = read_settings()
    names = tuple(checkpoint) if checkpoint else checkpoints.defaults(settings)
    source = "" if prompts is None else prompts.name
    shelf = Shelf(settings)
    try:
        asked = ask_file(
            prompts if prompts is not None else str(resume),
            BatchRequest(names, source, top_k, label or source or None, author),
            shelf=shelf,
            console=Console(stderr=True),
            out=None if out is None or form is None else (out, form),
        )
    finally:
        shelf.close()
    if as_json:
        sys.stdout.write(json.dumps(summary_as_json(asked.summary), ensure_ascii=False, allow_nan=False, indent=2) + "\n")
    else:
        output = Console()
        for part in summary_as_tables(asked.summary):
            output.print(part)
    if asked.interrupted:
        raise typer.Exit(INTERRUPTED)


def _columns(given: list[str]) -> Columns | None:
    from pipelines.prompt_files import Columns

    if not given:
        return None
    named: dict[str, str] = {}
    for text in given:
        what, equals, name = text.partition("=")
        if not equals or what.strip() not in MEANINGS or not name:
            raise WrongUse(f"--column {text} says nothing: write {', '.join(f'{each}=NAME' for each in MEANINGS)}.")
        named[what.strip()] = name
    return Columns(**named)


def _words(given: list[str]) -> dict[str, tuple[str, ...]]:
    from pipelines.prompt_files import read_words

    words: dict[str, tuple[str, ...]] = {}
    for text in given:
        slot, equals, listed = text.partition("=")
        if not equals or not slot.strip() or not read_words(listed):
            raise WrongUse(f"--words {text} says nothing: write the slot and its words, such as group=nurse,doctor.")
        words[slot.strip()] = read_words(listed)
    return words
