"""`python -m storage import`: answers that were made elsewhere, or the whole of another log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from storage.commands.free_log import free_log
from storage.commands.output_file import reader_may_leave
from storage.errors import StorageError


def import_command(
    file: Annotated[
        Path, typer.Argument(help="Answers made elsewhere: JSON, JSONL or CSV; or a ZIP of a whole log.", show_default=False)
    ],
    label: Annotated[str | None, typer.Option(help="A name for this run.")] = None,
    author: Annotated[str | None, typer.Option(help="Who imports.")] = None,
    checkpoint: Annotated[str | None, typer.Option(help="Which checkpoint answered, where the file does not say.")] = None,
    prompt: Annotated[str | None, typer.Option(help="What was asked, where the file does not say.")] = None,
    source: Annotated[
        str | None, typer.Option(help="Where the answers come from: files of one source share their checkpoints.")
    ] = None,
) -> None:
    """Bring in answers that were made elsewhere (published ones, those of a pipeline, a CSV), or all of another log."""
    from storage.archive import is_archive

    if is_archive(file):
        if any(each is not None for each in (label, author, checkpoint, prompt, source)):
            raise StorageError("A whole log says itself who asked what.", key="file", remedy="Leave the options out.")
        said = _import_log(file)
    else:
        said = _import_answers(file, label, author, checkpoint, prompt, source)
    with reader_may_leave():
        typer.echo(said)


def _import_answers(
    file: Path, label: str | None, author: str | None, checkpoint: str | None, prompt: str | None, source: str | None
) -> str:
    from storage.importer import import_file, in_words
    from storage.log import Log

    with free_log("Nothing was imported.", "import"), Log.open() as log:
        imported = import_file(log, file, label=label, author=author, checkpoint=checkpoint, prompt=prompt, source=source)
    if not imported.answers:
        raise StorageError(in_words(imported), key="file", value=str(file))
    return in_words(imported)


def _import_log(file: Path) -> str:
    from storage.archive import merge, unpacked
    from storage.database import Database

    with (
        free_log("Nothing was imported.", "import"),
        Database.open() as database,
        unpacked(file, database.path.parent) as archive,
    ):
        return merge(database, archive).in_words()
