"""`python -m storage backup` and `restore`: a copy of the whole log, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from storage.commands.free_log import free_log
from storage.commands.output_file import reader_may_leave
from storage.database import Database, default_path
from storage.errors import StorageError


def backup_command(
    out: Annotated[Path, typer.Argument(help="File to write; it appears whole or not at all.", show_default=False)],
) -> None:
    """Copy the whole log into a file, and read the copy from end to end before it appears."""
    from storage.backup import backup

    log = default_path()
    if not log.exists():
        raise StorageError(
            f"There is no log at {log}.",
            key="path",
            value=str(log),
            remedy="Nothing was backed up. Set MASKBOARD_HISTORY to the file of your log.",
        )
    with free_log("Nothing was backed up.", "back it up"), Database.open(log) as database:
        copied = backup(database, out)
    with reader_may_leave():
        typer.echo(copied.in_words())


def restore_command(
    source: Annotated[Path, typer.Argument(metavar="BACKUP", help="A file that `backup` wrote.", show_default=False)],
    replace: Annotated[
        bool, typer.Option("--replace", help="Where there is a log: keep its files under other names and take its place.")
    ] = False,
) -> None:
    """Let a backup be the log, once it has been read from end to end."""
    from storage.backup import restore

    with free_log("Nothing was restored.", "restore"):
        restored = restore(source, default_path(), replace=replace)
    with reader_may_leave():
        typer.echo(restored.in_words())
