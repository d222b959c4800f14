"""`python -m storage import`: answers that were made elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from storage.commands.output_file import reader_may_leave
from storage.errors import LogLocked, StorageError


def import_command(
    file: Annotated[Path, typer.Argument(help="Answers made elsewhere: JSON, JSONL or CSV.", show_default=False)],
    label: Annotated[str | None, typer.Option(help="A name for this run.")] = None,
    author: Annotated[str | None, typer.Option(help="Who imports.")] = None,
    checkpoint: Annotated[str | None, typer.Option(help="Which checkpoint answered, where the file does not say.")] = None,
    prompt: Annotated[str | None, typer.Option(help="What was asked, where the file does not say.")] = None,
    source: Annotated[
        str | None, typer.Option(help="Where the answers come from: files of one source share their checkpoints.")
    ] = None,
) -> None:
    """Bring answers that were made elsewhere into the log: published ones, those of a transformers pipeline, or a CSV."""
    from storage.importer import import_file, in_words
    from storage.log import Log

    try:
        with Log.open() as log:
            imported = import_file(log, file, label=label, author=author, checkpoint=checkpoint, prompt=prompt, source=source)
    except LogLocked as error:
        raise StorageError(
            str(error).removesuffix(error.remedy).rstrip(),
            key=error.key,
            value=error.value,
            remedy="Nothing was imported. If that is the dashboard, stop it with Ctrl-C where it runs, import, and start it "
            "again.",
        ) from error
    if not imported.answers:
        raise StorageError(in_words(imported), key="file", value=str(file))
    with reader_may_leave():
        typer.echo(in_words(imported))
